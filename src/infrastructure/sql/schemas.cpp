#include "infrastructure/sql/schemas.hpp"

#include <algorithm>

#include "domain/json/write.hpp"
#include "domain/schema/registry/record_json.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/store/errors.hpp"
#include "infrastructure/store/links.hpp"

namespace hotswap::sql {
namespace {

#define HS_SCHEMA_COLUMNS                                                         \
  "id, description, compatibility, policy, loosened_by, created_by, created_at, " \
  "updated_at, revision, latest"
#define HS_SCHEMA_VERSION_COLUMNS                                                                \
  "registration, schema, number, hash, size, uri, assert_formats, author, message, created_at, " \
  "state, decision, revision"

constexpr List kSchemas{"schemas", "SELECT " HS_SCHEMA_COLUMNS " FROM registered_schemas", "id"};
constexpr List kVersions{"schema-versions",
                         "SELECT " HS_SCHEMA_VERSION_COLUMNS " FROM registered_schema_versions",
                         "registration DESC"};

Result<RegisteredSchema> read_schema(const Row& row) {
  Columns in(row);
  RegisteredSchema schema;
  schema.id = SchemaId(in.text());
  schema.description = in.text();
  schema.compatibility = in.word<CompatibilityMode>(compatibility_from_string);
  schema.policy = in.word<schema::Policy>(schema::policy_from_string);
  schema.loosened_by = in.text();
  schema.created_by = in.text();
  schema.created_at = in.time();
  schema.updated_at = in.time();
  schema.revision = in.number();
  schema.latest = in.optional_version();
  return in.finish(std::move(schema));
}

Result<Keyed<RegisteredSchema>> read_keyed(const Row& row) {
  return mapped(read_schema(row), [](RegisteredSchema schema) {
    auto key = schema.id.str();
    return Keyed<RegisteredSchema>{std::move(key), std::move(schema)};
  });
}

Keyed<SchemaVersion> take_version(Columns& in) {
  Keyed<SchemaVersion> keyed;
  keyed.key = std::to_string(in.integer());
  SchemaVersion& version = keyed.item;
  version.schema = SchemaId(in.text());
  version.number = in.version();
  version.hash = in.text();
  version.size = in.number();
  version.uri = in.text();
  version.assert_formats = in.flag();
  version.author = in.text();
  version.message = in.text();
  version.created_at = in.time();
  version.state = in.word<SchemaState>(schema_state_from_string);
  version.decision = in.optional_document<SchemaDecision>(schema_decision_from_json);
  version.revision = in.number();
  return keyed;
}

Result<Keyed<SchemaVersion>> read_listed(const Row& row) {
  Columns in(row);
  auto keyed = take_version(in);
  return in.finish(std::move(keyed));
}

Result<SchemaVersion> read_whole(const Row& row) {
  Columns in(row);
  auto version = take_version(in).item;
  version.references = in.labels();
  version.compared = in.document<std::vector<ComparedWith>>(compared_from_json);
  version.content = in.text();
  return in.finish(std::move(version));
}

Result<SemVer> read_number(const Row& row) {
  Columns in(row);
  auto number = in.version();
  return in.finish(std::move(number));
}

Result<SchemaRef> read_ref(const Row& row) {
  Columns in(row);
  SchemaId id(in.text());
  SchemaRef ref{std::move(id), in.version()};
  return in.finish(std::move(ref));
}

std::optional<std::string> decision_column(const SchemaVersion& version) {
  return version.decision ? std::optional(json::write(to_json(*version.decision))) : std::nullopt;
}

Result<bool> is_stored(Session& session, const SchemaId& id) {
  return exists(session, "SELECT 1 FROM registered_schemas WHERE id = $1", {id.str()});
}

Result<bool> is_stored(Session& session, const SchemaId& id, const SemVer& number) {
  return exists(session,
                "SELECT 1 FROM registered_schema_versions WHERE schema = $1 AND number = $2",
                {id.str(), number.str()});
}

/// Which of the two reasons kept an update from finding its row.
Result<void> refuse_update(Result<bool> stored, Error changed, Error missing) {
  if (!stored) return std::unexpected(std::move(stored.error()));
  return std::unexpected(*stored ? std::move(changed) : std::move(missing));
}

Result<void> refresh_latest(Session& session, const SchemaId& id) {
  const auto approved = schema_numbers(session, id, SchemaState::Approved);
  if (!approved) return std::unexpected(approved.error());
  return later(session, "UPDATE registered_schemas SET latest = $1 WHERE id = $2",
               {to_column(latest_of(*approved)), id.str()});
}

}  // namespace

Result<void> apply(Session& session, const change::InsertSchema& change) {
  const RegisteredSchema& s = change.schema;
  const auto changed =
      session.changes("INSERT INTO registered_schemas (" HS_SCHEMA_COLUMNS
                      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL) ON CONFLICT DO NOTHING",
                      {s.id.str(), s.description, to_string(s.compatibility),
                       schema::to_string(s.policy), s.loosened_by, s.created_by,
                       to_column(s.created_at), to_column(s.updated_at), to_column(s.revision)});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::schema_exists(s.id));
  return {};
}

Result<void> apply(Session& session, const change::UpdateSchema& change) {
  const RegisteredSchema& s = change.schema;
  const auto changed = session.changes(
      "UPDATE registered_schemas SET description = $1, compatibility = $2, policy = $3, "
      "loosened_by = $4, updated_at = $5, revision = revision + 1 WHERE id = $6 AND revision = $7",
      {s.description, to_string(s.compatibility), schema::to_string(s.policy), s.loosened_by,
       to_column(s.updated_at), s.id.str(), to_column(s.revision)});
  if (!changed) return std::unexpected(changed.error());
  if (*changed) return {};
  return refuse_update(is_stored(session, s.id), store::schema_changed(s.id),
                       store::schema_not_found(s.id));
}

Result<void> apply(Session& session, const change::InsertSchemaVersion& change) {
  const SchemaVersion& v = change.version;
  const auto known = is_stored(session, v.schema);
  if (!known) return std::unexpected(known.error());
  if (!*known) return std::unexpected(store::schema_not_found(v.schema));
  const auto changed = session.changes(
      "INSERT INTO registered_schema_versions (schema, number, hash, size, uri, assert_formats, "
      "author, message, created_at, state, decision, revision, outside, compared, content) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
      {v.schema.str(), v.number.str(), v.hash, to_column(std::uint64_t{v.size}), v.uri,
       to_column(v.assert_formats), v.author, v.message, to_column(v.created_at),
       to_string(v.state), decision_column(v), to_column(v.revision), to_column(v.references),
       json::write(compared_to_json(v.compared)), v.content});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::schema_version_exists(v.schema, v.number));
  return refresh_latest(session, v.schema);
}

Result<void> apply(Session& session, const change::UpdateSchemaVersion& change) {
  const SchemaVersion& v = change.version;
  const auto changed = session.changes(
      "UPDATE registered_schema_versions SET hash = $1, size = $2, uri = $3, assert_formats = $4, "
      "author = $5, message = $6, created_at = $7, state = $8, decision = $9, outside = $10, "
      "compared = $11, content = $12, revision = revision + 1 "
      "WHERE schema = $13 AND number = $14 AND revision = $15",
      {v.hash, to_column(std::uint64_t{v.size}), v.uri, to_column(v.assert_formats), v.author,
       v.message, to_column(v.created_at), to_string(v.state), decision_column(v),
       to_column(v.references), json::write(compared_to_json(v.compared)), v.content,
       v.schema.str(), v.number.str(), to_column(v.revision)});
  if (!changed) return std::unexpected(changed.error());
  if (*changed) return refresh_latest(session, v.schema);
  return refuse_update(is_stored(session, v.schema, v.number),
                       store::schema_version_changed(v.schema, v.number),
                       store::schema_version_not_found(v.schema, v.number));
}

Result<RegisteredSchema> schema(Session& session, const SchemaId& id) {
  auto found = maybe<RegisteredSchema>(
      session, "SELECT " HS_SCHEMA_COLUMNS " FROM registered_schemas WHERE id = $1", {id.str()},
      read_schema);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(store::schema_not_found(id));
  return std::move(**found);
}

Result<Page<RegisteredSchema>> schemas(Session& session, const SchemaFilter& filter,
                                       const PageRequest& request) {
  Where where;
  const auto pattern = like_anywhere(filter.text);
  if (!filter.text.empty()) {
    where.add(
        "(lower(id) LIKE lower(?) ESCAPE '\\' OR lower(description) LIKE lower(?) ESCAPE '\\')",
        pattern);
  }
  if (filter.any) {
    where.add(
        "EXISTS (SELECT 1 FROM registered_schema_versions AS v WHERE v.schema = id AND "
        "v.state = ?)",
        to_string(*filter.any));
  }
  std::string after;
  if (!request.cursor.empty()) {
    const auto key = store::decode_cursor(kSchemas.name, request.cursor);
    if (!key) return std::unexpected(key.error());
    after = *key;
    where.add("id > ?", after);
  }
  return read_page<RegisteredSchema>(session, kSchemas, where, store::page_limit(request),
                                     read_keyed);
}

Result<SchemaVersion> schema_version(Session& session, const SchemaId& id, const SemVer& number) {
  auto found = maybe<SchemaVersion>(session,
                                    "SELECT " HS_SCHEMA_VERSION_COLUMNS
                                    ", outside, compared, content FROM registered_schema_versions "
                                    "WHERE schema = $1 AND number = $2",
                                    {id.str(), number.str()}, read_whole);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(store::schema_version_not_found(id, number));
  return std::move(**found);
}

Result<Page<SchemaVersion>> schema_versions(Session& session, const SchemaId& id,
                                            const PageRequest& request) {
  Where where;
  where.add("schema = ?", id.str());
  const auto cursor = add_number_cursor(where, kVersions.name, "registration < ?", request);
  if (!cursor) return std::unexpected(cursor.error());
  return read_page<SchemaVersion>(session, kVersions, where, store::page_limit(request),
                                  read_listed);
}

Result<std::vector<SemVer>> schema_numbers(Session& session, const SchemaId& id,
                                           std::optional<SchemaState> state) {
  Where where;
  where.add("schema = ?", id.str());
  if (state) where.add("state = ?", to_string(*state));
  const auto text = "SELECT number FROM registered_schema_versions" + where.clause();
  auto numbers = all<SemVer>(session, text, where.params(), read_number);
  if (numbers) std::ranges::sort(*numbers);
  return numbers;
}

Result<std::optional<SchemaRef>> schema_by_uri(Session& session, const std::string& uri) {
  auto named = all<SchemaRef>(session,
                              "SELECT schema, number FROM registered_schema_versions "
                              "WHERE uri = $1 AND uri <> '' AND state = $2",
                              {uri, to_string(SchemaState::Approved)}, read_ref);
  return mapped(std::move(named),
                [](const std::vector<SchemaRef>& refs) { return store::latest_ref_of(refs); });
}

}  // namespace hotswap::sql
