#pragma once
// The published keys of an issuer: found by OpenID Connect Discovery, at an address, or in a file.
// Blocking; bounded in time and size. What the keys are worth is not decided here.

#include <optional>
#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap {

struct JwksPlace {
  std::string issuer;     ///< asked for its discovery document if neither of these is given
  std::string url{};      ///< of the JWKS
  std::string file{};     ///< of the JWKS
  std::string ca_file{};  ///< PEM authorities; empty: the machine's
  /// Bearer token that the issuer asks for (Kubernetes), read each time. It goes to the addresses
  /// that are written here only, not to others that a discovery document names.
  std::string token_file{};
};

struct FetchedKeys {
  std::string text;                   ///< the JWKS
  std::optional<Duration> fresh_for;  ///< by Cache-Control
};

/// https, or http to this machine itself.
[[nodiscard]] bool is_safe_key_url(const std::string& url);

class JwksFetcher {
 public:
  static constexpr Duration kTimeout = std::chrono::seconds(10);  ///< of each of two requests
  static constexpr std::size_t kMaxBytes = 256 << 10;

  /// `reach`: where addresses that a discovery document names may lead. Those of the settings may
  /// lead anywhere.
  explicit JwksFetcher(net::Reach reach) : found_(std::move(reach)) {}

  /// Errors: Unavailable `jwks.unavailable` (no answer, or one other than 200), Invalid
  /// `jwks.invalid` (a discovery document of somebody else, an address that is not safe).
  [[nodiscard]] Result<FetchedKeys> fetch(const JwksPlace& place);

 private:
  [[nodiscard]] Result<HttpResponse> get(const std::string& url, const JwksPlace& place, bool told);
  [[nodiscard]] Result<std::string> discover(const JwksPlace& place);

  HttpClient told_;   ///< for addresses of the settings
  HttpClient found_;  ///< for those of discovery documents
};

}  // namespace hotswap
