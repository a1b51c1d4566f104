#pragma once
// Whom this process may be made to call by a URL. Asked for the address of the socket itself, after
// the name was resolved, so that no name can point elsewhere between check and use.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/net/address.hpp"

namespace hotswap::net {

class Reach {
 public:
  /// For URLs that come in by the API: public addresses, and what was allowed.
  [[nodiscard]] static Reach of_users() { return Reach(false); }
  /// For URLs of the operator's own settings: the internal network and this machine as well.
  [[nodiscard]] static Reach of_operator() { return Reach(true); }

  /// An exception: `10.0.0.0/8`, one address, a name (`hooks.internal`), all names below one
  /// (`*.svc.cluster.local`), or a folder of Unix sockets (`/run/haproxy/`). Invalid
  /// `settings.invalid`.
  [[nodiscard]] Result<void> allow(std::string_view entry);
  /// The same of several with commas between.
  [[nodiscard]] Result<void> allow_all(std::string_view entries);
  /// Loopback and every Unix socket.
  void allow_this_machine();

  /// `host` as it stands in the URL. A name that was allowed may lead into internal networks. A
  /// metadata service is reached only if its very address was allowed; what is link-local,
  /// multicast or unspecified only by a network that was.
  [[nodiscard]] bool allows(std::string_view host, const IpAddress& address) const;
  /// Of a Unix socket, by its absolute path.
  [[nodiscard]] bool allows_socket(std::string_view path) const;

 private:
  explicit Reach(bool internal) : internal_(internal) {}
  [[nodiscard]] bool is_named(std::string_view host) const;

  bool internal_;
  bool sockets_ = false;
  std::vector<Network> networks_;
  std::vector<std::string> names_;    ///< lower case; `.suffix` for all below
  std::vector<std::string> folders_;  ///< with a slash at the end
};

/// `10.0.0.5 is a private network, which URLs must not lead to: … --allow-hosts …`
[[nodiscard]] std::string refusal(const IpAddress& address);

}  // namespace hotswap::net
