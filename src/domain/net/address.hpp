#pragma once
// IP addresses as values, and what lies behind them: the part of the network that one belongs to,
// read through every form in which an IPv4 address hides inside an IPv6 one.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/base/error.hpp"

namespace hotswap::net {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< of IPv4 the first four; the rest is zero
  bool v4 = false;

  [[nodiscard]] std::size_t size() const { return v4 ? 4 : 16; }
  bool operator==(const IpAddress&) const = default;
};

/// `10.0.0.1` or `fd00::1`; nothing for names, octal or shortened IPv4, zones and brackets.
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const IpAddress& address);

/// The IPv4 address that a packet to this IPv6 address ends at: mapped (::ffff:0:0/96), compatible
/// (::/96), NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32) and ISATAP. Else itself.
[[nodiscard]] IpAddress innermost(const IpAddress& address);

enum class AddressKind : std::uint8_t {
  Public,
  Private,      ///< RFC 1918, fc00::/7, site-local, the operator's NAT64 prefix
  SharedNat,    ///< 100.64.0.0/10
  Loopback,     ///< this machine
  LinkLocal,    ///< this wire
  Metadata,     ///< where clouds tell a machine its credentials
  Multicast,    ///< and broadcast
  Unspecified,  ///< 0.0.0.0/8 and ::
  Reserved      ///< documentation, benchmarks, discard, future use
};

[[nodiscard]] AddressKind kind_of(const IpAddress& address);
/// `a private network`, for messages.
[[nodiscard]] std::string_view words_for(AddressKind kind);

struct Network {
  IpAddress base;
  unsigned bits = 0;

  [[nodiscard]] bool is_single() const { return bits == base.size() * 8; }
  [[nodiscard]] bool contains(const IpAddress& address) const;
};

/// `10.0.0.0/8`, `fd00::/8` or one address. Invalid `settings.invalid`.
[[nodiscard]] Result<Network> parse_network(std::string_view text);

}  // namespace hotswap::net
