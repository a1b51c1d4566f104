#include "orchestrator/retention_job.hpp"

#include <algorithm>

#include "domain/ports/trace_scope.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTick = 5s;
/// Between two looks at an archive that is well; one that is not is looked at with every tick.
constexpr auto kLookAgain = 1min;

Caller system_caller() {
  Caller caller;
  caller.principal.subject = "system";
  return caller;
}

std::unexpected<Error> running(const RetentionRun& run) {
  return fail(ErrorCode::Conflict, "retention.running",
              "A run that " + run.by + " began at " + format_time(run.started_at) +
                  " has not ended: wait for it (hotswap retention status).");
}

const RetentionRun* newest_real(const std::vector<RetentionRun>& runs) {
  const auto found = std::ranges::find(runs, false, &RetentionRun::dry);
  return found == runs.end() ? nullptr : &*found;
}

}  // namespace

RetentionJob::RetentionJob(const Parts& parts) : parts_(parts), since_(parts.clock.wall()) {
  if (parts_.archive != nullptr) health_.where = parts_.archive->where();
  count({});
}

RetentionJob::~RetentionJob() { stop(); }

Result<RetentionJob::View> RetentionJob::view(const Caller& caller) {
  if (auto ok = authorize(caller.principal, Action::RetentionRead); !ok)
    return std::unexpected(ok.error());
  auto runs = parts_.store.retention_runs();
  if (!runs) return std::unexpected(runs.error());
  View view{parts_.policy, parts_.at, {}, archive_health(), std::move(*runs)};
  if (parts_.at) {
    const auto* last = newest_real(view.runs);
    view.next = next_retention(*parts_.at, last ? std::optional(*last) : std::nullopt, since_);
  }
  return view;
}

Result<RetentionRun> RetentionJob::begun(const Caller& caller, bool dry) {
  const auto runs = parts_.store.retention_runs();
  if (!runs) return std::unexpected(runs.error());
  const WallTime now = parts_.clock.wall();
  for (const RetentionRun& run : *runs)
    if (state_of(run, now) == RetentionState::Running) return running(run);
  RetentionRun run;
  run.id = parts_.random.guid();
  run.by = caller.principal.subject;
  run.dry = dry;
  run.started_at = now;
  run.updated_at = now;
  ChangeSet changes{change::PutRetentionRun{run}};
  if (!dry)
    changes.push_back(change::AppendAudit{
        audit_entry(caller, "retention.run", "retention/" + run.id, "begun", now)});
  if (auto done = parts_.committer.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return run;
}

Result<RetentionRun> RetentionJob::ask(const Caller& caller, bool dry) {
  if (auto ok = authorize(caller.principal, Action::RetentionRun); !ok)
    return std::unexpected(ok.error());
  if (parts_.archive == nullptr)
    return fail(ErrorCode::Unavailable, "retention.no_archive",
                "The servers have no archive in common: start them with --archive.");
  auto run = begun(caller, dry);
  if (!run) return run;
  {
    const std::lock_guard lock(mutex_);
    order_ = Order{caller, *run, false};
  }
  wake_.notify_all();
  return run;
}

ArchiveHealth RetentionJob::archive_health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void RetentionJob::look_at_archive() {
  if (parts_.archive == nullptr) return;
  const MonoTime now = parts_.clock.mono();
  {
    const std::lock_guard lock(mutex_);
    if (looked_ && !health_.error && now - *looked_ < kLookAgain) return;
  }
  const auto usable = parts_.archive->check();
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = !looked_ || health_.error.has_value() == usable.has_value();
    looked_ = now;
    health_.error = usable ? std::nullopt : std::optional(usable.error());
  }
  parts_.metrics.gauge("hotswap_archive_up", "Whether the archive can be used").set(usable ? 1 : 0);
  if (!news) return;
  if (usable)
    parts_.logger.info("archive", "the archive can be used",
                       {{"archive", parts_.archive->where()}});
  else
    parts_.logger.warning(
        "archive", "the archive cannot be used",
        {{"detail", usable.error().detail}, {"internal", usable.error().internal}});
}

std::optional<RetentionJob::Order> RetentionJob::take_order() {
  const std::lock_guard lock(mutex_);
  return std::exchange(order_, std::nullopt);
}

std::optional<RetentionJob::Order> RetentionJob::due() {
  const auto runs = parts_.store.retention_runs();
  if (!runs) return std::nullopt;
  show_last_success(*runs);
  if (!parts_.at || !may_run()) return std::nullopt;
  const auto* last = newest_real(*runs);
  const auto next = next_retention(*parts_.at, last ? std::optional(*last) : std::nullopt, since_);
  if (parts_.clock.wall() < next) return std::nullopt;
  auto run = begun(system_caller(), false);
  if (!run) return std::nullopt;  // another one runs, or the store is away: the next tick looks
  return Order{system_caller(), std::move(*run), true};
}

void RetentionJob::tick() {
  look_at_archive();
  auto order = take_order();
  if (!order) order = due();
  if (order) work(std::move(*order));
}

Result<void> RetentionJob::record(const RetentionRun& run) {
  auto done = parts_.committer.commit(ChangeSet{change::PutRetentionRun{run}});
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<void> RetentionJob::may_go_on(const Order& order, RetentionRun run, MonoTime& beat) {
  if (stopping_.stop_requested())
    return fail(ErrorCode::Unavailable, "retention.stopped",
                "The server was stopped; what is left is done by the next run.");
  if (order.scheduled && !may_run())
    return fail(ErrorCode::Conflict, "retention.elsewhere",
                "Another node leads now; what is left is done by its run.");
  const MonoTime now = parts_.clock.mono();
  if (now - beat < kRetentionBeat) return {};
  beat = now;
  run.updated_at = parts_.clock.wall();
  return record(run);
}

void RetentionJob::work(Order order) {
  const TraceScope scope(parts_.tracer, order.caller.trace);
  RetentionRun& run = order.run;
  MonoTime beat = parts_.clock.mono();
  const auto done = parts_.work.run(order.caller, run, [&](const RetentionRun& so_far) {
    return may_go_on(order, so_far, beat);
  });
  if (!done) run.error = done.error().detail;
  run.updated_at = parts_.clock.wall();
  run.finished_at = run.updated_at;
  if (!run.dry) count(run);
  LogFields fields{{"versions", run.versions},
                   {"bytes", run.bytes},
                   {"pruned", run.pruned},
                   {"failed", run.failed}};
  if (!run.error.empty()) fields.push_back({"detail", run.error});
  if (!run.failures.empty()) fields.push_back({"first", run.failures.front()});
  if (state_of(run, run.updated_at) == RetentionState::Done)
    parts_.logger.info("retention", "a run is done", fields);
  else
    parts_.logger.warning("retention", "a run failed", fields);
  if (auto kept = record(run); !kept)
    parts_.logger.warning("retention", "the outcome could not be recorded",
                          {{"detail", kept.error().detail}});
}

void RetentionJob::count(const RetentionRun& run) {
  Metrics& metrics = parts_.metrics;
  const auto add = [&](const char* name, const char* help, std::size_t amount) {
    metrics.counter(name, help).add(static_cast<double>(amount));
  };
  add("hotswap_retention_versions_total", "Versions moved to the archive", run.versions);
  add("hotswap_retention_bytes_total", "Bytes of content moved to the archive", run.bytes);
  add("hotswap_retention_pruned_total", "Old records dropped", run.pruned);
  add("hotswap_retention_failures_total",
      "Profiles whose retention failed, and runs that ended early",
      run.failed + (run.error.empty() ? 0 : 1));
}

void RetentionJob::show_last_success(const std::vector<RetentionRun>& runs) {
  const auto last = std::ranges::find_if(runs, [](const RetentionRun& run) {
    return !run.dry && run.finished_at && state_of(run, *run.finished_at) == RetentionState::Done;
  });
  if (last == runs.end()) return;
  parts_.metrics
      .gauge("hotswap_retention_last_success_seconds",
             "When retention last went through, in seconds since 1970")
      .set(std::chrono::duration<double>(last->finished_at->time_since_epoch()).count());
}

void RetentionJob::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      tick();
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kTick, [this] { return order_.has_value(); });
    }
  });
}

void RetentionJob::stop() {
  stopping_.request_stop();
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace hotswap
