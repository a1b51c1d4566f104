#pragma once
// One run of the retention as it is recorded, and when the next one is due.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// What a run did so far, or, dry, would do.
struct RetentionRun {
  std::string id;
  std::string by;  ///< who asked for it; `system`: the clock
  bool dry = false;
  WallTime started_at{};
  WallTime updated_at{};                ///< when it was recorded last
  std::optional<WallTime> finished_at;  ///< nothing: not yet
  std::size_t profiles = 0;             ///< looked at
  std::size_t versions = 0;             ///< whose content went
  std::size_t bytes = 0;                ///< of their content
  std::size_t objects = 0;              ///< written
  std::size_t pruned = 0;               ///< old records; none when dry
  std::size_t failed = 0;               ///< profiles that stay for the next run
  std::vector<std::string> failures;    ///< of the first of them
  std::string error;                    ///< why it ended early

  /// Counts a profile that failed; remembers why for as many as people read.
  void fail(std::string why);
};

/// Interrupted: its server went away without a word.
enum class RetentionState { Running, Done, Failed, Interrupted };
[[nodiscard]] std::string_view to_string(RetentionState state);
[[nodiscard]] RetentionState state_of(const RetentionRun& run, WallTime now);

/// A run is recorded at least this often while it works.
inline constexpr auto kRetentionBeat = std::chrono::seconds(10);

/// When the daily run is due next. `at`: since midnight UTC. `last`: the newest run that was not
/// dry, if any; `since`: since when somebody has looked at the clock. A day that was slept through
/// is made up for; what failed is tried again after an hour.
[[nodiscard]] WallTime next_retention(std::chrono::minutes at,
                                      const std::optional<RetentionRun>& last, WallTime since);

[[nodiscard]] json::Object to_json(const RetentionRun& run);
/// What to_json() wrote.
[[nodiscard]] Result<RetentionRun> retention_run_from_json(const json::Value& value);

}  // namespace hotswap
