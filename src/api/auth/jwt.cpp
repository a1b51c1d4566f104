#include "api/auth/jwt.hpp"

#include "api/auth/base64url.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {

std::string mint(const Claims& claims, const Key& key) {
  json::Object header{{"alg", to_string(key.algorithm())}, {"typ", "JWT"}};
  if (!key.kid().empty()) header.set("kid", key.kid());
  auto text = base64url_encode(json::write(std::move(header)));
  text += '.';
  text += base64url_encode(json::write(payload_of(claims)));
  const auto signature = base64url_encode(key.sign(text));
  text += '.';
  text += signature;
  return text;
}

Result<Claims> accept(const Jws& jws, const json::Value& payload, const TokenPolicy& policy,
                      WallTime now) {
  if (auto right = check_type(jws.type, policy); !right) return std::unexpected(right.error());
  auto claims = read_claims(payload, policy);
  if (!claims) return claims;
  if (auto holds = check_claims(*claims, policy, now); !holds) {
    return std::unexpected(holds.error());
  }
  return claims;
}

Result<Claims> verify(std::string_view token, const KeySet& keys, const TokenPolicy& policy,
                      WallTime now) {
  const auto jws = read_jws(token);
  if (!jws) return std::unexpected(jws.error());
  switch (prove(*jws, keys)) {
    case Proof::Genuine:
      break;
    case Proof::Forged:
      return std::unexpected(unauthenticated("wrong signature"));
    case Proof::UnknownKey:
      return std::unexpected(unauthenticated("no key for it"));
  }
  const auto payload = read_token_object(jws->payload);
  if (!payload) return std::unexpected(payload.error());
  return accept(*jws, *payload, policy, now);
}

}  // namespace hotswap::api
