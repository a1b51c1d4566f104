#pragma once
// What a token says, and what of it counts here. Pure: no key, no clock.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/access/access.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap::api {

inline constexpr Duration kTokenLeeway = std::chrono::seconds(60);
inline constexpr std::size_t kClaimItems = 1024;  ///< roles and teams of one token, each

struct Claims {
  Principal principal;
  WallTime expires{};
  std::optional<WallTime> not_before;
  std::optional<WallTime> issued_at;
  std::string issuer;                 ///< empty: none
  std::vector<std::string> audience;  ///< empty: none
};

/// Where a token says what. A name is that of a claim, or a path through nested ones with dots
/// (`realm_access.roles`; a claim of the whole name goes first) or as RFC 6901 pointer
/// (`/resource_access/hotswap/roles`).
struct ClaimNames {
  std::string subject = "sub";
  std::string roles = "roles";  ///< array of names, or names separated by spaces
  std::string teams = "teams";
  std::string service = "service";  ///< that an instance may register for
  std::string environment = "environment";
};

/// Roles by the names that an issuer has for them. A name that ends with `*` stands for all that
/// begin like it.
using RoleNames = std::vector<std::pair<std::string, Role>>;

/// What an issuer's tokens must say, and what they may.
struct TokenPolicy {
  std::string issuer;                  ///< not empty: `iss` must be this
  std::vector<std::string> audiences;  ///< not empty: `aud` must contain one of them
  std::vector<std::string> types;      ///< not empty: `typ` must be one of them, e.g. `at+jwt`
  ClaimNames names;
  std::string subject_prefix;  ///< set before every subject, so that no other issuer's is the same
  RoleNames roles;             ///< empty: our own names, in any case
  std::map<std::string, std::string> environments;  ///< by the issuer's names; empty: ours
  Duration leeway = kTokenLeeway;
  /// Tokens of our own keys: only these may speak for a registered instance.
  bool own = true;
};

/// Unauthenticated `auth.required` for a payload of a wrong shape. Unknown role names are passed
/// over.
[[nodiscard]] Result<Claims> read_claims(const json::Value& payload, const TokenPolicy& policy);
/// Whether they hold now. Unauthenticated; Error::internal says what does not.
[[nodiscard]] Result<void> check_claims(const Claims& claims, const TokenPolicy& policy,
                                        WallTime now);
/// Whether a `typ` will do: without regard to case and to a leading `application/`.
[[nodiscard]] Result<void> check_type(std::string_view type, const TokenPolicy& policy);
/// As our own tokens say it.
[[nodiscard]] json::Object payload_of(const Claims& claims);

}  // namespace hotswap::api
