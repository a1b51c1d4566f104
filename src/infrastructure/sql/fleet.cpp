#include "infrastructure/sql/fleet.hpp"

#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/owners.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_INSTANCE_COLUMNS                                                             \
  "id, service, environment, hostname, port, version, health_url, labels, pool, zone, " \
  "status, registered_at, last_heartbeat, schemas, home"

constexpr List kList{"instances", "SELECT " HS_INSTANCE_COLUMNS " FROM instances", "id"};

Result<Instance> read_instance(const Row& row) {
  Columns in(row);
  Instance instance;
  instance.id = InstanceId(in.text());
  instance.service = ServiceName(in.text());
  instance.environment = in.text();
  instance.hostname = in.text();
  instance.port = static_cast<int>(in.integer());
  instance.version = in.text();
  instance.health_url = in.text();
  instance.labels = in.labels();
  instance.pool = in.text();
  instance.zone = in.text();
  instance.status = in.word<InstanceStatus>(instance_status_from_string);
  instance.registered_at = in.time();
  instance.last_heartbeat = in.time();
  instance.schemas = in.labels();
  instance.home = in.text();
  return in.finish(std::move(instance));
}

Result<Keyed<Instance>> read_keyed(const Row& row) {
  return mapped(read_instance(row), [](Instance instance) {
    auto key = instance.id.str();
    return Keyed<Instance>{std::move(key), std::move(instance)};
  });
}

std::optional<Assignment::Slot> take_slot(Columns& in) {
  if (in.next_is_null()) {
    in.skip(3);
    return std::nullopt;
  }
  Assignment::Slot slot;
  slot.version = in.version();
  slot.hash = in.text();
  slot.generation = in.number();
  return slot;
}

Result<Assignment> read_assignment(const Row& row) {
  Columns in(row);
  Assignment assignment;
  assignment.profile = ProfileName(in.text());
  assignment.instance = InstanceId(in.text());
  assignment.active = take_slot(in);
  assignment.staged = take_slot(in);
  return in.finish(std::move(assignment));
}

Result<Observation> read_observation(const Row& row) {
  Columns in(row);
  Observation observation;
  observation.profile = ProfileName(in.text());
  observation.instance = InstanceId(in.text());
  observation.version = in.optional_version();
  observation.generation = in.number();
  observation.state = in.word<ObservedState>(observed_state_from_string);
  observation.hash = in.text();
  observation.error = in.text();
  observation.at = in.time();
  return in.finish(std::move(observation));
}

/// The three columns of a slot; all NULL without one.
struct SlotColumns {
  explicit SlotColumns(const std::optional<Assignment::Slot>& slot) {
    if (!slot) return;
    version = slot->version.str();
    hash = std::string_view(slot->hash);
    generation = to_column(slot->generation);
  }
  std::optional<std::string> version;
  Param hash = std::nullopt;
  Param generation = std::nullopt;
};

/// Refuses what is said of an instance by a node that no longer hears of it.
Result<void> check_home(Session& session, const InstanceId& id,
                        const std::optional<std::string>& home) {
  if (!home) return {};
  const auto elsewhere =
      exists(session, "SELECT 1 FROM instances WHERE id = $1 AND home <> $2", {id.str(), *home});
  if (!elsewhere) return std::unexpected(elsewhere.error());
  return *elsewhere ? std::unexpected(store::instance_moved(id)) : Result<void>();
}

}  // namespace

Result<void> apply(Session& session, const change::PutInstance& change) {
  const Instance& i = change.instance;
  auto done = later(
      session,
      "INSERT INTO instances (" HS_INSTANCE_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT "
      "(id) DO "
      "UPDATE SET service = excluded.service, environment = excluded.environment, hostname = "
      "excluded.hostname, port = excluded.port, version = excluded.version, health_url = "
      "excluded.health_url, labels = excluded.labels, pool = excluded.pool, zone = excluded.zone, "
      "status = excluded.status, registered_at = excluded.registered_at, last_heartbeat = "
      "excluded.last_heartbeat, schemas = excluded.schemas, home = excluded.home",
      {i.id.str(), i.service.str(), i.environment, i.hostname, std::int64_t{i.port}, i.version,
       i.health_url, to_column(i.labels), i.pool, i.zone, to_string(i.status),
       to_column(i.registered_at), to_column(i.last_heartbeat), to_column(i.schemas), i.home});
  if (done) done = later(session, "DELETE FROM instance_labels WHERE instance = $1", {i.id.str()});
  for (const auto& [key, value] : i.labels) {
    if (!done) return done;
    done = later(session, "INSERT INTO instance_labels (instance, key, value) VALUES ($1, $2, $3)",
                 {i.id.str(), key, value});
  }
  return done;
}

Result<void> apply(Session& session, const change::TouchInstances& change) {
  for (const auto& [id, at] : change.heartbeats) {
    auto done = later(
        session, "UPDATE instances SET last_heartbeat = $1, status = $2, home = $3 WHERE id = $4",
        {to_column(at), to_string(InstanceStatus::Healthy), change.home, id.str()});
    if (!done) return done;
  }
  return {};
}

Result<void> apply(Session& session, const change::SetInstanceStatus& change) {
  if (auto home = check_home(session, change.id, change.home); !home) return home;
  return later(session, "UPDATE instances SET status = $1 WHERE id = $2",
               {to_string(change.status), change.id.str()});
}

Result<void> apply(Session& session, const change::DeleteInstance& change) {
  if (auto home = check_home(session, change.id, change.home); !home) return home;
  return later(session, "DELETE FROM instances WHERE id = $1", {change.id.str()});
}

// Rows of owners that are gone are left out by a question of its own: an INSERT … SELECT that asks
// on its way makes SQLite journal every statement, which costs two thirds of the speed.
Result<void> apply(Session& session, const change::PutAssignments& change) {
  const auto owners = KnownOwners::of(session, change.assignments);
  if (!owners) return std::unexpected(owners.error());
  constexpr std::string_view kPut =
      "INSERT INTO assignments (profile, instance, active_version, active_hash, "
      "active_generation, staged_version, staged_hash, staged_generation) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
      "ON CONFLICT (profile, instance) DO UPDATE SET active_version = excluded.active_version, "
      "active_hash = excluded.active_hash, active_generation = excluded.active_generation, "
      "staged_version = excluded.staged_version, staged_hash = excluded.staged_hash, "
      "staged_generation = excluded.staged_generation";
  for (const auto& assignment : change.assignments) {
    if (!owners->contain(assignment)) continue;
    const SlotColumns active(assignment.active);
    const SlotColumns staged(assignment.staged);
    auto done =
        later(session, kPut,
              {assignment.profile.str(), assignment.instance.str(), active.version, active.hash,
               active.generation, staged.version, staged.hash, staged.generation});
    if (!done) return done;
  }
  return {};
}

Result<void> apply(Session& session, const change::PutObservations& change) {
  if (change.observations.empty()) return {};
  const auto owners = KnownOwners::of(session, change.observations);
  if (!owners) return std::unexpected(owners.error());
  constexpr std::string_view kPut =
      "INSERT INTO observations (profile, instance, version, generation, state, hash, error, "
      "at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
      "ON CONFLICT (profile, instance) DO UPDATE SET version = excluded.version, "
      "generation = excluded.generation, state = excluded.state, hash = excluded.hash, "
      "error = excluded.error, at = excluded.at";
  for (const auto& seen : change.observations) {
    if (!owners->contain(seen)) continue;
    auto done = later(session, kPut,
                      {seen.profile.str(), seen.instance.str(), to_column(seen.version),
                       to_column(seen.generation), to_string(seen.state), seen.hash, seen.error,
                       to_column(seen.at)});
    if (!done) return done;
  }
  return {};
}

Result<Instance> instance(Session& session, const InstanceId& id) {
  auto found =
      maybe<Instance>(session, "SELECT " HS_INSTANCE_COLUMNS " FROM instances WHERE id = $1",
                      {id.str()}, read_instance);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(store::instance_not_found(id));
  return std::move(**found);
}

Result<Page<Instance>> instances(Session& session, const InstanceFilter& filter,
                                 const PageRequest& request) {
  Where where;
  where.add_set("service = ?", filter.service);
  where.add_set("environment = ?", filter.environment);
  where.add_set("status = ?", filter.status);
  where.add_label("id", "SELECT instance FROM instance_labels", filter.label_key,
                  filter.label_value);
  std::string after;
  if (!request.cursor.empty()) {
    const auto key = store::decode_cursor(kList.name, request.cursor);
    if (!key) return std::unexpected(key.error());
    after = *key;
    where.add("id > ?", after);
  }
  return read_page<Instance>(session, kList, where, store::page_limit(request), read_keyed);
}

Result<std::vector<Instance>> instances_of(Session& session, const ServiceName& service,
                                           const std::string& environment) {
  return all<Instance>(session,
                       "SELECT " HS_INSTANCE_COLUMNS
                       " FROM instances WHERE service = $1 AND environment = $2 ORDER BY id",
                       {service.str(), environment}, read_instance);
}

Result<std::vector<Instance>> all_instances(Session& session) {
  return all<Instance>(session, "SELECT " HS_INSTANCE_COLUMNS " FROM instances ORDER BY id", {},
                       read_instance);
}

#define HS_ASSIGNMENTS                                                         \
  "SELECT profile, instance, active_version, active_hash, active_generation, " \
  "staged_version, staged_hash, staged_generation FROM assignments "
#define HS_OBSERVATIONS \
  "SELECT profile, instance, version, generation, state, hash, error, at FROM observations "

Result<std::vector<Assignment>> assignments_of(Session& session, const InstanceId& instance) {
  return all<Assignment>(session, HS_ASSIGNMENTS "WHERE instance = $1 ORDER BY profile",
                         {instance.str()}, read_assignment);
}

Result<std::vector<Assignment>> assignments_of(Session& session, const ProfileName& profile) {
  return all<Assignment>(session, HS_ASSIGNMENTS "WHERE profile = $1 ORDER BY instance",
                         {profile.str()}, read_assignment);
}

Result<std::vector<Observation>> observations_of(Session& session, const InstanceId& instance) {
  return all<Observation>(session, HS_OBSERVATIONS "WHERE instance = $1 ORDER BY profile",
                          {instance.str()}, read_observation);
}

Result<std::vector<Observation>> observations_of(Session& session, const ProfileName& profile) {
  return all<Observation>(session, HS_OBSERVATIONS "WHERE profile = $1 ORDER BY instance",
                          {profile.str()}, read_observation);
}

}  // namespace hotswap::sql
