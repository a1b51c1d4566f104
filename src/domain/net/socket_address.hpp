#pragma once
// Between the system's socket addresses and ours.

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>

#include "domain/net/address.hpp"

namespace hotswap::net {

/// Nothing for what is no IP address, such as a Unix socket's.
[[nodiscard]] inline std::optional<IpAddress> ip_of(const sockaddr& address) {
  IpAddress out;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::memcpy(out.bytes.data(), &v4.sin_addr, 4);
    out.v4 = true;
    return out;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::memcpy(out.bytes.data(), &v6.sin6_addr, 16);
  return out;
}

}  // namespace hotswap::net
