// The deciding half of DeploymentRunner: one deployment, one thread at a time.
#include "domain/ports/trace_scope.hpp"
#include "domain/rollout/spans.hpp"
#include "orchestrator/deployment_effects.hpp"
#include "orchestrator/deployment_entry.hpp"
#include "orchestrator/deployment_log.hpp"

namespace hotswap {
namespace {

/// Looked at this often at least, whatever comes in.
constexpr Duration kLookAtLeast = std::chrono::seconds(30);
/// What was due and still is waits for an answer, or for room: not asked for without a breath.
constexpr Duration kLookAgain = std::chrono::milliseconds(200);
constexpr int kConflictRetries = 5;

bool is_scheduled(const Deployment& deployment) {
  return std::holds_alternative<Planned>(deployment.state) && deployment.start_at.has_value() &&
         !awaits_approval(deployment);
}

bool is_overtaken(const Error& error) {
  return error.reason == "deployment.changed" || error.reason == "generation.stale" ||
         error.reason == "traffic.changed";
}

constexpr std::string_view kFenced = "deployment.fenced";

bool is_fenced(const Error& error) { return error.reason == kFenced; }

bool is_the_stores(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout ||
         error.code == ErrorCode::Internal;
}

/// Nobody was told of the version before, and somebody is now.
bool assigns_first(const Deployment& before, const Decision& decision) {
  return std::ranges::none_of(before.targets, is_told) &&
         std::ranges::any_of(decision.effects, [](const Effect& effect) {
           const auto* assign = std::get_if<Assign>(&effect);
           return assign != nullptr && !assign->restore;
         });
}

}  // namespace

void DeploymentRunner::handle(const EntryPtr& entry) {
  const std::lock_guard deciding(entry->mutex);
  if (entry->retired) return;
  const LogScope scope([&entry](LogFields& fields) {
    add_deployment_fields(fields, *entry->deployment);
    fields.push_back({"traceId", entry->deployment->trace_id});
  });
  const TraceScope trace_scope(
      tracer_, tracer_ == nullptr ? tracing::Context{} : root_context(*entry->deployment));
  const auto before = thread_cpu_ ? thread_cpu_() : std::chrono::nanoseconds(0);
  const auto done = handle_news(*entry);
  if (thread_cpu_) rest(*entry, thread_cpu_() - before);
  if (!done && is_fenced(done.error())) return lose(entry);
  if (!done)
    logger_.warning("runner", "deployment could not be advanced, will retry",
                    {{"reason", done.error().reason},
                     {"detail", done.error().detail},
                     {"internal", done.error().internal}});
  settle(entry, !done);
}

std::optional<Result<void>> DeploymentRunner::start_at_once(const Deployment& deployment,
                                                            const ChangeSet& first) {
  auto decision = decide(deployment, Tick{}, time_.now());
  // All of its targets are stored by the step itself.
  if (!decision || decision->changed_targets.size() != deployment.targets.size())
    return std::nullopt;
  const EntryPtr entry = entry_of(deployment);
  const std::lock_guard deciding(entry->mutex);
  if (!reserve(entry)) return std::nullopt;
  const TraceScope trace_scope(tracer_,
                               tracer_ == nullptr ? tracing::Context{} : root_context(deployment));
  auto changes = first;
  std::get<change::InsertDeployment>(changes.front()).deployment.targets.clear();
  auto done = save(*entry, *std::move(decision), nullptr, std::move(changes));
  if (!done) {
    retire(entry);
    if (is_overtaken(done.error())) return std::nullopt;
    return std::unexpected(std::move(done.error()));
  }
  settle(entry, false);
  {
    const std::lock_guard lock(mutex_);
    entry->due = time_.now() + entry->gathering();  // for what follows from the step
  }
  wake_.notify_one();
  note_missing(*entry->deployment);
  return done;
}

Result<void> DeploymentRunner::handle_news(Entry& entry) {
  DeploymentNews news;
  {
    const std::lock_guard lock(mutex_);
    std::swap(news, entry.news);
  }
  auto done = news.changed ? reload(entry) : Result<void>();
  if (done) done = prepare_due(entry);
  if (done) done = take_news(entry, news);
  if (done) done = judge_now(entry, news.health);
  if (done) {
    entry.ticked_at = time_.now();
    done = apply(entry, Tick{}, nullptr);
  }
  if (done) done = measure_baseline_due(entry);
  if (done) {
    call_hooks(entry);
    return done;
  }
  // Observations are facts: they are kept until they could be taken, and taken again they change
  // nothing.
  const std::lock_guard lock(mutex_);
  entry.news.put_back(std::move(news));
  return done;
}

Result<void> DeploymentRunner::take_news(Entry& entry, const DeploymentNews& news) {
  if (!news.reports.empty())
    if (auto done = apply(entry, Reported{news.reports}, nullptr); !done) return done;
  if (!news.vanished.empty())
    if (auto done = apply(entry, Vanished{news.vanished}, nullptr); !done) return done;
  for (const HookAnswered& answer : news.answers) {
    if (auto done = apply(entry, answer, nullptr); !done) return done;
    entry.asked.erase({answer.hook, answer.step, answer.attempt});
  }
  for (const TrafficSwitched& switched : news.switches)
    if (auto done = apply(entry, switched, nullptr); !done) return done;
  return {};
}

Result<void> DeploymentRunner::measure_baseline_due(Entry& entry) {
  if (!entry.baseline_until) return {};
  auto baseline = baseline_of(*entry.deployment, fleet_, *entry.baseline_until);
  auto done =
      baseline ? apply(entry, BaselineMeasured{std::move(*baseline)}, nullptr) : Result<void>();
  if (done) entry.baseline_until.reset();
  return done;
}

Result<void> DeploymentRunner::prepare_due(Entry& entry) {
  if (!is_scheduled(*entry.deployment) || time_.now() < *entry.deployment->start_at) return {};
  if (!prepare_) return {};
  auto prepared = prepare_(*entry.deployment);
  if (prepared) return apply(entry, std::move(*prepared), nullptr);
  if (is_the_stores(prepared.error())) return std::unexpected(std::move(prepared.error()));
  return apply(entry, Cancel{"it could not start when it was due: " + prepared.error().detail, {}},
               nullptr);
}

Result<Deployment> DeploymentRunner::command_now(const EntryPtr& entry, const Caller& caller,
                                                 const DeploymentEvent& command) {
  // The trace is the request's.
  const LogScope scope(
      [&entry](LogFields& fields) { add_deployment_fields(fields, *entry->deployment); });
  const bool had_ended = is_terminal(entry->deployment->state);
  Result<void> done;
  if (std::holds_alternative<Promote>(command) && is_scheduled(*entry->deployment) && prepare_) {
    auto prepared = prepare_(*entry->deployment);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    done = apply(*entry, std::move(*prepared), &caller);
  }
  if (done) done = apply(*entry, command, &caller);
  if (!done && !entry->visiting && is_fenced(done.error())) lose(entry);
  if (!entry->visiting && !entry->retired) settle(entry, false);
  // It goes on after its end.
  if (entry->visiting && had_ended && !is_terminal(entry->deployment->state))
    begin(*entry->deployment, true);
  if (!done) return std::unexpected(std::move(done.error()));
  return *entry->deployment;
}

Result<bool> DeploymentRunner::halt(const EntryPtr& entry, const Caller& caller,
                                    const std::string& reason) {
  if (entry->retired) return false;
  const LogScope scope(
      [&entry](LogFields& fields) { add_deployment_fields(fields, *entry->deployment); });
  const Deployment& deployment = *entry->deployment;
  const bool starting = std::holds_alternative<Planned>(deployment.state) && !deployment.start_at &&
                        !awaits_approval(deployment);
  if (!starting && !std::holds_alternative<Running>(deployment.state)) return false;
  const std::string& by = caller.principal.subject;
  const DeploymentEvent event =
      starting ? DeploymentEvent(Cancel{reason, by}) : DeploymentEvent(Pause{reason, by});
  auto done = apply(*entry, event, &caller);
  if (!entry->visiting) settle(entry, false);
  if (!done) return std::unexpected(std::move(done.error()));
  return true;
}

void DeploymentRunner::call_hooks(Entry& entry) {
  for (DueHook& due : due_hooks(*entry.deployment, time_.now())) {
    const std::tuple key(due.hook.name, due.step, due.attempt);
    if (entry.asked.contains(key)) continue;
    auto body = hook_body(*entry.deployment, due);
    auto trace =
        tracer_ == nullptr ? std::string() : tracing::traceparent(root_context(*entry.deployment));
    if (!hooks_.submit({entry.id, std::move(due), std::move(body), std::move(trace)})) return;
    entry.asked.insert(key);
  }
}

Result<void> DeploymentRunner::apply(Entry& entry, const DeploymentEvent& event,
                                     const Caller* caller) {
  // What is saved proves that it was decided on what is stored. A refusal proves nothing: another
  // node may have saved a command that was not heard of here yet.
  bool is_stored = entry.visiting || caller == nullptr || !sharing_.take;
  for (int attempt = 0;; ++attempt) {
    auto decision = decide(*entry.deployment, event, time_.now());
    if (!is_stored && (!decision || decision->nothing())) {
      if (auto done = reload(entry); !done) return done;
      is_stored = true;
      decision = decide(*entry.deployment, event, time_.now());
    }
    if (!decision) return std::unexpected(decision.error());
    if (decision->nothing()) return {};
    auto saved = save(entry, std::move(*decision), caller);
    // Who only visits need not mind who drives it.
    const bool overtaken =
        !saved && (is_overtaken(saved.error()) || (entry.visiting && is_fenced(saved.error())));
    if (!overtaken || attempt == kConflictRetries) return saved;
    // Somebody else saved first, or we did and the answer was lost: decide on what is stored.
    if (auto done = reload(entry); !done) return done;
  }
}

Result<void> DeploymentRunner::reload(Entry& entry) {
  auto stored = store_.deployment(entry.id);
  if (!stored) return std::unexpected(stored.error());
  if (!entry.visiting && stored->fence != entry.deployment->fence)
    return fail(ErrorCode::Conflict, std::string(kFenced),
                "Deployment " + entry.id.value + " has been taken over by another node.");
  auto news = fleet_.refresh(entry.profile);
  if (!news) return std::unexpected(news.error());
  entry.deployment = std::make_shared<const Deployment>(std::move(*stored));
  std::vector<Assignment> staged, active;
  for (Assignment& assignment : *news)
    (assignment.staged ? staged : active).push_back(std::move(assignment));
  if (!staged.empty()) delivery_.assigned(staged, AssignMode::Stage, {});
  if (!active.empty()) delivery_.assigned(active, AssignMode::Activate, {});
  return {};
}

Result<void> DeploymentRunner::save(Entry& entry, Decision decision, const Caller* caller,
                                    ChangeSet first) {
  const WallTime now = time_.now();
  const bool tells_first = assigns_first(*entry.deployment, decision);
  const bool later = tells_first && decision.next.targets.size() >= kLargeFleet;
  if (tells_first && !later) decision.next.baseline = baseline_of(decision.next, fleet_, now);
  EffectWriter writer(store_, fleet_, versions_);
  auto changes = writer.write(decision, caller, now);
  if (!changes) return std::unexpected(changes.error());
  auto record = record_with(entry, decision.next);
  const bool recorded = record.has_value();
  if (record) changes->push_back(change::AppendHealthRecord{std::move(*record)});
  if (!first.empty())
    changes->insert(changes->begin(), std::make_move_iterator(first.begin()),
                    std::make_move_iterator(first.end()));
  auto done = committer_.commit(std::move(*changes));
  if (!done) return std::unexpected(done.error());
  if (recorded) entry.recorder.stored();
  if (later) entry.baseline_until = now;
  log_decision(logger_, decision, now);
  if (tracer_ != nullptr) trace(entry, decision, now);
  ++decision.next.revision;
  const auto before =
      std::exchange(entry.deployment, std::make_shared<const Deployment>(std::move(decision.next)));
  if (watching_.saved)
    watching_.saved({*before, *entry.deployment, decision.changed_targets, caller != nullptr});
  return {};
}

void DeploymentRunner::trace(Entry& entry, const Decision& decision, WallTime now) {
  const auto& before = entry.deployment->state;
  entry.reverts = entry.reverts || (is_terminal(before) && !is_terminal(decision.next.state));
  for (auto& span : ended_spans({*entry.deployment, decision.next, decision.changed_targets,
                                 decision.effects, now, tracer_->now(), entry.reverts}))
    tracer_->finished(std::move(span));
}

void DeploymentRunner::trace_takeover(const Deployment& deployment) {
  if (tracer_ == nullptr) return;
  if (auto span = takeover_span(deployment, tracer_->new_span(), tracer_->now()))
    tracer_->finished(*std::move(span));
}

void DeploymentRunner::lose(const EntryPtr& entry) {
  logger_.warning("runner", "another node has taken over a deployment; leaving it alone");
  if (retire(entry) && sharing_.left) sharing_.left(entry->id);
}

// One large deployment leaves room for the others, and for requests.
void DeploymentRunner::rest(Entry& entry, std::chrono::nanoseconds used) {
  const WallTime now = time_.now();
  const Duration rest = entry.cpu.rest_after(used, cpu_share_, now);
  if (rest == Duration::zero()) return;
  ++rests_;
  const std::lock_guard lock(mutex_);
  entry.rests_until = now + rest;
}

void DeploymentRunner::settle(const EntryPtr& entry, bool failed) {
  if (is_terminal(entry->deployment->state)) {
    if (retire(entry) && sharing_.left) sharing_.left(entry->id);
    return;
  }
  const std::size_t awaited = static_cast<std::size_t>(
      std::ranges::count_if(entry->deployment->targets, [](const Target& target) {
        return target.state == TargetState::Assigned || target.state == TargetState::Received;
      }));
  const std::lock_guard lock(mutex_);
  entry->busy = false;
  entry->awaited = awaited;
  entry->published = entry->deployment;
  by_profile_[entry->profile] = entry;
  if (const auto& last = entry->recorder.last()) entry->judgement = last->judgement;
  const WallTime now = time_.now();
  entry->waiting = failed;
  entry->due = failed ? now + kStoreRetry : due_next(*entry, now);
}

WallTime DeploymentRunner::due_next(const Entry& entry, WallTime now) const {
  WallTime due = now + kLookAtLeast;
  if (const auto next = next_deadline(*entry.deployment))
    due = std::min(due, *next > entry.ticked_at ? *next : now + kLookAgain);
  if (entry.judge_wanted || awaits_judgement(*entry.deployment))
    due = std::min(due, entry.judged_at + entry.judge_pause);
  return due;
}

}  // namespace hotswap
