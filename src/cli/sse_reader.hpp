#pragma once
// Server-sent events out of the pieces in which a response's body arrives.

#include <functional>
#include <string>
#include <string_view>

#include "cli/api_client.hpp"

namespace hotswap::cli {

class SseReader {
 public:
  /// One event is at most this long; a longer one ends the stream.
  static constexpr std::size_t kEventBytes = 4 << 20;

  /// Returns false when `on_event` wants no more, or an event is too long.
  bool feed(std::string_view bytes, const std::function<bool(const ServerEvent&)>& on_event);

 private:
  bool take_line(std::string_view line, const std::function<bool(const ServerEvent&)>& on_event);

  std::string pending_;  ///< the line that is not complete yet
  std::string kind_, data_, id_;
};

}  // namespace hotswap::cli
