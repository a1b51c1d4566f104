#pragma once
// Key-encryption keys that the server holds itself: from the environment, from a file, or made in
// the data folder of a server that is alone.

#include <functional>
#include <memory>

#include "app/settings.hpp"
#include "infrastructure/crypto/local_key_wrapper.hpp"

namespace hotswap {

struct SecretKeys {
  std::unique_ptr<LocalKeyWrapper> wrapper;
  /// Puts a new key in front of the others and lets it count; empty: the keys are not this server's
  /// to change.
  std::function<Result<void>()> renew;
};

/// HOTSWAP_SECRET_KEYS, --secret-keys-file, or `secret.keys` of the data folder, made (0600) if
/// absent; with --database and neither of them no keys, since servers must share them. Invalid
/// `settings.invalid`, `secret.bad_key`.
[[nodiscard]] Result<SecretKeys> secret_keys(const Settings& settings, Cipher& cipher);

}  // namespace hotswap
