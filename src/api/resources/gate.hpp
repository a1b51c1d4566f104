#pragma once
// Before anything else is done for a request: where it comes from, and whether its sender asks too
// often. People, instances, registrations and refused tokens have budgets of their own, so that a
// fleet cannot crowd out its operators, nor strangers a fleet.

#include <functional>
#include <optional>

#include "api/server/http.hpp"
#include "domain/flow/rate_table.hpp"
#include "domain/net/proxies.hpp"
#include "domain/ports/clock.hpp"
#include "orchestrator/caller.hpp"

namespace hotswap::api {

struct GateOptions {
  Rate address{};    ///< all that comes from one address, but for instances
  Rate principal{};  ///< of one token's subject
  Rate instance{};   ///< heartbeats, streams and polls of one instance
  Rate bootstrap{};  ///< registrations with one bootstrap token
  Rate failures{};   ///< refused tokens of one address
  net::TrustedProxies proxies{};
  bool insecure_secrets = false;  ///< secrets may travel over plain HTTP
  std::uint64_t seed = 0;         ///< secret, random
  /// Told of every refusal: address, principal, instance, bootstrap or failures. May be empty.
  std::function<void(std::string_view scope)> on_refused{};
};

/// Thread-safe.
class Gate {
 public:
  Gate(GateOptions options, const Clock& clock);

  [[nodiscard]] net::Origin origin_of(const Request& request) const;

  /// Of a caller whose token is good. RateLimited `rate.principal`, `rate.address`,
  /// `rate.instance`, `rate.bootstrap`.
  [[nodiscard]] Result<void> admit(const Principal& who, const std::string& address);
  /// Of a request that shows no token and needs none. RateLimited `rate.address`.
  [[nodiscard]] Result<void> admit_stranger(const std::string& address);
  /// Of a token that was refused: `refused` again, or RateLimited `rate.failures` instead.
  [[nodiscard]] Error refuse(const std::string& address, Error refused);

  /// Adds Retry-After, RateLimit-Policy and RateLimit to the answer of an error of this.
  void describe(const Error& error, const Caller& caller, Response& response);

 private:
  struct Budget {
    std::string_view name;
    std::uint64_t scope;
    const Rate* rate;
    std::string key;
  };
  [[nodiscard]] Budget address_budget(const std::string& address) const;
  [[nodiscard]] Budget failure_budget(const std::string& address) const;
  /// The narrower one of a known caller.
  [[nodiscard]] Budget own_budget(const Principal& who) const;
  [[nodiscard]] Result<void> take(const Budget& budget);

  const GateOptions options_;
  const Clock& clock_;
  RateTable table_;
};

}  // namespace hotswap::api
