#pragma once
// What the writer of the log shares with those who ask about it and steer it.

#include <array>
#include <atomic>
#include <cstdint>

#include "domain/log/levels.hpp"
#include "domain/log/recent.hpp"

namespace hotswap {

/// Levels as they are now: read at every line, changed while the program runs. Thread-safe.
class LevelSwitch {
 public:
  explicit LevelSwitch(const LogLevels& levels) { set(levels); }

  [[nodiscard]] bool lets_pass(LogLevel level, LogModule module) const {
    return level >= levels_[module.place()].load(std::memory_order_relaxed);
  }
  void set(const LogLevels& levels) {
    for (const auto name : kLogModules) {
      const auto module = *LogModule::named(name);
      levels_[module.place()].store(levels.of(module), std::memory_order_relaxed);
    }
  }

 private:
  std::array<std::atomic<LogLevel>, std::size(kLogModules)> levels_;
};

/// Counts since the start.
struct LogTally {
  std::array<std::atomic<std::uint64_t>, std::size(kLogLevels)> lines{};  ///< written, by level
  std::atomic<std::uint64_t> held_back = 0;  ///< repeats, told by a count
  std::atomic<std::uint64_t> lost = 0;       ///< full queue, or the file could not be written
};

struct LogBook {
  explicit LogBook(const LogLevels& levels) : at_start(levels), now(levels) {}

  const LogLevels at_start;
  LevelSwitch now;
  LogTally tally{};
  RecentLines recent{};
};

}  // namespace hotswap
