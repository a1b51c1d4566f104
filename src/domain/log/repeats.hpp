#pragma once
// The same line again and again tells nothing new and hides the others: what is said often is said
// a number of times, then counted, and the count is told.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap {

/// Lines that were held back, to be told by one line `repeated`.
struct Repeated {
  LogModule module;
  std::string message;
  LogLevel level{};         ///< the gravest of them
  std::uint64_t count = 0;  ///< held back; at least one
  Duration window{};
  bool operator==(const Repeated&) const = default;
};

struct RepeatRule {
  std::uint64_t first = 20;  ///< lines of a window that are written; 0: all of them
  Duration window = std::chrono::seconds(10);
  std::size_t kept = 1024;  ///< different lines that are counted at a time; others are written
};

/// Decides by module and message, which is a constant sentence. Not thread-safe.
class Repeats {
 public:
  explicit Repeats(RepeatRule rule) : rule_(rule) {}

  /// Whether this line is written. A window begins with the first line after the last one ended.
  [[nodiscard]] bool admit(LogModule module, std::string_view message, LogLevel level,
                           MonoTime now);
  /// What was held back in windows that are over, or, `all`, so far: each is told once.
  [[nodiscard]] std::vector<Repeated> due(MonoTime now, bool all = false);

 private:
  struct Window {
    LogModule module;
    MonoTime begun{};
    std::uint64_t written = 0, held = 0;
    LogLevel level{};
  };

  [[nodiscard]] bool is_over(const Window& window, MonoTime now) const {
    return now - window.begun >= rule_.window;
  }

  const RepeatRule rule_;
  std::unordered_map<std::string, Window> windows_;  ///< by `module: message`
};

}  // namespace hotswap
