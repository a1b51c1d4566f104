#include "app/issuers.hpp"

#include <set>

#include "domain/base/name.hpp"
#include "domain/config/profile.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

using json::ObjectReader;

constexpr std::size_t kFileBytes = 1 << 20;
constexpr auto kReason = "settings.invalid";

void read_text(ObjectReader& in, std::string_view name, std::string& into) {
  if (auto text = in.optional_string(name)) into = std::move(*text);
}

void absorb(ObjectReader& in, ObjectReader& nested) {
  if (auto bad = nested.finish(kReason)) in.absorb(*bad);
}

void read_names(ObjectReader& in, api::ClaimNames& names) {
  const auto* value = in.optional_value("claims");
  if (value == nullptr) return;
  ObjectReader claims(*value, in.path_of("claims"));
  read_text(claims, "subject", names.subject);
  read_text(claims, "roles", names.roles);
  read_text(claims, "teams", names.teams);
  read_text(claims, "service", names.service);
  read_text(claims, "environment", names.environment);
  absorb(in, claims);
}

void read_roles(ObjectReader& in, api::RoleNames& roles) {
  const auto* table = in.optional_object("roles");
  if (table == nullptr) return;
  for (const auto& [name, value] : *table) {
    const auto* text = value.as_string();
    const auto role = text != nullptr ? role_from_string(*text) : std::nullopt;
    if (role && !name.empty()) {
      roles.emplace_back(name.str(), *role);
      continue;
    }
    in.absorb(fail_field(kReason, json::path_member(in.path_of("roles"), name), "enum",
                         "must be Admin, Operator, Developer, Viewer or Instance")
                  .error());
  }
  if (table->empty()) in.mistake("roles", "minProperties", "must name a role, or be left out");
}

void read_environments(ObjectReader& in, std::map<std::string, std::string>& environments) {
  const auto* table = in.optional_object("environments");
  if (table == nullptr) return;
  for (const auto& [name, value] : *table) {
    const auto* text = value.as_string();
    if (text != nullptr && is_environment(*text)) {
      environments.emplace(name.str(), text->str());
      continue;
    }
    in.absorb(fail_field(kReason, json::path_member(in.path_of("environments"), name), "enum",
                         "must be Development, Staging or Production")
                  .error());
  }
}

void read_algorithm(ObjectReader& in, api::Algorithm& rsa) {
  const auto text = in.optional_string("rsaAlgorithm");
  if (!text) return;
  const auto algorithm = api::algorithm_from_string(*text);
  if (algorithm && api::kind_of(*algorithm) == api::KeyKind::Rsa) {
    rsa = *algorithm;
  } else {
    in.mistake("rsaAlgorithm", "enum", "must be RS256, RS384, RS512, PS256, PS384 or PS512");
  }
}

void read_place(ObjectReader& in, JwksPlace& place) {
  read_text(in, "jwksUrl", place.url);
  read_text(in, "jwksFile", place.file);
  read_text(in, "caFile", place.ca_file);
  read_text(in, "tokenFile", place.token_file);
  const bool both = !place.url.empty() && !place.file.empty();
  if (both) in.mistake("jwksFile", "conflict", "jwksUrl is given as well; give only one of them");
  const bool found = place.url.empty() && place.file.empty();
  const auto& url = found ? place.issuer : place.url;
  if (place.file.empty() && !url.empty() && !is_safe_key_url(url)) {
    in.mistake(found ? "issuer" : "jwksUrl", "format",
               found ? "must be an https address to find its keys by (http only to this machine), "
                       "or give jwksUrl or jwksFile"
                     : "must be an https address (http only to this machine)");
  }
}

void read_times(ObjectReader& in, IssuerSettings& issuer) {
  const auto duration = [&](const char* name, Duration& into, Duration min, Duration max) {
    const auto given = in.optional_duration(name);
    if (!given) return;
    into = *given;
    if (*given < min || *given > max) {
      in.mistake(name, "range",
                 "must be between " + format_duration(min) + " and " + format_duration(max));
    }
  };
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  duration("leeway", issuer.policy.leeway, seconds(0), minutes(10));
  duration("refresh", issuer.times.every, seconds(1), hours(24));
  duration("keep", issuer.times.keep, minutes(1), hours(24 * 30));
}

Result<IssuerSettings> read_issuer(const json::Value& value, const std::string& path) {
  ObjectReader in(value, path);
  IssuerSettings issuer;
  issuer.policy.own = false;
  issuer.name = in.required_string("name");
  if (!issuer.name.empty() && !is_name(issuer.name)) in.mistake("name", "pattern", kNameRule);
  issuer.policy.issuer = issuer.keys.issuer = in.required_string("issuer");
  issuer.policy.audiences = in.optional_strings("audiences");
  if (issuer.policy.audiences.empty() && value.as_object() != nullptr) {
    in.mistake("audiences", "required",
               "must name whom tokens are for, or those that it makes for others are taken, too");
  }
  issuer.policy.types = in.optional_strings("types");
  read_text(in, "subjectPrefix", issuer.policy.subject_prefix);
  read_names(in, issuer.policy.names);
  read_roles(in, issuer.policy.roles);
  read_environments(in, issuer.policy.environments);
  read_algorithm(in, issuer.rsa);
  read_place(in, issuer.keys);
  read_times(in, issuer);
  if (!issuer.keys.file.empty()) issuer.times.every = std::chrono::seconds(5);
  if (auto bad = in.finish(kReason)) return std::unexpected(*bad);
  return issuer;
}

}  // namespace

Result<std::vector<IssuerSettings>> read_issuers(std::string_view text, const std::string& path) {
  const auto document = json::parse(text, {.bytes = kFileBytes, .depth = 16});
  if (!document) return fail_field(kReason, path, "json", document.error().detail);
  ObjectReader in(*document, path + ": $");
  std::vector<IssuerSettings> issuers;
  std::set<std::string> names, addresses;
  const auto* items = in.optional_array("issuers");
  if (items == nullptr || items->size() > kIssuers) {
    in.mistake("issuers", "maxItems",
               "must be an array of at most " + std::to_string(kIssuers) + " issuers");
  }
  for (std::size_t i = 0; items != nullptr && i < std::min(items->size(), kIssuers); ++i) {
    const auto at = json::path_item(in.path_of("issuers"), i);
    auto issuer = read_issuer((*items)[i], at);
    if (!issuer) {
      in.absorb(issuer.error());
      continue;
    }
    if (!names.insert(issuer->name).second || !addresses.insert(issuer->policy.issuer).second) {
      in.absorb(
          fail_field(kReason, at, "unique", "its name or its issuer stands there twice").error());
      continue;
    }
    issuers.push_back(std::move(*issuer));
  }
  if (auto bad = in.finish(kReason)) {
    bad->detail = bad->fields.front().path + ": " + bad->fields.front().message;
    return std::unexpected(*bad);
  }
  return issuers;
}

}  // namespace hotswap
