#pragma once
#include "infrastructure/crypto/aes_gcm.hpp"
#include "infrastructure/crypto/local_key_wrapper.hpp"
#include "orchestrator/secret_sealer.hpp"

namespace hotswap::testing {

/// The keys of a test: always the same, so that a store outlives a server.
[[nodiscard]] inline std::vector<LocalKey> test_keys(const std::string& text = std::string(64,
                                                                                           '7')) {
  return read_local_keys(text).value();
}

/// What a server needs to keep secrets.
struct Sealing {
  explicit Sealing(Store& store, const std::string& keys = std::string(64, '7'))
      : wrapper(cipher, test_keys(keys)), sealer(store, wrapper, cipher) {}
  AesGcm cipher;
  LocalKeyWrapper wrapper;
  SecretSealer sealer;
  [[nodiscard]] OpenVersion opening() {
    return [this](const Version& version) { return sealer.open(version); };
  }
};

}  // namespace hotswap::testing
