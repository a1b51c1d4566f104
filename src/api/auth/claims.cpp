#include "api/auth/claims.hpp"

#include <algorithm>
#include <cctype>

#include "api/auth/jws.hpp"
#include "domain/base/utf8.hpp"
#include "domain/json/path.hpp"

namespace hotswap::api {
namespace {

constexpr double kLatestSecond = 253402300799.0;  // 9999-12-31T23:59:59Z
constexpr std::size_t kShownBytes = 128;

auto refuse(std::string why) { return std::unexpected(unauthenticated(std::move(why))); }

const json::Value* find_claim(const json::Value& payload, std::string_view name) {
  if (name.empty()) return nullptr;
  if (name.starts_with('/')) return json::at_pointer(payload, name);
  if (const auto* whole = payload.find(name)) return whole;
  const json::Value* at = &payload;
  while (at != nullptr && !name.empty()) {
    const auto dot = std::min(name.find('.'), name.size());
    at = at->find(name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return at;
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

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    if (space > 0) out.emplace_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

/// A string, an array of strings, or nothing.
Result<std::vector<std::string>> text_claim(const json::Value& payload, std::string_view name,
                                            bool split_at_spaces) {
  const auto* value = find_claim(payload, name);
  if (!value || value->is_null()) return std::vector<std::string>();
  if (const auto* text = value->as_string()) {
    if (split_at_spaces) return words_of(*text);
    return text->empty() ? std::vector<std::string>() : std::vector{text->str()};
  }
  const auto* items = value->as_array();
  if (!items) return refuse(std::string(name) + " has a wrong type");
  if (items->size() > kClaimItems) return refuse(std::string(name) + " has too many items");
  std::vector<std::string> out;
  for (const auto& item : *items) {
    const auto* text = item.as_string();
    if (!text) return refuse(std::string(name) + " holds something else than text");
    out.push_back(text->str());
  }
  return out;
}

Result<std::optional<std::string>> single_claim(const json::Value& payload, std::string_view name) {
  const auto* value = find_claim(payload, name);
  if (!value) return std::nullopt;
  const auto* text = value->as_string();
  if (!text || text->empty() || text->find('\0') != std::string::npos) {
    return refuse(std::string(name) + " is no text");
  }
  return text->str();
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

Result<void> read_scope(const json::Value& payload, const TokenPolicy& policy,
                        Principal& principal) {
  if (policy.own) {
    auto instance = single_claim(payload, "instance");
    if (!instance) return std::unexpected(instance.error());
    if (*instance) principal.instance = InstanceId(std::move(**instance));
  }
  auto service = single_claim(payload, policy.names.service);
  if (!service) return std::unexpected(service.error());
  if (*service) principal.service = ServiceName(std::move(**service));
  auto environment = single_claim(payload, policy.names.environment);
  if (!environment) return std::unexpected(environment.error());
  principal.environment = std::move(*environment);
  if (!principal.environment || policy.environments.empty()) return {};
  const auto known = policy.environments.find(*principal.environment);
  if (known == policy.environments.end()) {
    return refuse("environment " + clip_utf8(*principal.environment, kShownBytes) +
                  " is not in the issuer's table");
  }
  principal.environment = known->second;
  return {};
}

bool names(const std::string& pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

/// Each once, in the order of the names.
std::vector<Role> roles_of(const std::vector<std::string>& given, const RoleNames& table) {
  std::vector<Role> roles;
  const auto add = [&](Role role) {
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(role);
  };
  for (const auto& name : given) {
    if (table.empty()) {
      if (const auto role = role_from_string(name)) add(*role);
    }
    for (const auto& [pattern, role] : table) {
      if (names(pattern, name)) add(role);
    }
  }
  return roles;
}

Result<void> read_principal(const json::Value& payload, const TokenPolicy& policy,
                            Principal& principal) {
  auto subject = single_claim(payload, policy.names.subject);
  if (!subject) return std::unexpected(subject.error());
  if (!*subject) return refuse("no subject");
  principal.subject = policy.subject_prefix + **subject;
  const auto given = text_claim(payload, policy.names.roles, true);
  if (!given) return std::unexpected(given.error());
  principal.roles = roles_of(*given, policy.roles);
  auto teams = text_claim(payload, policy.names.teams, true);
  if (!teams) return std::unexpected(teams.error());
  principal.teams = std::move(*teams);
  return read_scope(payload, policy, principal);
}

std::string quoted(std::string_view text) { return '"' + clip_utf8(text, kShownBytes) + '"'; }

std::string quoted(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : " or ") + quoted(text);
  return out.empty() ? "none" : out;
}

std::string media_type(std::string_view type) {
  std::string lower;
  for (const char c : type) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  constexpr std::string_view kPrefix = "application/";
  return lower.starts_with(kPrefix) ? lower.substr(kPrefix.size()) : lower;
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

}  // namespace

Result<Claims> read_claims(const json::Value& payload, const TokenPolicy& policy) {
  Claims claims;
  if (auto read = read_times(payload, claims); !read) return std::unexpected(read.error());
  if (auto read = read_principal(payload, policy, claims.principal); !read) {
    return std::unexpected(read.error());
  }
  claims.principal.issued_at = claims.issued_at;
  claims.principal.expires = claims.expires;
  auto issuer = single_claim(payload, "iss");
  if (!issuer) return std::unexpected(issuer.error());
  claims.issuer = issuer->value_or("");
  auto audience = text_claim(payload, "aud", false);
  if (!audience) return std::unexpected(audience.error());
  claims.audience = std::move(*audience);
  return claims;
}

Result<void> check_claims(const Claims& claims, const TokenPolicy& policy, WallTime now) {
  if (now >= claims.expires + policy.leeway) {
    return refuse("it expired at " + format_time(claims.expires));
  }
  if (claims.not_before && now + policy.leeway < *claims.not_before) {
    return refuse("it is valid from " + format_time(*claims.not_before) + " on only");
  }
  if (claims.issued_at && now + policy.leeway < *claims.issued_at) {
    return refuse("it was issued in the future, at " + format_time(*claims.issued_at));
  }
  if (!policy.issuer.empty() && claims.issuer != policy.issuer) {
    return refuse("its iss is " + quoted(claims.issuer) + " instead of " + quoted(policy.issuer));
  }
  const auto wanted = [&](const std::string& audience) {
    return std::ranges::find(policy.audiences, audience) != policy.audiences.end();
  };
  if (!policy.audiences.empty() && std::ranges::none_of(claims.audience, wanted)) {
    return refuse("its aud is " + quoted(claims.audience) + " instead of " +
                  quoted(policy.audiences));
  }
  return {};
}

Result<void> check_type(std::string_view type, const TokenPolicy& policy) {
  if (policy.types.empty()) return {};
  const auto given = media_type(type);
  const bool known = std::ranges::any_of(
      policy.types, [&](const std::string& wanted) { return media_type(wanted) == given; });
  if (known) return {};
  return refuse("its typ is " + quoted(type) + " instead of " + quoted(policy.types));
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

}  // namespace hotswap::api
