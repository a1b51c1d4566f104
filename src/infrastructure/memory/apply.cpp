#include "domain/base/limits.hpp"
#include "infrastructure/memory/cluster.hpp"
#include "infrastructure/memory/erasing.hpp"
#include "infrastructure/memory/operations.hpp"
#include "infrastructure/memory/outbox.hpp"
#include "infrastructure/memory/retention.hpp"
#include "infrastructure/memory/schemas.hpp"
#include "infrastructure/memory/secrets.hpp"
#include "infrastructure/memory/state.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

using std::unexpected;

/// One overload per change.
struct Applier {
  State& state;
  UndoLog& log;
  Committed& committed;

  Result<void> operator()(change::InsertProfile& c) {
    const auto name = c.profile.name;
    if (state.profiles.contains(name)) return unexpected(store::profile_exists(name));
    log.put(state.profiles, name, std::move(c.profile));
    return {};
  }

  Result<void> operator()(change::UpdateProfile& c) {
    const auto found = state.profiles.find(c.profile.name);
    if (found == state.profiles.end()) {
      return unexpected(store::profile_not_found(c.profile.name));
    }
    const Profile& old = found->second;
    if (old.revision != c.profile.revision) {
      return unexpected(store::profile_changed(c.profile.name));
    }
    Profile next = std::move(c.profile);
    next.created_by = old.created_by;
    next.created_at = old.created_at;
    next.stable = old.stable;
    next.generation = old.generation;
    ++next.revision;
    const auto name = next.name;
    log.put(state.profiles, name, std::move(next));
    return {};
  }

  Result<void> operator()(change::DeleteProfile& c) {
    if (!state.profiles.contains(c.name)) return unexpected(store::profile_not_found(c.name));
    if (const auto active = state.active.find(c.name); active != state.active.end()) {
      return unexpected(store::deployment_already_active(c.name, active->second));
    }
    const auto of_profile = [&](const auto& key) { return key.first == c.name; };
    log.erase(state.profiles, c.name);
    log.erase_range(state.versions, state.versions.lower_bound({c.name, ""}), of_profile);
    log.erase_range(state.tags, state.tags.lower_bound({c.name, ""}), of_profile);
    log.erase_range(state.assignments, state.assignments.lower_bound({c.name, InstanceId()}),
                    of_profile);
    log.erase_range(state.observations, state.observations.lower_bound({c.name, InstanceId()}),
                    of_profile);
    return {};
  }

  Result<void> operator()(change::AdvanceProfile& c) {
    const auto found = state.profiles.find(c.name);
    if (found == state.profiles.end()) return unexpected(store::profile_not_found(c.name));
    if (found->second.generation >= c.generation) {
      return unexpected(store::generation_stale(c.name, found->second.generation, c.generation));
    }
    Profile next = found->second;
    next.generation = c.generation;
    if (!c.keep_stable) next.stable = c.stable;
    log.put(state.profiles, c.name, std::move(next));
    return {};
  }

  Result<void> operator()(change::InsertVersion& c) {
    const auto profile = state.profiles.find(c.version.profile);
    if (profile == state.profiles.end())
      return unexpected(store::profile_not_found(c.version.profile));
    const std::pair key(c.version.profile, c.version.number.str());
    if (state.versions.contains(key)) {
      return unexpected(store::version_exists(c.version.profile, c.version.number));
    }
    if (c.judged_by && (c.judged_by->revision != profile->second.revision ||
                        c.judged_by->created_at != profile->second.created_at))
      return unexpected(store::profile_changed(c.version.profile));
    c.version.tags.clear();
    c.version.archived.reset();
    log.put(state.versions, key, {std::move(c.version), ++state.last_number});
    return {};
  }

  Result<void> operator()(change::MarkVersion& c) {
    const std::pair key(c.profile, c.number.str());
    const auto found = state.versions.find(key);
    if (found == state.versions.end()) {
      return unexpected(store::version_not_found(c.profile, c.number));
    }
    auto next = found->second;
    next.version.failed_reason = c.failed_reason;
    log.put(state.versions, key, std::move(next));
    return {};
  }

  Result<void> operator()(change::ArchiveVersions& c) { return archive(state, log, c); }
  Result<void> operator()(change::RestoreVersion& c) { return restore(state, log, c); }
  Result<void> operator()(change::PutRetentionRun& c) {
    put(state, log, c);
    return {};
  }
  Result<void> operator()(change::PruneRecords& c) {
    committed.pruned += prune(state, log, c);
    return {};
  }

  Result<void> operator()(change::PutTag& c) {
    if (!state.versions.contains({c.profile, c.number.str()})) {
      return unexpected(store::version_not_found(c.profile, c.number));
    }
    log.put(state.tags, {c.profile, tag_slot(c.tag, c.number)}, {c.tag, c.number});
    return {};
  }

  Result<void> operator()(change::DeleteTag& c) {
    const std::pair key{c.profile, tag_slot(c.tag, c.number)};
    const auto found = state.tags.find(key);
    if (found == state.tags.end() || found->second.number != c.number)
      return unexpected(store::tag_not_found(c.tag, c.number));
    log.erase(state.tags, key);
    return {};
  }

  Result<void> operator()(change::InsertDeployment& c) {
    Deployment& deployment = c.deployment;
    const auto id = deployment.id;
    if (state.deployments.contains(id)) return unexpected(store::deployment_exists(id));
    if (!state.profiles.contains(deployment.profile)) {
      return unexpected(store::profile_not_found(deployment.profile));
    }
    if (auto free = claim_active(deployment); !free) return free;
    for (std::size_t i = 0; i < deployment.targets.size(); ++i) {
      log.put(state.targets, {id, i}, std::move(deployment.targets[i]));
    }
    deployment.targets.clear();
    log.put(state.deployments_by_start, ++state.last_number, id);
    log.put(state.deployments, id, {std::move(deployment), state.last_number});
    return {};
  }

  Result<void> operator()(change::UpdateDeployment& c) {
    const auto id = c.deployment.id;
    const auto found = state.deployments.find(id);
    if (found == state.deployments.end()) return unexpected(store::deployment_not_found(id));
    if (found->second.row.fence != c.deployment.fence) {
      return unexpected(store::deployment_fenced(id));
    }
    if (found->second.row.revision != c.deployment.revision) {
      return unexpected(store::deployment_changed(id));
    }
    if (auto free = claim_active(c.deployment); !free) return free;
    StoredDeployment next{std::move(c.deployment), found->second.started};
    next.row.targets.clear();
    ++next.row.revision;
    log.put(state.deployments, id, std::move(next));
    return {};
  }

  Result<void> operator()(change::PutTargets& c) {
    if (!state.deployments.contains(c.deployment)) {
      return unexpected(store::deployment_not_found(c.deployment));
    }
    for (auto& item : c.items) {
      log.put(state.targets, {c.deployment, item.ordinal}, std::move(item.target));
    }
    if (c.size) {
      log.erase_range(state.targets, state.targets.lower_bound({c.deployment, *c.size}),
                      [&](const auto& key) { return key.first == c.deployment; });
    }
    return {};
  }

  Result<void> operator()(change::PutAssignments& c) {
    for (auto& assignment : c.assignments) {
      if (!known(assignment.instance, assignment.profile)) continue;
      const std::pair key(assignment.profile, assignment.instance);
      log.put(state.assignments, key, std::move(assignment));
    }
    return {};
  }

  Result<void> operator()(change::PutObservations& c) {
    for (auto& observation : c.observations) {
      if (!known(observation.instance, observation.profile)) continue;
      const std::pair key(observation.profile, observation.instance);
      log.put(state.observations, key, std::move(observation));
    }
    return {};
  }

  Result<void> operator()(change::PutFirstAssignments& c) {
    assign_first(state, log, c, committed);
    return {};
  }
  Result<void> operator()(change::AssignRest& c) {
    assign_rest(state, log, c, committed);
    return {};
  }

  Result<void> operator()(change::PutInstance& c) {
    const auto id = c.instance.id;
    log.put(state.instances, id, std::move(c.instance));
    return {};
  }

  Result<void> operator()(change::TouchInstances& c) {
    for (const auto& [id, at] : c.heartbeats) {
      const auto found = state.instances.find(id);
      if (found == state.instances.end()) continue;
      Instance next = found->second;
      next.last_heartbeat = at;
      next.status = InstanceStatus::Healthy;
      next.home = c.home;
      log.put(state.instances, id, std::move(next));
    }
    return {};
  }

  Result<void> operator()(change::SetInstanceStatus& c) {
    const auto found = state.instances.find(c.id);
    if (found == state.instances.end()) return {};
    if (c.home && found->second.home != *c.home) return unexpected(store::instance_moved(c.id));
    Instance next = found->second;
    next.status = c.status;
    log.put(state.instances, c.id, std::move(next));
    return {};
  }

  Result<void> operator()(change::DeleteInstance& c) {
    const auto found = state.instances.find(c.id);
    if (c.home && found != state.instances.end() && found->second.home != *c.home) {
      return unexpected(store::instance_moved(c.id));
    }
    log.erase(state.instances, c.id);
    for (const auto& [profile, unused] : state.profiles) {
      log.erase(state.assignments, {profile, c.id});
      log.erase(state.observations, {profile, c.id});
    }
    return {};
  }

  Result<void> operator()(change::AppendEvent& c) {
    c.event.sequence = last_key(state.events) + 1;
    committed.events.push_back(c.event);
    const auto sequence = c.event.sequence;
    log.put(state.events, sequence, std::move(c.event));
    return {};
  }

  Result<void> operator()(change::AppendAudit& c) {
    const auto last = last_key(state.audit);
    c.entry.sequence = last + 1;
    c.entry.hash = chain_hash(last == 0 ? std::string() : state.audit.at(last).hash, c.entry);
    log.put(state.audit, last + 1, std::move(c.entry));
    return {};
  }

  Result<void> operator()(change::EnqueueOutbox& c) { return enqueue(state, log, c); }
  Result<void> operator()(change::FinishOutbox& c) { return finish(state, log, c); }
  Result<void> operator()(change::DeferOutbox& c) { return defer(state, log, c); }
  Result<void> operator()(change::BuryOutbox& c) { return bury(state, log, c); }
  Result<void> operator()(change::ReviveOutbox& c) { return revive(state, log, c); }

  Result<void> operator()(change::PutChannel& c) { return put(state, log, c); }
  Result<void> operator()(change::DeleteChannel& c) { return erase(state, log, c); }
  Result<void> operator()(change::AppendHealthRecord& c) { return append(state, log, c); }
  Result<void> operator()(change::PutCalendarEntry& c) { return put(state, log, c); }
  Result<void> operator()(change::DeleteCalendarEntry& c) { return erase(state, log, c); }
  Result<void> operator()(change::PutTraffic& c) { return put(state, log, c); }

  Result<void> operator()(change::InsertSchema& c) { return insert(state, log, c); }
  Result<void> operator()(change::UpdateSchema& c) { return update(state, log, c); }
  Result<void> operator()(change::InsertSchemaVersion& c) { return insert(state, log, c); }
  Result<void> operator()(change::UpdateSchemaVersion& c) { return update(state, log, c); }

  Result<void> operator()(change::ClaimDeployment& c) { return claim(state, log, c); }
  Result<void> operator()(change::AppendChange& c) { return append(state, log, c); }
  Result<void> operator()(change::PruneChanges& c) { return prune(state, log, c); }
  Result<void> operator()(change::PutNode& c) {
    const auto id = c.node.id;
    log.put(state.nodes, id, std::move(c.node));
    return {};
  }
  Result<void> operator()(change::DeleteNode& c) {
    log.erase(state.nodes, c.id);
    return {};
  }

  Result<void> operator()(change::PutErasure& c) { return put(state, log, c); }
  Result<void> operator()(change::PutTexts& c) { return put(state, log, c); }
  Result<void> operator()(change::RemoveRows& c) { return remove(state, log, c); }
  Result<void> operator()(change::ReplaceAudit& c) { return replace(state, log, c); }
  Result<void> operator()(change::EraseVersions& c) { return erase(state, log, c, committed); }
  Result<void> operator()(change::EraseHistory& c) { return erase(state, log, c, committed); }
  Result<void> operator()(change::DeleteSchema& c) { return erase(state, log, c); }
  Result<void> operator()(change::PutSecretKey& c) { return put(state, log, c); }
  Result<void> operator()(change::RewrapVersions& c) {
    rewrap(state, log, c);
    return {};
  }
  Result<void> operator()(change::SealVersion& c) { return seal(state, log, c); }
  Result<void> operator()(change::PutSecretReference& c) { return put(state, log, c); }

  Result<void> operator()(change::PutIdempotent& c) {
    const WallTime now = c.expires - limits::kIdempotencyKeep;
    const auto found = state.idempotent.find(c.key);
    if (found != state.idempotent.end() && found->second.expires > now) {
      return unexpected(store::idempotency_exists());
    }
    const auto key = c.key;
    log.put(state.idempotent, key, std::move(c));
    return {};
  }

 private:
  /// Makes this the profile's active deployment, or, if terminal, no longer so.
  Result<void> claim_active(const Deployment& deployment) {
    const auto found = state.active.find(deployment.profile);
    const bool held = found != state.active.end();
    const bool by_other = held && found->second != deployment.id;
    if (is_terminal(deployment.state)) {
      if (held && !by_other) log.erase(state.active, deployment.profile);
      return {};
    }
    if (by_other) {
      return unexpected(store::deployment_already_active(deployment.profile, found->second));
    }
    if (!held) log.put(state.active, deployment.profile, deployment.id);
    return {};
  }

  [[nodiscard]] bool known(const InstanceId& instance, const ProfileName& profile) const {
    return state.instances.contains(instance) && state.profiles.contains(profile);
  }
};

}  // namespace

Result<void> apply(State& state, UndoLog& log, Change& change, Committed& committed) {
  return std::visit(Applier{state, log, committed}, change);
}

}  // namespace hotswap::memory
