#pragma once
// Finds the end of a request's head and refuses line forms that parsers on the way may read
// differently (request smuggling): bare LF, CR without LF, folded lines, NUL.

#include <cstddef>
#include <string_view>

namespace hotswap::api {

/// Incremental: keeps its place, so that a head arriving byte by byte is scanned once.
class HeadScan {
 public:
  enum class State { NeedMore, Complete, Malformed };

  /// Looks at all unread bytes of the connection; `data` must start where it started at the last
  /// call and may only have grown.
  State scan(std::string_view data);

  /// Bytes of the head with its empty line; valid after Complete.
  [[nodiscard]] std::size_t length() const { return position_; }

 private:
  std::size_t position_ = 0;    ///< first byte not looked at
  std::size_t line_start_ = 0;  ///< where the current line begins
};

}  // namespace hotswap::api
