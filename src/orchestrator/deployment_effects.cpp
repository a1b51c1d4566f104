#include "orchestrator/deployment_effects.hpp"

#include "domain/base/overloaded.hpp"
#include "orchestrator/deployment_hooks.hpp"

namespace hotswap {

struct EffectWriter::Draft {
  Decision& decision;
  const Caller* caller;
  WallTime now;
  Profile profile;
  bool advanced = false;
  bool keep_stable = true;
  std::map<InstanceId, Assignment> current;  ///< only if something is staged beside it
  ChangeSet changes;

  Deployment& next() { return decision.next; }
  std::string actor() const { return caller ? caller->principal.subject : "system"; }
  /// A generation of this profile that no instance has seen.
  std::uint64_t new_generation() {
    advanced = true;
    return ++profile.generation;
  }
  /// Made of what caused it, so that a repeated decision never tells anybody twice.
  std::string outbox_id() {
    return next().id.value + ':' + std::to_string(next().revision) + ':' +
           std::to_string(changes.size());
  }
  void event(std::string kind, std::string message, json::Value data) {
    TimelineEvent event;
    event.at = now;
    event.kind = std::move(kind);
    event.profile = next().profile;
    event.deployment = next().id;
    event.actor = actor();
    event.message = std::move(message);
    event.data = std::move(data);
    changes.push_back(change::AppendEvent{std::move(event)});
  }
};

namespace {

bool touches_assignments(const Decision& decision) {
  return std::ranges::any_of(decision.effects, [](const Effect& effect) {
    return std::holds_alternative<Assign>(effect) || std::holds_alternative<MoveStable>(effect) ||
           std::holds_alternative<RestoreStable>(effect) ||
           std::holds_alternative<AssignRest>(effect);
  });
}

/// What is staged stands beside what runs; all else takes its place.
bool stages(const Effect& effect) {
  const auto* assign = std::get_if<Assign>(&effect);
  return assign != nullptr && !assign->restore && assign->mode == AssignMode::Stage;
}

}  // namespace

Result<ChangeSet> EffectWriter::write(Decision& decision, const Caller* caller, WallTime now) {
  Draft draft{decision, caller, now, {}, false, true, {}, {}};
  if (touches_assignments(decision)) {
    auto profile = store_.profile(decision.next.profile);
    if (!profile) return std::unexpected(profile.error());
    draft.profile = std::move(*profile);
  }
  if (std::ranges::any_of(decision.effects, stages))
    if (auto known = read_current(draft); !known) return std::unexpected(known.error());
  for (const Effect& effect : decision.effects) {
    auto done = std::visit(
        Overloaded{
            [&](const Assign& e) { return e.restore ? restore(draft, e) : assign(draft, e); },
            [&](const Record& e) { return record(draft, e), Result<void>(); },
            [&](const Notify& e) { return notify(draft, e), Result<void>(); },
            [&](const MarkVersionFailed& e) { return mark_failed(draft, e), Result<void>(); },
            [&](const MoveStable&) {
              return move_stable(draft, draft.next().version), Result<void>();
            },
            [&](const RestoreStable&) {
              move_stable(draft, draft.next().previous_stable);
              return restore_rest(draft);
            },
            [&](const AssignRest&) { return assign_rest(draft), Result<void>(); },
            [&](const SwitchTraffic& e) { return switch_traffic(draft, e); },
            [&](const CallPostHook& e) { return call_post_hook(draft, e), Result<void>(); }},
        effect);
    if (!done) return std::unexpected(done.error());
  }
  auto& changes = draft.changes;
  if (draft.advanced)
    changes.push_back(change::AdvanceProfile{draft.profile.name, draft.profile.stable,
                                             draft.keep_stable, draft.profile.generation});
  // Its targets are rows of their own: no copy of thousands to be thrown away.
  auto kept = std::exchange(decision.next.targets, {});
  changes.push_back(change::UpdateDeployment{decision.next});
  decision.next.targets = std::move(kept);
  change::PutTargets targets{decision.next.id, {}};
  targets.items.reserve(decision.changed_targets.size());
  for (const std::size_t ordinal : decision.changed_targets)
    targets.items.push_back({ordinal, decision.next.targets.at(ordinal)});
  // All of them: chosen anew, perhaps fewer than before.
  if (targets.items.size() == decision.next.targets.size()) targets.size = targets.items.size();
  if (!targets.items.empty()) changes.push_back(std::move(targets));
  return std::move(draft.changes);
}

Result<void> EffectWriter::read_current(Draft& draft) {
  // Beside other nodes, what is known here of theirs may lag.
  auto current = fleet_.shared() ? store_.assignments_of(draft.next().profile)
                                 : fleet_.assigned(draft.next().profile);
  if (!current) return std::unexpected(current.error());
  for (Assignment& assignment : *current)
    draft.current[assignment.instance] = std::move(assignment);
  return {};
}

Result<void> EffectWriter::assign(Draft& draft, const Assign& effect) {
  Deployment& next = draft.next();
  const Assignment::Slot slot{next.version, next.hash, draft.new_generation()};
  change::PutAssignments told{{}, effect.mode, effect.spread};
  told.assignments.reserve(effect.targets.size());
  for (const std::size_t ordinal : effect.targets) {
    Target& target = next.targets.at(ordinal);
    target.generation = slot.generation;
    Assignment assignment;
    assignment.instance = target.instance;
    assignment.profile = next.profile;
    if (effect.mode == AssignMode::Stage) {
      const auto held = draft.current.find(target.instance);
      if (held != draft.current.end()) assignment.active = held->second.active;
      assignment.staged = slot;
    } else {
      assignment.active = slot;
    }
    told.assignments.push_back(std::move(assignment));
  }
  draft.changes.push_back(std::move(told));
  return {};
}

Result<void> EffectWriter::restore(Draft& draft, const Assign& effect) {
  Deployment& next = draft.next();
  const std::uint64_t generation = draft.new_generation();
  // Instances still hold what they ran before, so only its hash is named: rollback moves no
  // content.
  change::PutAssignments told{{}, AssignMode::Activate, effect.spread};
  told.assignments.reserve(effect.targets.size());
  for (const std::size_t ordinal : effect.targets) {
    Target& target = next.targets.at(ordinal);
    target.generation = generation;
    Assignment assignment;
    assignment.instance = target.instance;
    assignment.profile = next.profile;
    if (target.previous) {
      auto version = versions_.get(next.profile, *target.previous);
      if (!version) return std::unexpected(version.error());
      assignment.active = Assignment::Slot{*target.previous, (*version)->hash, generation};
    }
    told.assignments.push_back(std::move(assignment));
  }
  draft.changes.push_back(std::move(told));
  return {};
}

// Who "the rest" is, the store finds within the commit: nobody who registers meanwhile, on whatever
// node, is missed. A target that registered anew was given the baseline: it is one of them as well.
void EffectWriter::assign_rest(Draft& draft) {
  const Deployment& next = draft.next();
  change::AssignRest rest{next.profile, next.service, next.environment, {}, {}};
  rest.slot = Assignment::Slot{next.version, next.hash, draft.new_generation()};
  for (const Target& target : next.targets)
    if (target.state == TargetState::Rejected) rest.except.insert(target.instance);
  draft.changes.push_back(std::move(rest));
}

Result<void> EffectWriter::restore_rest(Draft& draft) {
  const Deployment& next = draft.next();
  change::AssignRest rest{next.profile, next.service, next.environment, {}, {}};
  rest.only = {next.version, next.hash};
  if (next.previous_stable) {
    auto version = versions_.get(next.profile, *next.previous_stable);
    if (!version) return std::unexpected(version.error());
    rest.slot = Assignment::Slot{*next.previous_stable, (*version)->hash, draft.new_generation()};
  }
  draft.changes.push_back(std::move(rest));
  return {};
}

void EffectWriter::move_stable(Draft& draft, const std::optional<SemVer>& to) {
  draft.keep_stable = false;
  draft.profile.stable = to;
  static_cast<void>(draft.new_generation());
  const std::string version = to ? to->str() : "none";
  draft.event("config.stable_moved", "Stable is now " + version,
              json::Object{{"version", to ? json::Value(version) : json::Value()}});
}

void EffectWriter::record(Draft& draft, const Record& effect) {
  draft.event(effect.kind, effect.message, effect.data);
  // What a deployment does by itself is on record as well as what people tell it to do.
  Caller system;
  system.principal.subject = "system";
  system.trace_id = draft.next().trace_id;
  const Caller& caller = draft.caller ? *draft.caller : system;
  draft.changes.push_back(change::AppendAudit{audit_entry(
      caller, effect.kind, "deployments/" + draft.next().id.value, effect.message, draft.now)});
}

void EffectWriter::notify(Draft& draft, const Notify& effect) {
  const Deployment& next = draft.next();
  Notice notice;
  notice.id = draft.outbox_id();
  notice.severity = severity_from_string(effect.severity).value_or(Severity::Warning);
  notice.message = effect.message;
  notice.profile = next.profile.value;
  notice.service = next.service.value;
  notice.environment = next.environment;
  notice.version = next.version.str();
  notice.deployment = next.id.value;
  notice.state = state_name(next.state);
  notice.at = draft.now;
  draft.changes.push_back(
      change::EnqueueOutbox{notice.id, "notification", to_json(notice), draft.now});
}

void EffectWriter::call_post_hook(Draft& draft, const CallPostHook& effect) {
  const Deployment& next = draft.next();
  const auto& hooks = next.plan.safeguards.hooks;
  const auto hook = std::ranges::find(hooks, effect.hook, &Hook::name);
  if (hook == hooks.end()) return;
  const auto* back = std::get_if<RollingBack>(&next.state);
  const std::size_t last = next.plan.steps.empty() ? 0 : next.plan.steps.size() - 1;
  const DueHook due{*hook, back ? back->step : last, 1};
  draft.changes.push_back(
      change::EnqueueOutbox{draft.outbox_id(), "hook",
                            json::Object{{"url", hook->url},
                                         {"timeout", format_duration(hook->timeout)},
                                         {"body", hook_body(next, due)}},
                            draft.now});
}

Result<void> EffectWriter::switch_traffic(Draft& draft, const SwitchTraffic& effect) {
  Deployment& next = draft.next();
  auto traffic = store_.traffic(next.service, next.environment);
  if (!traffic) return std::unexpected(traffic.error());
  // Also when that pool is wanted already: only a new generation is confirmed anew.
  traffic->desired = effect.pool;
  ++traffic->generation;
  traffic->error.clear();
  traffic->changed_by = "deployment " + next.id.value;
  traffic->changed_at = draft.now;
  if (next.pools) next.pools->generation = traffic->generation;
  draft.changes.push_back(change::PutTraffic{std::move(*traffic)});
  return {};
}

void EffectWriter::mark_failed(Draft& draft, const MarkVersionFailed& effect) {
  draft.changes.push_back(
      change::MarkVersion{draft.next().profile, draft.next().version, effect.reason});
}

}  // namespace hotswap
