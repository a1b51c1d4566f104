#pragma once
// The signature algorithms of JSON Web Tokens (RFC 7518 §3.1, RFC 8037). `none` is not among them.

#include <cstddef>
#include <optional>
#include <string_view>

namespace hotswap::api {

enum class Algorithm {
  HS256,
  HS384,
  HS512,  ///< HMAC
  RS256,
  RS384,
  RS512,  ///< RSA PKCS #1 1.5
  PS256,
  PS384,
  PS512,  ///< RSA-PSS, salt as long as the hash
  ES256,
  ES384,
  ES512,  ///< ECDSA over P-256, P-384, P-521; r and s, not DER
  EdDSA   ///< Ed25519
};
inline constexpr Algorithm kAlgorithms[] = {
    Algorithm::HS256, Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::RS384,
    Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512, Algorithm::ES256,
    Algorithm::ES384, Algorithm::ES512, Algorithm::EdDSA};

/// What kind of key an algorithm needs.
enum class KeyKind { Secret, Rsa, P256, P384, P521, Ed25519 };

[[nodiscard]] std::string_view to_string(Algorithm algorithm);
/// Exactly as registered: `hs256` and `NONE` are nothing.
[[nodiscard]] std::optional<Algorithm> algorithm_from_string(std::string_view text);
[[nodiscard]] KeyKind kind_of(Algorithm algorithm);
/// Bytes of its hash; of a secret key at least as many are needed (RFC 7518 §3.2).
[[nodiscard]] std::size_t hash_bytes(Algorithm algorithm);
[[nodiscard]] bool is_pss(Algorithm algorithm);

}  // namespace hotswap::api
