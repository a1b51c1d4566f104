#pragma once
// The event by which a server sends streams elsewhere (docs/protocol.md).

#include <chrono>
#include <string>
#include <vector>

namespace hotswap::api {

/// `to`: addresses of servers that have room; may be empty.
[[nodiscard]] std::string reconnect_frame(std::chrono::milliseconds after,
                                          const std::vector<std::string>& to);

/// How streams leave a server that stops.
struct DrainPlan {
  std::chrono::milliseconds jitter{};  ///< each is told to go within this time
  /// They may stay so much longer, and are served until then; 0: they are closed at once, since
  /// there is no other server that could take them.
  std::chrono::milliseconds linger{};
  std::vector<std::string> to{};
};

}  // namespace hotswap::api
