#pragma once
// Ed25519 (RFC 8032) by OpenSSL. Keys are the raw 32 bytes and signatures the raw 64, written
// hexadecimal; a private key is its seed.

#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::crypto {

/// Can sign; thread-safe.
class Ed25519Key {
 public:
  /// Of a seed of 64 hexadecimal digits, or of a private key as PEM. Invalid `key.invalid`.
  [[nodiscard]] static Result<Ed25519Key> read(std::string_view text);

  [[nodiscard]] const std::string& public_key() const { return public_key_; }
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  Ed25519Key(std::string seed, std::string public_key)
      : seed_(std::move(seed)), public_key_(std::move(public_key)) {}

  std::string seed_;  ///< 32 bytes
  std::string public_key_;
};

/// A new seed from the system's random source, as read() takes it.
[[nodiscard]] std::string new_ed25519_seed();
/// False also for a key or signature that is none.
[[nodiscard]] bool ed25519_verify(std::string_view public_key, std::string_view text,
                                  std::string_view signature);
/// The raw public key, hexadecimal, of one given so or as PEM. Invalid `key.invalid`.
[[nodiscard]] Result<std::string> read_ed25519_public(std::string_view text);

}  // namespace hotswap::crypto
