#include "infrastructure/sql/erasing.hpp"

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/name_search.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

using erasure::Place;
using erasure::PlaceSpec;
using erasure::TextRow;
using erasure::Treatment;

constexpr List kList{"erasures", "SELECT position, record, revision FROM erasures",
                     "position DESC"};

Result<Keyed<erasure::Erasure>> read_keyed(const Row& row) {
  Columns in(row);
  auto key = std::to_string(in.integer());
  auto item = in.document<erasure::Erasure>(erasure::erasure_from_json);
  item.revision = in.number();
  return in.finish(Keyed<erasure::Erasure>{std::move(key), std::move(item)});
}

bool is_rewritten(const erasure::Column& column) {
  return column.treatment == Treatment::Text || column.treatment == Treatment::Json;
}

/// Labels stand in a table of their own again, to be found by.
Result<void> put_labels(Session& session, std::string_view owner, const TextRow& row) {
  const auto& spec = erasure::spec_of(owner == "profile" ? Place::Profiles : Place::Instances);
  const std::string table = std::string(owner) + "_labels";
  for (std::size_t i = 0; i < spec.columns.size(); ++i) {
    if (spec.columns[i].name != "labels") continue;
    const auto labels = json::parse(row.texts[i].value_or("{}"));
    if (!labels || labels->as_object() == nullptr) return {};
    for (const auto& [key, value] : *labels->as_object()) {
      const auto* text = value.as_string();
      if (text == nullptr) continue;
      const std::string name(key);
      const std::string label(*text);
      auto done = run(
          session,
          "UPDATE " + table + " SET value = $1 WHERE " + std::string(owner) + " = $2 AND key = $3",
          {label, row.key[0], name});
      if (!done) return done;
    }
  }
  return {};
}

Result<void> put_row(Session& session, const PlaceSpec& spec, const change::PutTexts::Item& item) {
  std::vector<Param> params;
  const auto bind = [&](Param value) {
    params.push_back(value);
    return '$' + std::to_string(params.size());
  };
  std::string set;
  for (std::size_t i = 0; i < spec.columns.size(); ++i)
    if (is_rewritten(spec.columns[i]))
      set += (set.empty() ? "" : ", ") + std::string(spec.columns[i].name) + " = " +
             bind(item.now.texts[i]);
  if (spec.has_revision) set += ", revision = revision + 1";
  std::string where;
  const auto key = key_params(spec, item.was.key);
  for (std::size_t i = 0; i < spec.key.size(); ++i)
    where += (i == 0 ? "" : " AND ") + std::string(spec.key[i].name) + " = " + bind(key[i]);
  for (std::size_t i = 0; i < spec.columns.size(); ++i)
    if (is_rewritten(spec.columns[i]))
      where += " AND " + std::string(spec.columns[i].name) + " IS NOT DISTINCT FROM " +
               bind(item.was.texts[i]);
  const auto text = "UPDATE " + std::string(spec.table) + " SET " + set + " WHERE " + where;
  const auto rows = session.execute(text, params);
  if (!rows) return std::unexpected(rows.error());
  if (*rows == 0) return std::unexpected(store::erasure_overtaken());
  return {};
}

Result<void> check_idle(Session& session, const ProfileName& profile) {
  const auto active = maybe<std::string>(
      session, "SELECT id FROM deployments WHERE profile = $1 AND active = 1", {profile.str()},
      [](const Row& row) -> Result<std::string> { return std::string(row.text(0)); });
  if (!active) return std::unexpected(active.error());
  if (!*active) return {};
  return std::unexpected(store::deployment_already_active(profile, DeploymentId(**active)));
}

struct Erased {
  std::string_view table;
  std::string_view statement;  ///< of the profile $1, at most $2 rows
};

/// Runs them in order until `limit` rows are gone; a later one finds the earlier ones' rows gone.
Result<void> erase_rows(Session& session, std::span<const Erased> all, const ProfileName& profile,
                        std::size_t limit, Committed& committed) {
  for (const auto& [table, statement] : all) {
    if (limit == 0) return {};
    const auto rows = session.execute(statement, {profile.str(), static_cast<std::int64_t>(limit)});
    if (!rows) return std::unexpected(rows.error());
    if (*rows == 0) continue;
    committed.erased[std::string(table)] += static_cast<std::uint64_t>(*rows);
    limit -= std::min(limit, static_cast<std::size_t>(*rows));
  }
  return {};
}

constexpr Erased kVersions[] = {
    {"versions",
     "DELETE FROM versions WHERE profile = $1 AND number IN (SELECT number FROM versions "
     "WHERE profile = $1 ORDER BY number LIMIT $2)"}};
constexpr Erased kHistory[] = {
    {"health_records",
     "DELETE FROM health_records WHERE (deployment, sequence) IN (SELECT h.deployment, h.sequence "
     "FROM health_records h JOIN deployments d ON d.id = h.deployment WHERE d.profile = $1 "
     "LIMIT $2)"},
    {"deployment_targets",
     "DELETE FROM deployment_targets WHERE (deployment, ordinal) IN (SELECT t.deployment, "
     "t.ordinal FROM deployment_targets t JOIN deployments d ON d.id = t.deployment "
     "WHERE d.profile = $1 LIMIT $2)"},
    {"deployments",
     "DELETE FROM deployments WHERE id IN (SELECT id FROM deployments WHERE profile = $1 "
     "LIMIT $2)"},
    {"events",
     "DELETE FROM events WHERE profile = $1 AND sequence IN (SELECT sequence FROM events "
     "WHERE profile = $1 LIMIT $2)"}};

}  // namespace

Result<void> apply(Session& session, const change::PutErasure& change) {
  const auto& e = change.erasure;
  const auto record = json::write(erasure::stored_json(e));
  const auto rows = e.revision == 0
                        ? session.execute(
                              "INSERT INTO erasures (id, record, revision) VALUES ($1, $2, 1) "
                              "ON CONFLICT (id) DO NOTHING",
                              {e.id, record})
                        : session.execute(
                              "UPDATE erasures SET record = $1, revision = revision + 1 "
                              "WHERE id = $2 AND revision = $3",
                              {record, e.id, to_column(e.revision)});
  if (!rows) return std::unexpected(rows.error());
  if (*rows == 0) return std::unexpected(store::erasure_overtaken());
  return {};
}

Result<void> apply(Session& session, const change::PutTexts& change) {
  const PlaceSpec& spec = erasure::spec_of(change.place);
  for (const auto& item : change.items) {
    auto done = put_row(session, spec, item);
    if (done && change.place == Place::Profiles) done = put_labels(session, "profile", item.now);
    if (done && change.place == Place::Instances) done = put_labels(session, "instance", item.now);
    if (!done) return done;
  }
  return {};
}

Result<void> apply(Session& session, const change::RemoveRows& change) {
  const PlaceSpec& spec = erasure::spec_of(change.place);
  std::string places;
  for (std::size_t i = 1; i <= spec.key.size(); ++i)
    places += (i == 1 ? "($" : ", $") + std::to_string(i);
  const auto text =
      "DELETE FROM " + std::string(spec.table) + " WHERE " + key_list(spec) + " = " + places + ")";
  for (const auto& key : change.keys) {
    const auto rows = session.execute(text, key_params(spec, key));
    if (!rows) return std::unexpected(rows.error());
  }
  return {};
}

Result<void> apply(Session& session, const change::ReplaceAudit& change) {
  const AuditEntry& e = change.entry;
  const auto rows = session.execute(
      "UPDATE audit SET actor = $1, address = $2, resource = $3, detail = $4, salt = $5, "
      "erased = $6 WHERE sequence = $7 AND hash = $8 AND erased = $9",
      {e.actor, e.address, e.resource, e.detail, e.salt, to_column(e.erased), to_column(e.sequence),
       e.hash, to_column(change.was)});
  if (!rows) return std::unexpected(rows.error());
  if (*rows == 0) return std::unexpected(store::erasure_overtaken());
  return {};
}

Result<void> apply(Session& session, const change::DeleteSchema& change) {
  const auto& id = change.id.str();
  const auto used = exists(session, "SELECT 1 FROM profiles WHERE schema_id = $1", {id});
  if (!used) return std::unexpected(used.error());
  if (*used) return std::unexpected(store::schema_in_use(change.id));
  auto done = run(session, "DELETE FROM registered_schema_versions WHERE schema = $1", {id});
  if (done) done = run(session, "DELETE FROM registered_schemas WHERE id = $1", {id});
  return done;
}

Result<void> erase(Session& session, const change::EraseVersions& change, Committed& committed) {
  if (auto idle = check_idle(session, change.profile); !idle) return idle;
  return erase_rows(session, kVersions, change.profile, change.limit, committed);
}

Result<void> erase(Session& session, const change::EraseHistory& change, Committed& committed) {
  if (auto idle = check_idle(session, change.profile); !idle) return idle;
  return erase_rows(session, kHistory, change.profile, change.limit, committed);
}

Result<Page<erasure::Erasure>> erasures(Session& session, const PageRequest& request) {
  Where where;
  const auto cursor = add_number_cursor(where, kList.name, "position < ?", request);
  if (!cursor) return std::unexpected(cursor.error());
  return read_page<erasure::Erasure>(session, kList, where, store::page_limit(request), read_keyed);
}

Result<erasure::Erasure> erasure(Session& session, const std::string& id) {
  auto found = maybe<Keyed<erasure::Erasure>>(session, std::string(kList.select) + " WHERE id = $1",
                                              {id}, read_keyed);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::unexpected(store::erasure_not_found(id));
  return std::move((*found)->item);
}

}  // namespace hotswap::sql
