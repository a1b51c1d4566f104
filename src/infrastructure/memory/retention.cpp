#include "infrastructure/memory/retention.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

/// Keys of at most `limit` entries that `old(value)` holds for.
template <class Map, class Old>
auto keys_of(const Map& map, std::size_t limit, Old old) {
  std::vector<typename Map::key_type> keys;
  for (const auto& [key, value] : map) {
    if (keys.size() == limit) break;
    if (old(value)) keys.push_back(key);
  }
  return keys;
}

}  // namespace

Result<void> archive(State& state, UndoLog& log, change::ArchiveVersions& change) {
  for (auto& item : change.items) {
    const std::pair key(change.profile, item.number.str());
    const auto found = state.versions.find(key);
    if (found == state.versions.end())
      return std::unexpected(store::version_not_found(change.profile, item.number));
    if (found->second.version.hash != item.hash)
      return std::unexpected(store::version_changed(change.profile, item.number));
    if (found->second.version.archived) continue;
    auto next = found->second;
    next.version.content.clear();
    next.version.archived = std::move(item.place);
    log.put(state.versions, key, std::move(next));
  }
  return {};
}

Result<void> restore(State& state, UndoLog& log, change::RestoreVersion& change) {
  const std::pair key(change.profile, change.number.str());
  const auto found = state.versions.find(key);
  if (found == state.versions.end())
    return std::unexpected(store::version_not_found(change.profile, change.number));
  if (found->second.version.hash != change.hash)
    return std::unexpected(store::version_changed(change.profile, change.number));
  if (!found->second.version.archived) return {};
  auto next = found->second;
  next.version.content = std::move(change.content);
  next.version.archived.reset();
  log.put(state.versions, key, std::move(next));
  return {};
}

void put(State& state, UndoLog& log, change::PutRetentionRun& change) {
  const std::pair key(change.run.started_at, change.run.id);
  log.put(state.retention_runs, key, std::move(change.run));
  while (state.retention_runs.size() > change::kRetentionRunsKept)
    log.erase(state.retention_runs, state.retention_runs.begin()->first);
}

std::size_t prune(State& state, UndoLog& log, const change::PruneRecords& change) {
  const auto records = keys_of(state.health_records, change.limit, [&](const HealthRecord& record) {
    const Deployment& row = state.deployments.at(record.deployment).row;
    return is_terminal(row.state) && row.progressed_at < change.health_before;
  });
  for (const auto& key : records) log.erase(state.health_records, key);
  const auto letters = keys_of(state.dead_letters, change.limit, [&](const DeadLetter& letter) {
    return letter.item.at < change.dead_letters_before;
  });
  for (const auto& key : letters) {
    log.erase(state.dead_letter_ids, state.dead_letters.at(key).item.id);
    log.erase(state.dead_letters, key);
  }
  const auto answers = keys_of(
      state.idempotent, change.limit,
      [&](const change::PutIdempotent& answer) { return answer.expires < change.answers_before; });
  for (const auto& key : answers) log.erase(state.idempotent, key);
  return records.size() + letters.size() + answers.size();
}

}  // namespace hotswap::memory
