#pragma once
// JSON Web Tokens (RFC 7519) with one issuer's keys and policy. The algorithm is the key's, never
// the token's.

#include <string>
#include <string_view>

#include "api/auth/claims.hpp"
#include "api/auth/jws.hpp"

namespace hotswap::api {

inline constexpr std::size_t kTokenKeyBytes = 32;  ///< least length of a secret for HS256

/// A token with these claims, signed by a key that can.
[[nodiscard]] std::string mint(const Claims& claims, const Key& key);

/// The claims of a token that is well-formed, signed by one of the keys and valid now. Every
/// refusal is the same Unauthenticated `auth.required`; only Error::internal says why.
[[nodiscard]] Result<Claims> verify(std::string_view token, const KeySet& keys,
                                    const TokenPolicy& policy, WallTime now);

/// The second half of it, after the signature.
[[nodiscard]] Result<Claims> accept(const Jws& jws, const json::Value& payload,
                                    const TokenPolicy& policy, WallTime now);

}  // namespace hotswap::api
