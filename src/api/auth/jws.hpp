#pragma once
// The compact serialization of a JSON Web Signature (RFC 7515): three parts, one of them proof.

#include <string>
#include <string_view>

#include "api/auth/key_set.hpp"
#include "domain/json/value.hpp"

namespace hotswap::api {

inline constexpr std::size_t kTokenBytes = 8 << 10;

/// Well-formed, but not proven yet. Views lie in the token's text.
struct Jws {
  Algorithm algorithm = Algorithm::HS256;  ///< as the token says; the key decides
  std::string kid;                         ///< empty: none
  std::string type;                        ///< `typ`, empty: none
  std::string_view signed_text;
  std::string payload;
  std::string signature;
};

/// Unauthenticated `auth.required` for what is no such token, or asks for something that we do not
/// do: `crit`, `b64`, `zip`, encryption, a token inside the token. What it says about where keys
/// are
/// (`jwk`, `jku`, `x5u`, `x5c`) is never looked at.
[[nodiscard]] Result<Jws> read_jws(std::string_view token);

enum class Proof { Genuine, Forged, UnknownKey };
/// Whether one of the keys signed it. Every candidate is tried, so that the time tells nothing
/// about which one matched.
[[nodiscard]] Proof prove(const Jws& jws, const KeySet& keys);

/// The one answer to everybody without a valid token; only Error::internal says why.
[[nodiscard]] Error unauthenticated(std::string why);

/// A JSON object within a token. Unauthenticated.
[[nodiscard]] Result<json::Value> read_token_object(std::string_view text);

}  // namespace hotswap::api
