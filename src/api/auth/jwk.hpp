#pragma once
// JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037) as keys that check and make signatures.

#include <optional>

#include "api/auth/key.hpp"
#include "domain/json/value.hpp"

namespace hotswap::api {

/// The key of a JWK; nothing if it is meant for something else than signatures (`use`, `key_ops`),
/// or of a type or algorithm that is none of ours. `rsa` is the algorithm of an RSA key that names
/// none, as Entra's. Invalid `token.key` for one of ours that is broken or too weak; no message
/// holds key material.
[[nodiscard]] Result<std::optional<Key>> key_of_jwk(const json::Value& jwk,
                                                    Algorithm rsa = Algorithm::RS256);

}  // namespace hotswap::api
