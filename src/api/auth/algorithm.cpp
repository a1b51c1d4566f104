#include "api/auth/algorithm.hpp"

namespace hotswap::api {

std::string_view to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::HS256:
      return "HS256";
    case Algorithm::HS384:
      return "HS384";
    case Algorithm::HS512:
      return "HS512";
    case Algorithm::RS256:
      return "RS256";
    case Algorithm::RS384:
      return "RS384";
    case Algorithm::RS512:
      return "RS512";
    case Algorithm::PS256:
      return "PS256";
    case Algorithm::PS384:
      return "PS384";
    case Algorithm::PS512:
      return "PS512";
    case Algorithm::ES256:
      return "ES256";
    case Algorithm::ES384:
      return "ES384";
    case Algorithm::ES512:
      return "ES512";
    case Algorithm::EdDSA:
      return "EdDSA";
  }
  return "";
}

std::optional<Algorithm> algorithm_from_string(std::string_view text) {
  for (const auto algorithm : kAlgorithms) {
    if (to_string(algorithm) == text) return algorithm;
  }
  return std::nullopt;
}

KeyKind kind_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::HS256:
    case Algorithm::HS384:
    case Algorithm::HS512:
      return KeyKind::Secret;
    case Algorithm::RS256:
    case Algorithm::RS384:
    case Algorithm::RS512:
    case Algorithm::PS256:
    case Algorithm::PS384:
    case Algorithm::PS512:
      return KeyKind::Rsa;
    case Algorithm::ES256:
      return KeyKind::P256;
    case Algorithm::ES384:
      return KeyKind::P384;
    case Algorithm::ES512:
      return KeyKind::P521;
    case Algorithm::EdDSA:
      return KeyKind::Ed25519;
  }
  return KeyKind::Secret;
}

std::size_t hash_bytes(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::HS256:
    case Algorithm::RS256:
    case Algorithm::PS256:
    case Algorithm::ES256:
      return 32;
    case Algorithm::HS384:
    case Algorithm::RS384:
    case Algorithm::PS384:
    case Algorithm::ES384:
      return 48;
    case Algorithm::HS512:
    case Algorithm::RS512:
    case Algorithm::PS512:
    case Algorithm::ES512:
    case Algorithm::EdDSA:
      return 64;
  }
  return 64;
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::PS256 || algorithm == Algorithm::PS384 ||
         algorithm == Algorithm::PS512;
}

}  // namespace hotswap::api
