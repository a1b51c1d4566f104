#include "domain/config/retention_run.hpp"

#include <algorithm>
#include <limits>

#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFailuresKept = 20;
/// No beat for this long: nobody works on it any more.
constexpr auto kSilence = 2min;
constexpr auto kRetry = 1h;
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

/// The first time of this minute of the day after `time`.
WallTime daily_after(WallTime time, std::chrono::minutes at) {
  WallTime due = std::chrono::floor<std::chrono::days>(time) + at;
  if (due <= time) due += std::chrono::days(1);
  return due;
}

}  // namespace

void RetentionRun::fail(std::string why) {
  ++failed;
  if (failures.size() < kFailuresKept) failures.push_back(std::move(why));
}

std::string_view to_string(RetentionState state) {
  switch (state) {
    case RetentionState::Running:
      return "Running";
    case RetentionState::Done:
      return "Done";
    case RetentionState::Failed:
      return "Failed";
    case RetentionState::Interrupted:
      return "Interrupted";
  }
  return "";
}

RetentionState state_of(const RetentionRun& run, WallTime now) {
  if (run.finished_at)
    return run.failed == 0 && run.error.empty() ? RetentionState::Done : RetentionState::Failed;
  return now - run.updated_at < kSilence ? RetentionState::Running : RetentionState::Interrupted;
}

WallTime next_retention(std::chrono::minutes at, const std::optional<RetentionRun>& last,
                        WallTime since) {
  if (!last) return daily_after(since, at);
  const WallTime daily = daily_after(last->started_at, at);
  if (!last->finished_at) return std::min<WallTime>(daily, last->updated_at + kRetry);
  if (last->failed == 0 && last->error.empty()) return daily;
  return std::min<WallTime>(daily, *last->finished_at + kRetry);
}

json::Object to_json(const RetentionRun& run) {
  json::Array failures;
  for (const std::string& failure : run.failures) failures.emplace_back(failure);
  json::Object out{{"id", run.id},
                   {"by", run.by},
                   {"dryRun", run.dry},
                   {"startedAt", format_time(run.started_at)},
                   {"updatedAt", format_time(run.updated_at)},
                   {"profiles", std::uint64_t{run.profiles}},
                   {"versions", std::uint64_t{run.versions}},
                   {"bytes", std::uint64_t{run.bytes}},
                   {"objects", std::uint64_t{run.objects}},
                   {"pruned", std::uint64_t{run.pruned}},
                   {"failed", std::uint64_t{run.failed}},
                   {"failures", std::move(failures)}};
  if (run.finished_at) out.append("finishedAt", format_time(*run.finished_at));
  if (!run.error.empty()) out.append("error", run.error);
  return out;
}

Result<RetentionRun> retention_run_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  const auto count = [&](std::string_view name) {
    return static_cast<std::size_t>(in.optional_int(name, 0, kMost).value_or(0));
  };
  RetentionRun run;
  run.id = in.required_string("id");
  run.by = in.required_string("by");
  run.dry = in.optional_bool("dryRun").value_or(false);
  run.started_at = in.optional_time("startedAt").value_or(WallTime{});
  run.updated_at = in.optional_time("updatedAt").value_or(WallTime{});
  run.profiles = count("profiles");
  run.versions = count("versions");
  run.bytes = count("bytes");
  run.objects = count("objects");
  run.pruned = count("pruned");
  run.failed = count("failed");
  run.failures = in.optional_strings("failures");
  run.finished_at = in.optional_time("finishedAt");
  run.error = in.optional_string("error").value_or("");
  if (auto bad = in.finish("retention.invalid")) return std::unexpected(*bad);
  return run;
}

}  // namespace hotswap
