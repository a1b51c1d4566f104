#include "infrastructure/memory/secrets.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

auto key_of(const VersionName& name) { return std::pair(name.first, name.second.str()); }

/// Copies of the entries of one profile that `change` has altered.
template <class Map, class Alter>
void alter(UndoLog& log, Map& map, Alter change) {
  for (auto& [key, value] : map) {
    auto next = value;
    if (change(next)) log.put(map, key, std::move(next));
  }
}

bool rename(std::optional<Assignment::Slot>& slot, const change::SealVersion& change) {
  if (!slot || slot->version != change.version.second || slot->hash != change.was) return false;
  slot->hash = change.hash;
  return true;
}

/// Wherever the old hash is named together with the version.
void rename_hash(State& state, UndoLog& log, const change::SealVersion& change) {
  const auto& [profile, number] = change.version;
  alter(log, state.assignments, [&](Assignment& assignment) {
    if (assignment.profile != profile) return false;
    const bool active = rename(assignment.active, change);
    return rename(assignment.staged, change) || active;
  });
  alter(log, state.observations, [&](Observation& seen) {
    const bool named = seen.profile == profile && seen.version == number && seen.hash == change.was;
    if (named) seen.hash = change.hash;
    return named;
  });
  alter(log, state.deployments, [&](StoredDeployment& stored) {
    Deployment& row = stored.row;
    const bool named = row.profile == profile && row.version == number && row.hash == change.was;
    if (named) row.hash = change.hash;
    return named;
  });
}

}  // namespace

Result<void> put(State& state, UndoLog& log, change::PutSecretKey& change) {
  const auto found = state.secret_keys.find(change.name);
  const WrappedKey stored = found == state.secret_keys.end() ? WrappedKey{} : found->second;
  if (stored != change.was) return std::unexpected(store::secret_key_changed(change.name));
  log.put(state.secret_keys, change.name, std::move(change.key));
  return {};
}

void rewrap(State& state, UndoLog& log, change::RewrapVersions& change) {
  for (auto& item : change.items) {
    const auto found = state.versions.find(key_of(item.version));
    if (found == state.versions.end() || found->second.version.key != item.was) continue;
    auto next = found->second;
    next.version.key = std::move(item.now);
    log.put(state.versions, found->first, std::move(next));
  }
}

Result<void> seal(State& state, UndoLog& log, change::SealVersion& change) {
  const auto& [profile, number] = change.version;
  const auto key = key_of(change.version);
  const auto found = state.versions.find(key);
  if (found == state.versions.end())
    return std::unexpected(store::version_not_found(profile, number));
  if (found->second.version.hash != change.was || !found->second.version.key.empty())
    return std::unexpected(store::version_changed(profile, number));
  auto next = found->second;
  next.version.size = change.content.size();
  next.version.content = change.content;
  next.version.hash = change.hash;
  next.version.key = change.key;
  next.version.archived.reset();
  log.put(state.versions, key, std::move(next));
  rename_hash(state, log, change);
  return {};
}

Result<void> put(State& state, UndoLog& log, change::PutSecretReference& change) {
  const std::string reference = change.state.reference;
  const auto found = state.secret_references.find(reference);
  const auto revision = found == state.secret_references.end() ? 0 : found->second.revision;
  if (revision != change.state.revision)
    return std::unexpected(store::secret_reference_changed(reference));
  SecretReferenceState next = std::move(change.state);
  ++next.revision;
  log.put(state.secret_references, reference, std::move(next));
  return {};
}

}  // namespace hotswap::memory
