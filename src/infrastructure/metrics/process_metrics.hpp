#pragma once
// The process_* metrics that every Prometheus client shows of its own process.

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/ports/metrics.hpp"

namespace hotswap {

/// What /proc/self/stat says, in the kernel's units.
struct ProcessStat {
  std::uint64_t cpu_ticks = 0;    ///< user and system
  std::uint64_t start_ticks = 0;  ///< since the machine's start
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
  std::uint64_t threads = 0;
};

/// Nothing for what is no such line. The program's name in it may hold anything.
[[nodiscard]] std::optional<ProcessStat> read_process_stat(std::string_view text);

/// Looks now. What cannot be read keeps its last value.
void publish_process(Metrics& metrics);

}  // namespace hotswap
