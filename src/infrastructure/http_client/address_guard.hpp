#pragma once
#include <sys/socket.h>

namespace hotswap::http {

/// False for link-local, multicast, broadcast and unspecified addresses, IPv4 ones inside IPv6,
/// too, and for what is no IP address.
[[nodiscard]] bool may_connect(const sockaddr& address);

}  // namespace hotswap::http
