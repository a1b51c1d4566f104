#pragma once
// Which addresses the server may be made to connect to by those who register an instance. Asked for
// the address of the socket itself, so that no name can point elsewhere between check and use.

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap {

class AddressGuard {
 public:
  /// `loopback`: this machine may be looked at. Link-local (169.254.0.0/16, fe80::/10), multicast,
  /// broadcast and unspecified addresses are refused always.
  explicit AddressGuard(bool loopback) : loopback_(loopback) {}

  /// An exception: `10.0.0.0/8`, `fe80::/10` or one address. Invalid `settings.invalid`.
  [[nodiscard]] Result<void> allow(std::string_view network);
  /// IPv4 in IPv6 (mapped, NAT64) counts as the IPv4 address.
  [[nodiscard]] bool allows(const sockaddr& address) const;

 private:
  struct Network {
    std::vector<std::uint8_t> bytes;  ///< 4 or 16
    unsigned bits = 0;
  };
  const bool loopback_;
  std::vector<Network> exceptions_;
};

/// `169.254.169.254`, for messages.
[[nodiscard]] std::string address_text(const sockaddr& address);

}  // namespace hotswap
