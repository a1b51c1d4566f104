#pragma once
#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/secret/secret_text.hpp"

namespace hotswap {

/// Authenticated encryption with keys of 32 bytes. Thread-safe, never waits.
class Cipher {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  virtual ~Cipher() = default;
  /// Of random bytes.
  [[nodiscard]] virtual SecretText new_key() = 0;
  /// Opens only with the same `context`. Any bytes.
  [[nodiscard]] virtual std::string seal(const SecretText& key, std::string_view plain,
                                         std::string_view context) = 0;
  /// Invalid `secret.damaged` if key, bytes or context are not those of seal().
  [[nodiscard]] virtual Result<SecretText> open(const SecretText& key, std::string_view sealed,
                                                std::string_view context) = 0;
};

}  // namespace hotswap
