#pragma once
// The handshake by which a request becomes a WebSocket (RFC 6455, section 4).

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "api/server/http.hpp"

namespace hotswap::api {

/// The one subprotocol: events of the stream down, heartbeats up.
inline constexpr std::string_view kSubprotocol = "hotswap.v1";

/// Whether the request wants to go on as a WebSocket, rightly or not.
[[nodiscard]] bool asks_for_websocket(const Request& request);

/// Status and words of a handshake that is refused: 400, or 426 for another version.
struct UpgradeFault {
  int status = 400;
  std::string_view why;
};
/// Headers of the 101. For a request that asks_for_websocket().
[[nodiscard]] std::expected<std::vector<Header>, UpgradeFault> accept_upgrade(
    const Request& request);

/// Value of Sec-WebSocket-Accept.
[[nodiscard]] std::string accept_value(std::string_view key);

}  // namespace hotswap::api
