#include "infrastructure/memory/operations.hpp"

#include <limits>

#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

using std::unexpected;

/// Of the deployment's last record; 0 without any.
std::uint64_t last_sequence(const State& state, const DeploymentId& id) {
  const auto behind =
      state.health_records.upper_bound({id, std::numeric_limits<std::uint64_t>::max()});
  if (behind == state.health_records.begin()) return 0;
  const auto& key = std::prev(behind)->first;
  return key.first == id ? key.second : 0;
}

}  // namespace

Result<void> put(State& state, UndoLog& log, change::PutChannel& change) {
  const auto name = change.channel.name;
  log.put(state.channels, name, std::move(change.channel));
  return {};
}

Result<void> erase(State& state, UndoLog& log, change::DeleteChannel& change) {
  if (!state.channels.contains(change.name)) {
    return unexpected(store::channel_not_found(change.name));
  }
  log.erase(state.channels, change.name);
  return {};
}

Result<void> append(State& state, UndoLog& log, change::AppendHealthRecord& change) {
  HealthRecord& record = change.record;
  const auto id = record.deployment;
  if (!state.deployments.contains(id)) return unexpected(store::deployment_not_found(id));
  record.sequence = last_sequence(state, id) + 1;
  const auto sequence = record.sequence;
  log.put(state.health_records, {id, sequence}, std::move(record));
  return {};
}

Result<void> put(State& state, UndoLog& log, change::PutCalendarEntry& change) {
  const auto id = change.entry.id;
  const auto found = state.calendar_ids.find(id);
  const auto position = found == state.calendar_ids.end() ? ++state.last_number : found->second;
  log.put(state.calendar_ids, id, position);
  log.put(state.calendar, position, std::move(change.entry));
  return {};
}

Result<void> erase(State& state, UndoLog& log, change::DeleteCalendarEntry& change) {
  const auto found = state.calendar_ids.find(change.id);
  if (found == state.calendar_ids.end()) {
    return unexpected(store::calendar_entry_not_found(change.id));
  }
  log.erase(state.calendar, found->second);
  log.erase(state.calendar_ids, change.id);
  return {};
}

Result<void> put(State& state, UndoLog& log, change::PutTraffic& change) {
  Traffic& traffic = change.traffic;
  const std::pair key(traffic.service, traffic.environment);
  const auto found = state.traffics.find(key);
  const auto stored = found == state.traffics.end() ? 0 : found->second.revision;
  if (stored != traffic.revision) {
    return unexpected(store::traffic_changed(traffic.service, traffic.environment));
  }
  ++traffic.revision;
  log.put(state.traffics, key, std::move(traffic));
  return {};
}

}  // namespace hotswap::memory
