#pragma once
#include "domain/audit/checkpoint.hpp"
#include "domain/base/sha256.hpp"

namespace hotswap::testing {

/// Signs by a keyed hash instead of Ed25519: the key is its own public key.
[[nodiscard]] inline AuditSigning hash_signing(const std::string& key = "key-of-tests") {
  return {key, [key](const std::string& text) { return hmac_sha256_hex(key, text); },
          [](const std::string& with, const std::string& text, const std::string& signature) {
            return hmac_sha256_hex(with, text) == signature;
          }};
}

}  // namespace hotswap::testing
