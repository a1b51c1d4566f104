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

/// Who reads the lines.
struct Style {
  bool colour = false;  ///< a terminal: the level in its colour, names of fields dim
  /// systemd's journal: it knows the time, and takes the priority from `<4>` in front of a line.
  bool journal = false;
};
/// Of an open file: a terminal has colours unless NO_COLOR or TERM=dumb say no; JOURNAL_STREAM
/// names the journal's.
[[nodiscard]] Style style_of(int file);

/// One JSON object without a line break: timestamp, level, module, message, then the fields.
[[nodiscard]] std::string json_line(const Line& line);

/// `2026-11-23T15:04:05.123Z INFO    api: message key=value key="two words"`. Control characters
/// are escaped, so that no value can begin a line or colour a terminal.
[[nodiscard]] std::string text_line(const Line& line, const Style& style = {});

/// `<4>` of syslog's priorities.
[[nodiscard]] std::string_view journal_prefix(LogLevel level);

}  // namespace hotswap::log
