#include "infrastructure/sql/profiles.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/store/errors.hpp"
#include "infrastructure/store/links.hpp"

namespace hotswap::sql {
namespace {

#define HS_PROFILE_COLUMNS                                                                   \
  "name, description, labels, service, environment, schema_link, strategy, health, access, " \
  "created_by, created_at, updated_at, revision, stable, generation, retention"

constexpr List kList{"profiles", "SELECT " HS_PROFILE_COLUMNS " FROM profiles", "name"};

Result<Profile> read_profile(const Row& row) {
  Columns in(row);
  Profile profile;
  profile.name = ProfileName(in.text());
  profile.description = in.text();
  profile.labels = in.labels();
  profile.service = ServiceName(in.text());
  profile.environment = in.text();
  profile.schema_id = in.text();
  profile.strategy = in.document<Strategy>(
      [](const json::Value& value) { return strategy_from_json(value, "$.strategy"); });
  profile.health = in.document<HealthPolicy>(
      [](const json::Value& value) { return health_policy_from_json(value, "$.health"); });
  profile.access = in.document<Access>(
      [](const json::Value& value) { return access_from_json(value, "$.access"); });
  profile.created_by = in.text();
  profile.created_at = in.time();
  profile.updated_at = in.time();
  profile.revision = in.number();
  profile.stable = in.optional_version();
  profile.generation = in.number();
  if (!in.next_is_empty())
    profile.retention = in.document<RetentionWish>(
        [](const json::Value& value) { return retention_wish_from_json(value, "$.retention"); });
  return in.finish(std::move(profile));
}

Result<Keyed<Profile>> read_keyed(const Row& row) {
  return mapped(read_profile(row), [](Profile profile) {
    auto key = profile.name.str();
    return Keyed<Profile>{std::move(key), std::move(profile)};
  });
}

Result<void> put_labels(Session& session, const Profile& profile) {
  auto done = later(session, "DELETE FROM profile_labels WHERE profile = $1", {profile.name.str()});
  for (const auto& [key, value] : profile.labels) {
    if (!done) return done;
    done = later(session, "INSERT INTO profile_labels (profile, key, value) VALUES ($1, $2, $3)",
                 {profile.name.str(), key, value});
  }
  return done;
}

/// Which of the two reasons kept an update from finding its row.
Result<void> refuse_update(Session& session, const ProfileName& name) {
  const auto stored = profile_is_stored(session, name);
  if (!stored) return std::unexpected(stored.error());
  return std::unexpected(*stored ? store::profile_changed(name) : store::profile_not_found(name));
}

}  // namespace

Result<void> apply(Session& session, const change::InsertProfile& change) {
  const Profile& p = change.profile;
  const auto changed = session.changes(
      "INSERT INTO profiles (" HS_PROFILE_COLUMNS
      ", schema_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
      "$14, $15, $16, $17) ON CONFLICT DO NOTHING",
      {p.name.str(), p.description, to_column(p.labels), p.service.str(), p.environment,
       p.schema_id, json::write(to_json(p.strategy)), json::write(to_json(p.health)),
       json::write(to_json(p.access)), p.created_by, to_column(p.created_at),
       to_column(p.updated_at), to_column(p.revision), to_column(p.stable), to_column(p.generation),
       json::write(to_json(p.retention)), store::linked_schema(p.schema_id)});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::profile_exists(p.name));
  return put_labels(session, p);
}

Result<void> apply(Session& session, const change::UpdateProfile& change) {
  const Profile& p = change.profile;
  const auto changed = session.changes(
      "UPDATE profiles SET description = $1, labels = $2, service = $3, environment = $4, "
      "schema_link = $5, schema_id = $6, strategy = $7, health = $8, access = $9, "
      "retention = $10, updated_at = $11, revision = revision + 1 WHERE name = $12 AND revision = "
      "$13",
      {p.description, to_column(p.labels), p.service.str(), p.environment, p.schema_id,
       store::linked_schema(p.schema_id), json::write(to_json(p.strategy)),
       json::write(to_json(p.health)), json::write(to_json(p.access)),
       json::write(to_json(p.retention)), to_column(p.updated_at), p.name.str(),
       to_column(p.revision)});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return refuse_update(session, p.name);
  return put_labels(session, p);
}

Result<void> apply(Session& session, const change::DeleteProfile& change) {
  const auto active = maybe<std::string>(
      session, "SELECT id FROM deployments WHERE profile = $1 AND active = 1", {change.name.str()},
      [](const Row& row) -> Result<std::string> { return std::string(row.text(0)); });
  if (!active) return std::unexpected(active.error());
  if (*active) {
    return std::unexpected(store::deployment_already_active(change.name, DeploymentId(**active)));
  }
  const auto changed = session.changes("DELETE FROM profiles WHERE name = $1", {change.name.str()});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::profile_not_found(change.name));
  return {};  // the foreign keys take versions, tags, assignments and observations along
}

namespace {

Result<void> refuse_advance(Session& session, const change::AdvanceProfile& change) {
  const auto& name = change.name;
  const auto generation = maybe<std::uint64_t>(
      session, "SELECT generation FROM profiles WHERE name = $1", {name.str()},
      [](const Row& row) -> Result<std::uint64_t> { return Columns(row).number(); });
  if (!generation) return std::unexpected(generation.error());
  if (!*generation) return std::unexpected(store::profile_not_found(name));
  return std::unexpected(store::generation_stale(name, **generation, change.generation));
}

}  // namespace

Result<void> apply(Session& session, const change::AdvanceProfile& change) {
  const auto& name = change.name.str();
  const Param generation = to_column(change.generation);
  const auto changed =
      change.keep_stable
          ? session.changes(
                "UPDATE profiles SET generation = $1 WHERE name = $2 AND generation < $1",
                {generation, name})
          : session.changes(
                "UPDATE profiles SET generation = $1, stable = $3 WHERE name = $2 AND "
                "generation < $1",
                {generation, name, to_column(change.stable)});
  if (!changed) return std::unexpected(changed.error());
  return *changed ? Result<void>() : refuse_advance(session, change);
}

Result<bool> profile_is_stored(Session& session, const ProfileName& name) {
  return exists(session, "SELECT 1 FROM profiles WHERE name = $1", {name.str()});
}

Result<Profile> profile(Session& session, const ProfileName& name) {
  auto found =
      maybe<Profile>(session, "SELECT " HS_PROFILE_COLUMNS " FROM profiles WHERE name = $1",
                     {name.str()}, read_profile);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(store::profile_not_found(name));
  return std::move(**found);
}

Result<Page<Profile>> profiles(Session& session, const ProfileFilter& filter,
                               const PageRequest& request) {
  Where where;
  where.add_set("service = ?", filter.service);
  where.add_set("environment = ?", filter.environment);
  const auto pattern = like_anywhere(filter.text);
  if (!filter.text.empty()) {
    where.add(
        "(lower(name) LIKE lower(?) ESCAPE '\\' OR lower(description) LIKE lower(?) ESCAPE "
        "'\\')",
        pattern);
  }
  where.add_label("name", "SELECT profile FROM profile_labels", filter.label_key,
                  filter.label_value);
  std::string after;
  if (!request.cursor.empty()) {
    const auto key = store::decode_cursor(kList.name, request.cursor);
    if (!key) return std::unexpected(key.error());
    after = *key;
    where.add("name > ?", after);
  }
  return read_page<Profile>(session, kList, where, store::page_limit(request), read_keyed);
}

Result<std::vector<Profile>> profiles_of(Session& session, const ServiceName& service,
                                         const std::string& environment) {
  return all<Profile>(session,
                      "SELECT " HS_PROFILE_COLUMNS
                      " FROM profiles WHERE service = $1 AND environment = $2 ORDER BY name",
                      {service.str(), environment}, read_profile);
}

Result<std::vector<Profile>> profiles_linked(Session& session, const SchemaId& id) {
  return all<Profile>(session,
                      "SELECT " HS_PROFILE_COLUMNS
                      " FROM profiles WHERE schema_id = $1 AND schema_id <> '' ORDER BY name",
                      {id.str()}, read_profile);
}

}  // namespace hotswap::sql
