#pragma once
#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/secret/secret_text.hpp"
#include "domain/secret/wrapped_key.hpp"

namespace hotswap {

/// Wraps data keys with key-encryption keys that never leave it: local ones, a vault's, a KMS's.
/// Calls may take as long as the outside party's timeout. Thread-safe.
class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;
  /// By the key that wraps now. `context` says what the key is for: unwrapping demands the same.
  /// Unavailable if the key cannot be used for now.
  [[nodiscard]] virtual Result<WrappedKey> wrap(const SecretText& key,
                                                std::string_view context) = 0;
  /// Unavailable `secret.key_missing` if the key-encryption key is not there, Invalid
  /// `secret.damaged` if the bytes or the context are not those of wrap(), Unavailable if it cannot
  /// be used for now.
  [[nodiscard]] virtual Result<SecretText> unwrap(const WrappedKey& wrapped,
                                                  std::string_view context) = 0;
  /// The id of the key that wraps now.
  [[nodiscard]] virtual std::string current() const = 0;
};

}  // namespace hotswap
