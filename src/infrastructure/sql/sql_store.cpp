#include "infrastructure/sql/sql_store.hpp"

#include <future>

#include "infrastructure/sql/access.hpp"
#include "infrastructure/sql/audit_keeping.hpp"
#include "infrastructure/sql/cluster.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/erasing.hpp"
#include "infrastructure/sql/figures.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/name_search.hpp"
#include "infrastructure/sql/operations.hpp"
#include "infrastructure/sql/outbox.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/sql/retention.hpp"
#include "infrastructure/sql/schemas.hpp"
#include "infrastructure/sql/secrets.hpp"
#include "infrastructure/sql/statistics.hpp"
#include "infrastructure/sql/versions.hpp"

namespace hotswap::sql {
namespace {

/// Runs `use(session)` on a free connection.
template <class Use>
auto read(Pool& pool, Use use) -> decltype(use(std::declval<Session&>())) {
  const Stopwatch timed(pool.meter() == nullptr ? nullptr : &pool.meter()->read);
  auto session = pool.take();
  if (!session) return std::unexpected(std::move(session.error()));
  return use(**session);
}

/// The same for reads of several statements, which shall see one moment.
template <class Use>
auto read_snapshot(Pool& pool, Use use) -> decltype(use(std::declval<Session&>())) {
  const Stopwatch timed(pool.meter() == nullptr ? nullptr : &pool.meter()->snapshot);
  auto session = pool.take();
  if (!session) return std::unexpected(std::move(session.error()));
  if (auto begun = (*session)->begin_snapshot(); !begun) return std::unexpected(begun.error());
  auto result = use(**session);
  // Nothing was written: how the transaction ends cannot change what was read.
  static_cast<void>(run(**session, "ROLLBACK"));
  return result;
}

}  // namespace

template <class Use>
auto SqlStore::read_settled(Use use) {
  auto settled = commits_.settle();
  using Read = decltype(use(std::declval<Session&>()));
  return settled ? read_snapshot(readers_, use) : Read(std::unexpected(std::move(settled.error())));
}

void SqlStore::measure(Metrics& metrics) {
  meter_ = std::make_unique<Meter>(metrics, readers_.size());
  readers_.measure(*meter_);
}

Result<Committed> SqlStore::commit(ChangeSet changes) {
  std::promise<Result<Committed>> promise;
  auto committed = promise.get_future();
  commit_later(std::move(changes), [promise = std::move(promise)](Result<Committed> done) mutable {
    promise.set_value(std::move(done));
  });
  return committed.get();
}

void SqlStore::commit_later(ChangeSet changes, OnCommitted done) {
  if (!meter_) return commits_.commit(std::move(changes), std::move(done));
  meter_->committing.add(1);
  commits_.commit(std::move(changes),
                  [this, timed = std::make_unique<Stopwatch>(&meter_->commit),
                   done = std::move(done)](Result<Committed> committed) mutable {
                    timed.reset();
                    meter_->committing.add(-1);
                    done(std::move(committed));
                  });
}

Result<Profile> SqlStore::profile(const ProfileName& name) {
  return read(readers_, [&](Session& session) { return sql::profile(session, name); });
}

Result<Page<Profile>> SqlStore::profiles(const ProfileFilter& filter, const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::profiles(session, filter, page); });
}

Result<std::vector<Profile>> SqlStore::profiles_of(const ServiceName& service,
                                                   const std::string& environment) {
  return read(readers_,
              [&](Session& session) { return sql::profiles_of(session, service, environment); });
}

Result<Version> SqlStore::version(const ProfileName& profile, const SemVer& number) {
  return with_content(read_snapshot(
      readers_, [&](Session& session) { return sql::version(session, profile, number); }));
}

Result<Version> SqlStore::listed_version(const ProfileName& profile, const SemVer& number) {
  auto version = read_snapshot(
      readers_, [&](Session& session) { return sql::version(session, profile, number); });
  if (version) version->content.clear();
  return version;
}

Result<Page<Version>> SqlStore::versions(const ProfileName& profile, const PageRequest& page) {
  return read_snapshot(readers_,
                       [&](Session& session) { return sql::versions(session, profile, page); });
}

Result<std::vector<SemVer>> SqlStore::version_numbers(const ProfileName& profile) {
  return read(readers_, [&](Session& session) { return sql::version_numbers(session, profile); });
}

Result<std::optional<SemVer>> SqlStore::tagged(const ProfileName& profile, const std::string& tag) {
  return read(readers_, [&](Session& session) { return sql::tagged(session, profile, tag); });
}

Result<Deployment> SqlStore::deployment(const DeploymentId& id) {
  return read_settled([&](Session& session) { return sql::deployment(session, id); });
}

Result<Page<Deployment>> SqlStore::deployments(const DeploymentFilter& filter,
                                               const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::deployments(session, filter, page); });
}

Result<std::optional<Deployment>> SqlStore::active_deployment(const ProfileName& profile) {
  // Mostly there is none, and nobody need wait for rows.
  const auto there =
      read(readers_, [&](Session& session) { return sql::has_active(session, profile); });
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::optional<Deployment>();
  return read_settled([&](Session& session) { return sql::active_deployment(session, profile); });
}

Result<std::vector<Deployment>> SqlStore::active_deployments() {
  return read_settled([](Session& session) { return sql::active_deployments(session); });
}

Result<Instance> SqlStore::instance(const InstanceId& id) {
  return read(readers_, [&](Session& session) { return sql::instance(session, id); });
}

Result<Page<Instance>> SqlStore::instances(const InstanceFilter& filter, const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::instances(session, filter, page); });
}

Result<std::vector<Instance>> SqlStore::instances_of(const ServiceName& service,
                                                     const std::string& environment) {
  return read(readers_,
              [&](Session& session) { return sql::instances_of(session, service, environment); });
}

Result<std::vector<Instance>> SqlStore::all_instances() {
  return read(readers_, [](Session& session) { return sql::all_instances(session); });
}

Result<std::vector<Assignment>> SqlStore::assignments_of(const InstanceId& instance) {
  return read_settled([&](Session& session) { return sql::assignments_of(session, instance); });
}

Result<std::vector<Assignment>> SqlStore::assignments_of(const ProfileName& profile) {
  return read_settled([&](Session& session) { return sql::assignments_of(session, profile); });
}

Result<std::vector<Observation>> SqlStore::observations_of(const InstanceId& instance) {
  return read(readers_, [&](Session& session) { return sql::observations_of(session, instance); });
}

Result<std::vector<Observation>> SqlStore::observations_of(const ProfileName& profile) {
  return read(readers_, [&](Session& session) { return sql::observations_of(session, profile); });
}

Result<RegisteredSchema> SqlStore::schema(const SchemaId& id) {
  return read(readers_, [&](Session& session) { return sql::schema(session, id); });
}

Result<Page<RegisteredSchema>> SqlStore::schemas(const SchemaFilter& filter,
                                                 const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::schemas(session, filter, page); });
}

Result<SchemaVersion> SqlStore::schema_version(const SchemaId& id, const SemVer& number) {
  return read(readers_, [&](Session& session) { return sql::schema_version(session, id, number); });
}

Result<Page<SchemaVersion>> SqlStore::schema_versions(const SchemaId& id, const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::schema_versions(session, id, page); });
}

Result<std::vector<SemVer>> SqlStore::schema_numbers(const SchemaId& id,
                                                     std::optional<SchemaState> state) {
  return read(readers_, [&](Session& session) { return sql::schema_numbers(session, id, state); });
}

Result<std::optional<SchemaRef>> SqlStore::schema_by_uri(const std::string& uri) {
  return read(readers_, [&](Session& session) { return sql::schema_by_uri(session, uri); });
}

Result<std::vector<Profile>> SqlStore::profiles_linked(const SchemaId& id) {
  return read(readers_, [&](Session& session) { return sql::profiles_linked(session, id); });
}

Result<std::vector<TimelineEvent>> SqlStore::events(const EventFilter& filter, std::uint64_t after,
                                                    std::size_t limit) {
  return read(readers_,
              [&](Session& session) { return sql::events(session, filter, after, limit); });
}

Result<Page<AuditEntry>> SqlStore::audit(const AuditFilter& filter, const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::audit(session, filter, page); });
}

Result<std::vector<AuditEntry>> SqlStore::audit_after(std::uint64_t sequence, std::size_t limit) {
  return read(readers_,
              [&](Session& session) { return sql::audit_after(session, sequence, limit); });
}

Result<std::vector<AuditCheckpoint>> SqlStore::audit_checkpoints(std::uint64_t after,
                                                                 std::size_t limit) {
  return read(readers_,
              [&](Session& session) { return sql::audit_checkpoints(session, after, limit); });
}

Result<std::map<std::string, std::uint64_t>> SqlStore::audit_cursors() {
  return read(readers_, [](Session& session) { return sql::audit_cursors(session); });
}

Result<erasure::TextPage> SqlStore::texts(erasure::Place place, const erasure::Eraser& name,
                                          const std::vector<std::string>& after, std::size_t scan) {
  return read_settled(
      [&](Session& session) { return sql::texts(session, place, name, after, scan); });
}

Result<Page<erasure::Erasure>> SqlStore::erasures(const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::erasures(session, page); });
}

Result<erasure::Erasure> SqlStore::erasure(const std::string& id) {
  return read(readers_, [&](Session& session) { return sql::erasure(session, id); });
}

Result<void> SqlStore::scrub() { return {}; }

Result<std::vector<OutboxItem>> SqlStore::outbox(WallTime now, std::size_t limit) {
  return read(readers_, [&](Session& session) { return sql::outbox(session, now, limit); });
}

Result<Page<OutboxItem>> SqlStore::dead_letters(const PageRequest& page) {
  return read(readers_, [&](Session& session) { return sql::dead_letters(session, page); });
}

Result<std::vector<Channel>> SqlStore::channels() {
  return read(readers_, [](Session& session) { return sql::channels(session); });
}

Result<std::vector<HealthRecord>> SqlStore::health_records(const DeploymentId& id,
                                                           std::uint64_t after, std::size_t limit) {
  return read(readers_,
              [&](Session& session) { return sql::health_records(session, id, after, limit); });
}

Result<std::vector<CalendarEntry>> SqlStore::calendar() {
  return read(readers_, [](Session& session) { return sql::calendar(session); });
}

Result<Traffic> SqlStore::traffic(const ServiceName& service, const std::string& environment) {
  return read(readers_,
              [&](Session& session) { return sql::traffic(session, service, environment); });
}

Result<std::vector<Traffic>> SqlStore::traffics() {
  return read(readers_, [](Session& session) { return sql::traffics(session); });
}

Result<std::optional<change::PutIdempotent>> SqlStore::idempotent(const std::string& key,
                                                                  WallTime now) {
  return read(readers_, [&](Session& session) { return sql::idempotent(session, key, now); });
}

Result<std::vector<LoggedChange>> SqlStore::changes(std::uint64_t after, std::size_t limit) {
  return read(readers_, [&](Session& session) { return sql::changes(session, after, limit); });
}

Result<std::uint64_t> SqlStore::last_change() {
  return read(readers_, [](Session& session) { return sql::last_change(session); });
}

Result<std::vector<ClusterNode>> SqlStore::nodes() {
  return read(readers_, [](Session& session) { return sql::nodes(session); });
}

Result<std::vector<std::pair<DeploymentId, std::uint64_t>>> SqlStore::active_fences() {
  return read(readers_, [](Session& session) { return sql::active_fences(session); });
}

Result<std::vector<Revocation>> SqlStore::revocations() {
  return read(readers_, [](Session& session) { return sql::revocations(session); });
}

Result<std::vector<RetentionRun>> SqlStore::retention_runs() {
  return read(readers_, [](Session& session) { return sql::retention_runs(session); });
}

Result<StoreFigures> SqlStore::figures() {
  return read(readers_, [](Session& session) { return sql::figures(session); });
}

Result<void> SqlStore::ping() {
  return read(readers_, [](Session& session) {
    return session.query("SELECT 1 FROM schema_version", {},
                         [](const Row&) -> Result<void> { return {}; });
  });
}

Result<StoreStatistics> SqlStore::statistics() {
  return read(readers_,
              [this](Session& session) { return sql::statistics(session, engine_query()); });
}

Result<std::optional<WrappedKey>> SqlStore::secret_key(const std::string& name) {
  return read(readers_, [&](Session& session) { return sql::secret_key(session, name); });
}

Result<std::vector<KeyedVersion>> SqlStore::versions_not_under(const std::string& key_id,
                                                               std::size_t limit) {
  return read(readers_,
              [&](Session& session) { return sql::versions_not_under(session, key_id, limit); });
}

Result<std::map<std::string, std::uint64_t>> SqlStore::key_use() {
  return read(readers_, [](Session& session) { return sql::key_use(session); });
}

Result<std::vector<VersionName>> SqlStore::maybe_plain(const VersionName& after, bool archived,
                                                       std::size_t limit) {
  return read(readers_,
              [&](Session& session) { return sql::maybe_plain(session, after, archived, limit); });
}

Result<std::optional<SecretReferenceState>> SqlStore::secret_reference(
    const std::string& reference) {
  return read(readers_,
              [&](Session& session) { return sql::secret_reference(session, reference); });
}

}  // namespace hotswap::sql
