#include "infrastructure/memory/cluster.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

bool holds(const State& state, const ProfileName& profile, const InstanceId& instance,
           const SemVer& version, const std::string& hash) {
  const auto found = state.assignments.find({profile, instance});
  if (found == state.assignments.end()) return false;
  const auto& active = found->second.active;
  return active && active->version == version && active->hash == hash;
}

}  // namespace

void assign_first(State& state, UndoLog& log, change::PutFirstAssignments& change,
                  Committed& committed) {
  for (const auto& [name, profile] : state.profiles) {
    if (profile.service != change.service || profile.environment != change.environment) continue;
    if (!profile.stable || state.assignments.contains({name, change.instance})) continue;
    const auto version = state.versions.find({name, profile.stable->str()});
    if (version == state.versions.end()) continue;
    Assignment first{change.instance, name, {}, {}};
    first.active =
        Assignment::Slot{*profile.stable, version->second.version.hash, profile.generation};
    log.put(state.assignments, {name, change.instance}, first);
    committed.first.push_back(std::move(first));
  }
}

void assign_rest(State& state, UndoLog& log, change::AssignRest& change, Committed& committed) {
  for (const auto& [id, instance] : state.instances) {
    if (instance.service != change.service || instance.environment != change.environment) continue;
    if (change.except.contains(id)) continue;
    const bool wanted =
        change.only ? holds(state, change.profile, id, change.only->version, change.only->hash)
                    : !change.slot || !holds(state, change.profile, id, change.slot->version,
                                             change.slot->hash);
    if (!wanted) continue;
    Assignment assignment{id, change.profile, change.slot, {}};
    log.put(state.assignments, {change.profile, id}, assignment);
    committed.rest.push_back(std::move(assignment));
  }
}

Result<void> claim(State& state, UndoLog& log, change::ClaimDeployment& change) {
  const auto found = state.deployments.find(change.id);
  if (found == state.deployments.end())
    return std::unexpected(store::deployment_not_found(change.id));
  if (found->second.row.fence != change.fence)
    return std::unexpected(store::deployment_fenced(change.id));
  StoredDeployment next = found->second;
  ++next.row.fence;
  log.put(state.deployments, change.id, std::move(next));
  return {};
}

Result<void> append(State& state, UndoLog& log, change::AppendChange& change) {
  const std::uint64_t sequence = ++state.last_number;
  log.put(state.changes, sequence,
          {{sequence, std::move(change.node), std::move(change.body)}, change.at});
  return {};
}

Result<void> prune(State& state, UndoLog& log, change::PruneChanges& change) {
  while (!state.changes.empty() && state.changes.begin()->second.at < change.before)
    log.erase(state.changes, state.changes.begin()->first);
  return {};
}

}  // namespace hotswap::memory
