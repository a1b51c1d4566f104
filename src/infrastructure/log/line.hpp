#pragma once
#include <string>

#include "domain/base/time.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::log {

struct Line {
  WallTime at;
  LogLevel level;
  std::string_view module;
  std::string_view message;
  const LogFields& fields;
};

/// One JSON object without a line break. A field that is named like one of the line's own
/// (timestamp, level, module, message) gets a `_` behind its name.
[[nodiscard]] std::string json_line(const Line& line);

/// `2026-11-23T15:04:05.123Z INFO  api: message key=value key="two words"`. Control characters are
/// escaped, so that no value can begin a line or colour a terminal.
[[nodiscard]] std::string text_line(const Line& line);

}  // namespace hotswap::log
