#pragma once
// JSON Web Tokens, HS256 only: the algorithm is ours, never the token's. Who mints and who verifies
// share one key of at least 32 bytes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/access/access.hpp"
#include "domain/base/time.hpp"

namespace hotswap::api {

inline constexpr std::size_t kTokenBytes = 8 << 10;
inline constexpr std::size_t kTokenKeyBytes = 32;  ///< least length of a key
inline constexpr Duration kTokenLeeway = std::chrono::seconds(60);
inline constexpr Duration kInstanceTokenLife = std::chrono::hours(24);

struct Claims {
  Principal principal;
  WallTime expires{};
  std::optional<WallTime> not_before;
  std::optional<WallTime> issued_at;
  std::string issuer;                 ///< empty: none
  std::vector<std::string> audience;  ///< empty: none
};

struct TokenPolicy {
  /// The first is the newest; older ones are accepted while a key is being replaced.
  std::vector<std::string> keys;
  std::string issuer;    ///< not empty: `iss` must be this
  std::string audience;  ///< not empty: `aud` must be or contain this
  std::string subject_claim = "sub";
  std::string roles_claim = "roles";  ///< array of names, or names separated by spaces
  std::string teams_claim = "teams";
  Duration leeway = kTokenLeeway;
};

/// A signed token with these claims.
[[nodiscard]] std::string mint(const Claims& claims, std::string_view key);

/// The claims of a token that is well-formed, signed by one of our keys and valid now. Unknown role
/// names are passed over. Every refusal is the same Unauthenticated `auth.required`; only
/// Error::internal says why.
[[nodiscard]] Result<Claims> verify(std::string_view token, const TokenPolicy& policy,
                                    WallTime now);

/// The one answer to everybody without a valid token.
[[nodiscard]] Error unauthenticated(std::string why);

}  // namespace hotswap::api
