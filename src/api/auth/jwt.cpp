#include "api/auth/jwt.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "api/auth/base64url.hpp"
#include "domain/base/assert.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kMacBytes = 32;
constexpr double kLatestSecond = 253402300799.0;  // 9999-12-31T23:59:59Z

using Refusal = std::unexpected<Error>;

Refusal refuse(std::string why) { return Refusal(unauthenticated(std::move(why))); }

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::string mac(kMacBytes, '\0');
  unsigned length = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes,
                          text.size(), reinterpret_cast<unsigned char*>(mac.data()), &length);
  HS_ASSERT(done != nullptr && length == kMacBytes);
  return mac;
}

bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct Parts {
  std::string_view signed_text;
  std::string header, payload, signature;
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kTokenBytes) return refuse("token too large");
  const auto first = token.find('.');
  if (first == std::string_view::npos) return refuse("no dot");
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return refuse("one dot");
  auto header = base64url_decode(token.substr(0, first));
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  // A third dot (an encrypted token) is no base64url digit.
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature) return refuse("not base64url");
  return Parts{token.substr(0, second), std::move(*header), std::move(*payload),
               std::move(*signature)};
}

Result<json::Value> parse_object(std::string_view text) {
  auto value = json::parse(text, {.bytes = kTokenBytes, .depth = 16});
  if (!value) return refuse("not JSON: " + value.error().detail);
  if (!value->as_object()) return refuse("no JSON object");
  return value;
}

Result<void> check_header(std::string_view text) {
  const auto header = parse_object(text);
  if (!header) return std::unexpected(header.error());
  const auto* algorithm = header->find("alg");
  const auto* name = algorithm ? algorithm->as_string() : nullptr;
  if (!name || *name != "HS256") return refuse("alg is not HS256");
  if (header->find("crit")) return refuse("crit is not supported");
  return {};
}

Result<std::optional<WallTime>> time_claim(const json::Value& payload, std::string_view name) {
  const auto* value = payload.find(name);
  if (!value) return std::nullopt;
  const auto seconds = value->as_double();
  if (!seconds || !(*seconds >= 0) || *seconds > kLatestSecond) {
    return refuse(std::string(name) + " is no time");
  }
  return WallTime(Duration(static_cast<std::int64_t>(*seconds * 1000)));
}

/// A string, an array of strings, or nothing.
Result<std::vector<std::string>> text_claim(const json::Value& payload, std::string_view name,
                                            bool split_at_spaces) {
  std::vector<std::string> out;
  const auto* value = payload.find(name);
  if (!value) return out;
  if (const auto* text = value->as_string()) {
    std::string_view rest = *text;
    while (split_at_spaces && rest.find(' ') != std::string_view::npos) {
      const auto at = rest.find(' ');
      if (at > 0) out.emplace_back(rest.substr(0, at));
      rest.remove_prefix(at + 1);
    }
    if (!rest.empty()) out.emplace_back(rest);
    return out;
  }
  const auto* items = value->as_array();
  if (!items) return refuse(std::string(name) + " has a wrong type");
  for (const auto& item : *items) {
    const auto* text = item.as_string();
    if (!text) return refuse(std::string(name) + " holds something else than text");
    out.push_back(*text);
  }
  return out;
}

Result<std::optional<std::string>> single_claim(const json::Value& payload, std::string_view name) {
  const auto* value = payload.find(name);
  if (!value) return std::nullopt;
  const auto* text = value->as_string();
  if (!text || text->empty() || text->find('\0') != std::string::npos) {
    return refuse(std::string(name) + " is no text");
  }
  return *text;
}

Result<void> read_times(const json::Value& payload, Claims& claims) {
  const auto expires = time_claim(payload, "exp");
  if (!expires) return std::unexpected(expires.error());
  if (!*expires) return refuse("no exp");
  claims.expires = **expires;
  const auto not_before = time_claim(payload, "nbf");
  if (!not_before) return std::unexpected(not_before.error());
  claims.not_before = *not_before;
  const auto issued_at = time_claim(payload, "iat");
  if (!issued_at) return std::unexpected(issued_at.error());
  claims.issued_at = *issued_at;
  return {};
}

Result<void> read_scope(const json::Value& payload, Principal& principal) {
  auto instance = single_claim(payload, "instance");
  if (!instance) return std::unexpected(instance.error());
  auto service = single_claim(payload, "service");
  if (!service) return std::unexpected(service.error());
  auto environment = single_claim(payload, "environment");
  if (!environment) return std::unexpected(environment.error());
  if (*instance) principal.instance = InstanceId(std::move(**instance));
  if (*service) principal.service = ServiceName(std::move(**service));
  principal.environment = std::move(*environment);
  return {};
}

Result<void> read_principal(const json::Value& payload, const TokenPolicy& policy,
                            Principal& principal) {
  auto subject = single_claim(payload, policy.subject_claim);
  if (!subject) return std::unexpected(subject.error());
  if (!*subject) return refuse("no subject");
  principal.subject = std::move(**subject);
  auto roles = text_claim(payload, policy.roles_claim, true);
  if (!roles) return std::unexpected(roles.error());
  for (const auto& name : *roles) {
    if (const auto role = role_from_string(name)) principal.roles.push_back(*role);
  }
  auto teams = text_claim(payload, policy.teams_claim, true);
  if (!teams) return std::unexpected(teams.error());
  principal.teams = std::move(*teams);
  return read_scope(payload, principal);
}

Result<Claims> read_claims(const json::Value& payload, const TokenPolicy& policy) {
  Claims claims;
  if (auto read = read_times(payload, claims); !read) return std::unexpected(read.error());
  if (auto read = read_principal(payload, policy, claims.principal); !read) {
    return std::unexpected(read.error());
  }
  auto issuer = single_claim(payload, "iss");
  if (!issuer) return std::unexpected(issuer.error());
  claims.issuer = issuer->value_or("");
  auto audience = text_claim(payload, "aud", false);
  if (!audience) return std::unexpected(audience.error());
  claims.audience = std::move(*audience);
  return claims;
}

Result<void> check_claims(const Claims& claims, const TokenPolicy& policy, WallTime now) {
  if (now >= claims.expires + policy.leeway) return refuse("expired");
  if (claims.not_before && now + policy.leeway < *claims.not_before) return refuse("not yet valid");
  if (claims.issued_at && now + policy.leeway < *claims.issued_at)
    return refuse("iat in the future");
  if (!policy.issuer.empty() && claims.issuer != policy.issuer) return refuse("wrong iss");
  if (!policy.audience.empty() &&
      std::ranges::find(claims.audience, policy.audience) == claims.audience.end()) {
    return refuse("wrong aud");
  }
  return {};
}

void set_time(json::Object& payload, const char* name, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  payload.set(name, static_cast<std::int64_t>(seconds));
}

json::Array texts(const std::vector<std::string>& items) {
  json::Array out;
  for (const auto& item : items) out.emplace_back(item);
  return out;
}

json::Object payload_of(const Claims& claims) {
  json::Object payload;
  const auto& who = claims.principal;
  payload.set("sub", who.subject);
  json::Array roles;
  for (const auto role : who.roles) roles.emplace_back(to_string(role));
  payload.set("roles", std::move(roles));
  if (!who.teams.empty()) payload.set("teams", texts(who.teams));
  if (who.instance) payload.set("instance", who.instance->str());
  if (who.service) payload.set("service", who.service->str());
  if (who.environment) payload.set("environment", *who.environment);
  if (!claims.issuer.empty()) payload.set("iss", claims.issuer);
  if (claims.audience.size() == 1) payload.set("aud", claims.audience.front());
  if (claims.audience.size() > 1) payload.set("aud", texts(claims.audience));
  if (claims.issued_at) set_time(payload, "iat", *claims.issued_at);
  if (claims.not_before) set_time(payload, "nbf", *claims.not_before);
  set_time(payload, "exp", claims.expires);
  return payload;
}

}  // namespace

Error unauthenticated(std::string why) {
  return {
      ErrorCode::Unauthenticated,
      "auth.required",
      "A valid token is needed: send `Authorization: Bearer <JWT>` (`hotswap token` makes one).",
      {},
      std::move(why)};
}

std::string mint(const Claims& claims, std::string_view key) {
  auto text = base64url_encode(R"({"alg":"HS256","typ":"JWT"})");
  text += '.';
  text += base64url_encode(json::write(payload_of(claims)));
  const auto signature = base64url_encode(hmac_sha256(key, text));
  text += '.';
  text += signature;
  return text;
}

Result<Claims> verify(std::string_view token, const TokenPolicy& policy, WallTime now) {
  const auto parts = split(token);
  if (!parts) return std::unexpected(parts.error());
  if (auto checked = check_header(parts->header); !checked) {
    return std::unexpected(checked.error());
  }
  // Every key is tried, so that the time tells nothing about which one matched.
  bool genuine = false;
  for (const auto& key : policy.keys) {
    genuine |= same_bytes(hmac_sha256(key, parts->signed_text), parts->signature);
  }
  if (!genuine) return refuse("wrong signature");
  const auto payload = parse_object(parts->payload);
  if (!payload) return std::unexpected(payload.error());
  auto claims = read_claims(*payload, policy);
  if (!claims) return claims;
  if (auto checked = check_claims(*claims, policy, now); !checked) {
    return std::unexpected(checked.error());
  }
  return claims;
}

}  // namespace hotswap::api
