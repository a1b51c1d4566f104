#pragma once
// Who really asks when proxies stand between: the forwarding headers count as far as they were
// written by proxies that the operator trusts, and no further.

#include <string>
#include <string_view>
#include <vector>

#include "domain/net/address.hpp"

namespace hotswap::net {

/// The other end of a connection: `127.0.0.1:50312` or `[::1]:50312`, as the transport writes it;
/// also without a port or brackets.
[[nodiscard]] std::optional<IpAddress> address_of_peer(std::string_view peer);

class TrustedProxies {
 public:
  /// Networks with commas between. Invalid `settings.invalid`.
  [[nodiscard]] static Result<TrustedProxies> read(std::string_view networks);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool empty() const { return networks_.empty(); }

 private:
  std::vector<Network> networks_;
};

/// What a request says of its way.
struct Way {
  std::string_view peer;             ///< other end of the connection
  bool tls = false;                  ///< this connection
  std::string_view forwarded_for{};  ///< X-Forwarded-For, all of them, with commas
  std::string_view proto{};          ///< X-Forwarded-Proto
};

struct Origin {
  std::string address;           ///< who asks; the peer as it was given, if no proxy is believed
  bool fit_for_secrets = false;  ///< nobody on the way can read along
};

/// From the right, past trusted proxies, to the first address that is none. What stands left of it
/// was written by nobody known. Fit for secrets: every part of the way that is known is TLS or
/// stays on this machine.
[[nodiscard]] Origin origin_of(const Way& way, const TrustedProxies& trusted);

}  // namespace hotswap::net
