#include "api/auth/client_identity.hpp"

#include <algorithm>
#include <cctype>

#include "api/auth/jws.hpp"
#include "domain/base/name.hpp"

namespace hotswap::api {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr std::string_view kOurs[] = {"Development", "Staging", "Production"};

auto refuse(std::string why) { return std::unexpected(unauthenticated(std::move(why))); }

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto slash = std::min(text.find('/'), text.size());
    parts.push_back(text.substr(0, slash));
    if (slash == text.size()) return parts;
    text.remove_prefix(slash + 1);
  }
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::optional<std::string> environment_of(std::string_view name, const CertificateRules& rules) {
  if (!rules.environments.empty()) {
    const auto found = rules.environments.find(std::string(name));
    if (found == rules.environments.end()) return std::nullopt;
    return found->second;
  }
  const auto* found =
      std::ranges::find_if(kOurs, [&](std::string_view ours) { return same_word(name, ours); });
  if (found == std::end(kOurs)) return std::nullopt;
  return std::string(*found);
}

struct Place {
  std::string_view service, environment;
};

Result<Place> place_of_uri(std::string_view uri, const CertificateRules& rules) {
  if (!uri.starts_with(kScheme)) return refuse("the certificate's URI is no SPIFFE id");
  const auto parts = split(uri.substr(kScheme.size()));
  if (parts.size() != 5 || parts[1] != "ns" || parts[3] != "sa") {
    return refuse("the certificate's SPIFFE id is not of the form TRUST/ns/ENV/sa/SERVICE");
  }
  if (parts[0].empty() || (!rules.trust_domain.empty() && parts[0] != rules.trust_domain)) {
    return refuse("the certificate is of another trust domain");
  }
  return Place{parts[4], parts[2]};
}

Result<Place> place_of(const CertificateNames& names, const CertificateRules& rules) {
  // SPIFFE allows one; which of several counts, nobody could say.
  if (names.uris.size() > 1) return refuse("the certificate has more than one URI");
  if (names.uris.size() == 1) return place_of_uri(names.uris.front(), rules);
  const std::string_view name = names.common_name;
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) {
    return refuse("the certificate has neither a SPIFFE id nor a common name SERVICE.ENVIRONMENT");
  }
  return Place{name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

Result<Principal> principal_of(const CertificateNames& names, const CertificateRules& rules) {
  const auto place = place_of(names, rules);
  if (!place) return std::unexpected(place.error());
  if (!is_name(place->service)) return refuse("the certificate's service is no name");
  auto environment = environment_of(place->environment, rules);
  if (!environment) return refuse("the certificate's environment is not known here");
  Principal principal;
  principal.subject =
      "certificate:" + (names.uris.empty() ? names.common_name : names.uris.front());
  principal.roles = {Role::Instance};
  principal.service = ServiceName(std::string(place->service));
  principal.environment = std::move(*environment);
  principal.issued_at = names.not_before;
  return principal;
}

}  // namespace hotswap::api
