#pragma once
#include "domain/ports/cipher.hpp"

namespace hotswap {

/// AES-256-GCM of OpenSSL: 12 random bytes of nonce, the ciphertext, 16 bytes of tag. A key must
/// not seal more than 2^32 texts, since nonces are drawn at random.
class AesGcm final : public Cipher {
 public:
  [[nodiscard]] SecretText new_key() override;
  [[nodiscard]] std::string seal(const SecretText& key, std::string_view plain,
                                 std::string_view context) override;
  [[nodiscard]] Result<SecretText> open(const SecretText& key, std::string_view sealed,
                                        std::string_view context) override;
};

}  // namespace hotswap
