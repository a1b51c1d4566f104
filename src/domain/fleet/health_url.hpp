#pragma once
// The address that tells whether an instance is well, as instances register it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap {

struct HealthUrl {
  enum class Scheme { Http, Https, Tcp } scheme = Scheme::Http;
  std::string host;  ///< IPv6 without its brackets
  std::uint16_t port = 0;
};

/// `http://host[:port][/path]`, `https://…` or `tcp://host:port`. Nothing for any other scheme, for
/// blanks and control characters, and for a user or password, which every reader would see.
[[nodiscard]] std::optional<HealthUrl> parse_health_url(std::string_view text);

}  // namespace hotswap
