#pragma once
// Which lines are written: a level for everybody, and levels of single modules.

#include <map>
#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap {

struct LogLevels {
  LogLevel base = LogLevel::Info;
  std::map<std::string_view, LogLevel> modules{};  ///< by a name of kLogModules

  [[nodiscard]] LogLevel of(LogModule module) const;
  /// `info,runner=debug`: what parse_log_levels() reads.
  [[nodiscard]] std::string text() const;
  bool operator==(const LogLevels&) const = default;
};

/// `debug`, `info,runner=debug,store=trace`: levels trace, debug, info, warning (or warn) and error
/// in any case, the one without a module first or nowhere, a module once. What is not named follows
/// `base`. Invalid `log.levels` naming the word, what it may be, and what was probably meant.
[[nodiscard]] Result<LogLevels> parse_log_levels(std::string_view text,
                                                 LogLevel base = LogLevel::Info);
/// One level alone. Invalid `log.levels`.
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view text);

}  // namespace hotswap
