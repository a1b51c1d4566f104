#include "orchestrator/log_service.hpp"

#include "domain/base/short_duration.hpp"

namespace hotswap {

LogService::LogService(const Parts& parts) : parts_(parts), now_(parts.book.at_start) {
  const LogTally& tally = parts_.book.tally;
  for (const LogLevel level : kLogLevels)
    count("hotswap_log_lines_total", "Lines of the log, by level",
          {{"level", std::string(to_string(level))}}, tally.lines[static_cast<std::size_t>(level)]);
  count("hotswap_log_repeats_total", "Lines of the log that were counted instead of written", {},
        tally.held_back);
  count("hotswap_log_lost_total", "Lines of the log that could not be written", {}, tally.lost);
}

void LogService::count(const std::string& name, const std::string& help, const MetricLabels& labels,
                       const std::atomic<std::uint64_t>& source) {
  const MutexLock lock(mutex_);
  counted_.push_back({parts_.metrics.counter(name, help, labels), source});
}

LogService::View LogService::look() const {
  return {parts_.node, now_, parts_.book.at_start, until_};
}

void LogService::take(const LogLevels& levels) {
  now_ = levels;
  parts_.book.now.set(levels);
}

Result<LogService::View> LogService::view(const Caller& caller) const {
  if (auto ok = authorize(caller.principal, Action::DebugRead); !ok)
    return std::unexpected(ok.error());
  const MutexLock lock(mutex_);
  return look();
}

Result<LogService::View> LogService::set(const Caller& caller, std::string_view text,
                                         std::optional<Duration> lasting) {
  if (auto ok = authorize(caller.principal, Action::LogLevelWrite); !ok)
    return std::unexpected(ok.error());
  const auto levels = parse_log_levels(text);
  if (!levels) return std::unexpected(levels.error());
  if (lasting && (*lasting <= Duration::zero() || *lasting > kLongest))
    return fail(ErrorCode::Invalid, "log.levels",
                "`for` must be more than nothing and 24h at most.");
  const WallTime now = parts_.clock.wall();
  const auto detail = levels->text() + (lasting ? " for " + format_short(*lasting) : "");
  if (auto kept = parts_.committer.commit({change::AppendAudit{
          audit_entry(caller, "log.level", "nodes/" + parts_.node, detail, now)}});
      !kept)
    return std::unexpected(kept.error());
  const MutexLock lock(mutex_);
  until_ = lasting ? std::optional(now + *lasting) : std::nullopt;
  due_ = lasting ? std::optional(parts_.clock.mono() + *lasting) : std::nullopt;
  take(*levels);
  parts_.logger.warning("log", "the levels of the log were changed",
                        {{"levels", levels->text()},
                         {"principal", caller.principal.subject},
                         {"until", until_ ? format_time(*until_) : std::string("changed again")}});
  return look();
}

Result<std::vector<std::string>> LogService::recent(const Caller& caller, std::size_t count) const {
  if (auto ok = authorize(caller.principal, Action::DebugRead); !ok)
    return std::unexpected(ok.error());
  return parts_.book.recent.newest(count);
}

void LogService::tick() {
  const MutexLock lock(mutex_);
  for (Counted& each : counted_) {
    const auto now = each.source.load(std::memory_order_relaxed);
    if (now > each.told) each.counter.add(static_cast<double>(now - each.told));
    each.told = now;
  }
  if (!due_ || parts_.clock.mono() < *due_) return;
  due_.reset();
  until_.reset();
  take(parts_.book.at_start);
  parts_.logger.warning("log", "the levels of the log are those of the start again",
                        {{"levels", now_.text()}});
}

}  // namespace hotswap
