#include "infrastructure/memory/schemas.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::memory {
namespace {

using std::unexpected;

void refresh_latest(State& state, UndoLog& log, const SchemaId& id) {
  RegisteredSchema schema = state.schemas.at(id);
  schema.latest = latest_of(schema_numbers(state, id, SchemaState::Approved));
  log.put(state.schemas, id, std::move(schema));
}

}  // namespace

std::vector<SemVer> schema_numbers(const State& state, const SchemaId& id,
                                   std::optional<SchemaState> in) {
  std::vector<SemVer> numbers;
  auto it = state.schema_versions.lower_bound({id, ""});
  for (; it != state.schema_versions.end() && it->first.first == id; ++it) {
    const SchemaVersion& version = it->second.version;
    if (!in || version.state == *in) numbers.push_back(version.number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

Result<void> insert(State& state, UndoLog& log, change::InsertSchema& change) {
  const auto id = change.schema.id;
  if (state.schemas.contains(id)) return unexpected(store::schema_exists(id));
  change.schema.latest.reset();
  log.put(state.schemas, id, std::move(change.schema));
  return {};
}

Result<void> update(State& state, UndoLog& log, change::UpdateSchema& change) {
  const auto id = change.schema.id;
  const auto found = state.schemas.find(id);
  if (found == state.schemas.end()) return unexpected(store::schema_not_found(id));
  const RegisteredSchema& old = found->second;
  if (old.revision != change.schema.revision) return unexpected(store::schema_changed(id));
  RegisteredSchema next = std::move(change.schema);
  next.created_by = old.created_by;
  next.created_at = old.created_at;
  next.latest = old.latest;
  ++next.revision;
  log.put(state.schemas, id, std::move(next));
  return {};
}

Result<void> insert(State& state, UndoLog& log, change::InsertSchemaVersion& change) {
  SchemaVersion& version = change.version;
  const auto id = version.schema;
  if (!state.schemas.contains(id)) return unexpected(store::schema_not_found(id));
  const std::pair key(id, version.number.str());
  if (state.schema_versions.contains(key)) {
    return unexpected(store::schema_version_exists(id, version.number));
  }
  log.put(state.schema_versions, key, {std::move(version), ++state.last_number});
  refresh_latest(state, log, id);
  return {};
}

Result<void> update(State& state, UndoLog& log, change::UpdateSchemaVersion& change) {
  SchemaVersion& version = change.version;
  const auto id = version.schema;
  const std::pair key(id, version.number.str());
  const auto found = state.schema_versions.find(key);
  if (found == state.schema_versions.end()) {
    return unexpected(store::schema_version_not_found(id, version.number));
  }
  if (found->second.version.revision != version.revision) {
    return unexpected(store::schema_version_changed(id, version.number));
  }
  ++version.revision;
  log.put(state.schema_versions, key, {std::move(version), found->second.registered});
  refresh_latest(state, log, id);
  return {};
}

}  // namespace hotswap::memory
