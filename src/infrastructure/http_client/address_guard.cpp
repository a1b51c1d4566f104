#include "infrastructure/http_client/address_guard.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

namespace hotswap::http {
namespace {

bool may_connect_v4(std::span<const std::uint8_t, 4> bytes) {
  const bool link_local = bytes[0] == 169 && bytes[1] == 254;
  const bool multicast_or_reserved =
      bytes[0] >= 224;  // the broadcast address is among the reserved
  return bytes[0] != 0 && !link_local && !multicast_or_reserved;
}

bool may_connect_v6(std::span<const std::uint8_t, 16> bytes) {
  static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static constexpr std::uint8_t kTranslated[12] = {0, 0x64, 0xff, 0x9b};  // 64:ff9b::/96, NAT64
  const auto prefix = bytes.first<12>();
  if (std::ranges::equal(prefix, kMapped) || std::ranges::equal(prefix, kTranslated))
    return may_connect_v4(bytes.last<4>());
  const bool unspecified = std::ranges::all_of(bytes, [](auto byte) { return byte == 0; });
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80;
  return !unspecified && !link_local && bytes[0] != 0xff;
}

}  // namespace

bool may_connect(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::uint8_t bytes[4];
    std::memcpy(bytes, &v4.sin_addr, sizeof bytes);
    return may_connect_v4(bytes);
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::uint8_t bytes[16];
  std::memcpy(bytes, &v6.sin6_addr, sizeof bytes);
  return may_connect_v6(bytes);
}

}  // namespace hotswap::http
