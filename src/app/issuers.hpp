#pragma once
// The file of issuers whose tokens are accepted beside our own (--jwt-issuers).

#include <string>
#include <string_view>
#include <vector>

#include "api/auth/claims.hpp"
#include "api/auth/key_refresh.hpp"
#include "api/auth/key_set.hpp"
#include "infrastructure/jwks/jwks_fetcher.hpp"

namespace hotswap {

inline constexpr std::size_t kIssuers = 16;

struct IssuerSettings {
  std::string name;  ///< for logs and metrics
  api::TokenPolicy policy;
  JwksPlace keys;
  api::Algorithm rsa = api::Algorithm::RS256;  ///< of RSA keys that name no algorithm
  api::KeyRefreshTimes times;
};

/// `{"issuers": […]}`. Invalid `settings.invalid` with every mistake as a field under `path`.
[[nodiscard]] Result<std::vector<IssuerSettings>> read_issuers(std::string_view text,
                                                               const std::string& path);

}  // namespace hotswap
