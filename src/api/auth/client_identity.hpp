#pragma once
// Instances that are known by their TLS certificate instead of a bootstrap token.

#include <map>
#include <string>
#include <vector>

#include "domain/access/access.hpp"

namespace hotswap::api {

/// What a certificate says of its holder; its signature and validity have been checked.
struct CertificateNames {
  std::vector<std::string> uris;  ///< subject alternative names
  std::string common_name;        ///< empty: none, or more than one
  WallTime not_before{};
};

struct CertificateRules {
  /// Of SPIFFE ids; empty: any that the authority signs.
  std::string trust_domain;
  std::map<std::string, std::string>
      environments;  ///< ours by the certificates' names; empty: ours
};

/// For one service and environment with the role Instance, as a bootstrap token of the day of the
/// certificate would be. Taken from the one SPIFFE id `spiffe://TRUST/ns/ENVIRONMENT/sa/SERVICE`,
/// or, in a certificate without any URI, from the common name `SERVICE.ENVIRONMENT`. Environments
/// are named in any case. Unauthenticated `auth.required`, like a token.
[[nodiscard]] Result<Principal> principal_of(const CertificateNames& names,
                                             const CertificateRules& rules);

}  // namespace hotswap::api
