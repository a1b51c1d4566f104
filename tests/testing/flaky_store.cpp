#include "testing/flaky_store.hpp"

namespace hotswap::testing {
namespace {

std::unexpected<Error> lost() {
  return fail(ErrorCode::Unavailable, "store.unavailable",
              "The store cannot be used at the moment; try again.");
}

/// Counts down to the failing call.
bool due(int& countdown) { return countdown > 0 && --countdown == 0; }

}  // namespace

void FlakyStore::fail_before_commit(int nth) {
  const MutexLock lock(mutex_);
  fail_before_ = nth;
}

void FlakyStore::fail_after_commit(int nth) {
  const MutexLock lock(mutex_);
  fail_after_ = nth;
}

void FlakyStore::set_down(bool down) {
  const MutexLock lock(mutex_);
  down_ = down;
}

int FlakyStore::commits() const {
  const MutexLock lock(mutex_);
  return commits_;
}

bool FlakyStore::down() const {
  const MutexLock lock(mutex_);
  return down_;
}

Result<Committed> FlakyStore::commit(ChangeSet changes) {
  bool before = false;
  bool after = false;
  {
    const MutexLock lock(mutex_);
    ++commits_;
    before = due(fail_before_) || down_;
    after = due(fail_after_);
  }
  if (before) return lost();
  auto result = inner_.commit(std::move(changes));
  if (after) return lost();
  return result;
}

Result<Profile> FlakyStore::profile(const ProfileName& name) {
  if (down()) return lost();
  return inner_.profile(name);
}

Result<Page<Profile>> FlakyStore::profiles(const ProfileFilter& filter, const PageRequest& page) {
  if (down()) return lost();
  return inner_.profiles(filter, page);
}

Result<std::vector<Profile>> FlakyStore::profiles_of(const ServiceName& service,
                                                     const std::string& environment) {
  if (down()) return lost();
  return inner_.profiles_of(service, environment);
}

Result<Version> FlakyStore::version(const ProfileName& profile, const SemVer& number) {
  if (down()) return lost();
  return inner_.version(profile, number);
}

Result<Version> FlakyStore::listed_version(const ProfileName& profile, const SemVer& number) {
  if (down()) return lost();
  return inner_.listed_version(profile, number);
}

Result<Page<Version>> FlakyStore::versions(const ProfileName& profile, const PageRequest& page) {
  if (down()) return lost();
  return inner_.versions(profile, page);
}

Result<std::vector<SemVer>> FlakyStore::version_numbers(const ProfileName& profile) {
  if (down()) return lost();
  return inner_.version_numbers(profile);
}

Result<std::optional<SemVer>> FlakyStore::tagged(const ProfileName& profile,
                                                 const std::string& tag) {
  if (down()) return lost();
  return inner_.tagged(profile, tag);
}

Result<Deployment> FlakyStore::deployment(const DeploymentId& id) {
  if (down()) return lost();
  return inner_.deployment(id);
}

Result<Page<Deployment>> FlakyStore::deployments(const DeploymentFilter& filter,
                                                 const PageRequest& page) {
  if (down()) return lost();
  return inner_.deployments(filter, page);
}

Result<std::optional<Deployment>> FlakyStore::active_deployment(const ProfileName& profile) {
  if (down()) return lost();
  return inner_.active_deployment(profile);
}

Result<std::vector<Deployment>> FlakyStore::active_deployments() {
  if (down()) return lost();
  return inner_.active_deployments();
}

Result<Instance> FlakyStore::instance(const InstanceId& id) {
  if (down()) return lost();
  return inner_.instance(id);
}

Result<Page<Instance>> FlakyStore::instances(const InstanceFilter& filter,
                                             const PageRequest& page) {
  if (down()) return lost();
  return inner_.instances(filter, page);
}

Result<std::vector<Instance>> FlakyStore::instances_of(const ServiceName& service,
                                                       const std::string& environment) {
  if (down()) return lost();
  return inner_.instances_of(service, environment);
}

Result<std::vector<Instance>> FlakyStore::all_instances() {
  if (down()) return lost();
  return inner_.all_instances();
}

Result<std::vector<Assignment>> FlakyStore::assignments_of(const InstanceId& instance) {
  if (down()) return lost();
  return inner_.assignments_of(instance);
}

Result<std::vector<Assignment>> FlakyStore::assignments_of(const ProfileName& profile) {
  if (down()) return lost();
  return inner_.assignments_of(profile);
}

Result<std::vector<Observation>> FlakyStore::observations_of(const InstanceId& instance) {
  if (down()) return lost();
  return inner_.observations_of(instance);
}

Result<std::vector<Observation>> FlakyStore::observations_of(const ProfileName& profile) {
  if (down()) return lost();
  return inner_.observations_of(profile);
}

Result<RegisteredSchema> FlakyStore::schema(const SchemaId& id) {
  if (down()) return lost();
  return inner_.schema(id);
}

Result<Page<RegisteredSchema>> FlakyStore::schemas(const SchemaFilter& filter,
                                                   const PageRequest& page) {
  if (down()) return lost();
  return inner_.schemas(filter, page);
}

Result<SchemaVersion> FlakyStore::schema_version(const SchemaId& id, const SemVer& number) {
  if (down()) return lost();
  return inner_.schema_version(id, number);
}

Result<Page<SchemaVersion>> FlakyStore::schema_versions(const SchemaId& id,
                                                        const PageRequest& page) {
  if (down()) return lost();
  return inner_.schema_versions(id, page);
}

Result<std::vector<SemVer>> FlakyStore::schema_numbers(const SchemaId& id,
                                                       std::optional<SchemaState> state) {
  if (down()) return lost();
  return inner_.schema_numbers(id, state);
}

Result<std::optional<SchemaRef>> FlakyStore::schema_by_uri(const std::string& uri) {
  if (down()) return lost();
  return inner_.schema_by_uri(uri);
}

Result<std::vector<Profile>> FlakyStore::profiles_linked(const SchemaId& id) {
  if (down()) return lost();
  return inner_.profiles_linked(id);
}

Result<std::vector<TimelineEvent>> FlakyStore::events(const EventFilter& filter,
                                                      std::uint64_t after, std::size_t limit) {
  if (down()) return lost();
  return inner_.events(filter, after, limit);
}

Result<Page<AuditEntry>> FlakyStore::audit(const AuditFilter& filter, const PageRequest& page) {
  if (down()) return lost();
  return inner_.audit(filter, page);
}

Result<std::vector<AuditEntry>> FlakyStore::audit_after(std::uint64_t sequence, std::size_t limit) {
  if (down()) return lost();
  return inner_.audit_after(sequence, limit);
}

Result<std::vector<AuditCheckpoint>> FlakyStore::audit_checkpoints(std::uint64_t after,
                                                                   std::size_t limit) {
  if (down()) return lost();
  return inner_.audit_checkpoints(after, limit);
}

Result<std::map<std::string, std::uint64_t>> FlakyStore::audit_cursors() {
  if (down()) return lost();
  return inner_.audit_cursors();
}

Result<std::vector<OutboxItem>> FlakyStore::outbox(WallTime now, std::size_t limit) {
  if (down()) return lost();
  return inner_.outbox(now, limit);
}

Result<Page<OutboxItem>> FlakyStore::dead_letters(const PageRequest& page) {
  if (down()) return lost();
  return inner_.dead_letters(page);
}

Result<std::vector<Channel>> FlakyStore::channels() {
  if (down()) return lost();
  return inner_.channels();
}

Result<std::vector<HealthRecord>> FlakyStore::health_records(const DeploymentId& id,
                                                             std::uint64_t after,
                                                             std::size_t limit) {
  if (down()) return lost();
  return inner_.health_records(id, after, limit);
}

Result<std::vector<CalendarEntry>> FlakyStore::calendar() {
  if (down()) return lost();
  return inner_.calendar();
}

Result<Traffic> FlakyStore::traffic(const ServiceName& service, const std::string& environment) {
  if (down()) return lost();
  return inner_.traffic(service, environment);
}

Result<std::vector<Traffic>> FlakyStore::traffics() {
  if (down()) return lost();
  return inner_.traffics();
}

Result<std::optional<change::PutIdempotent>> FlakyStore::idempotent(const std::string& key,
                                                                    WallTime now) {
  if (down()) return lost();
  return inner_.idempotent(key, now);
}

Result<std::vector<LoggedChange>> FlakyStore::changes(std::uint64_t after, std::size_t limit) {
  if (down()) return lost();
  return inner_.changes(after, limit);
}

Result<std::uint64_t> FlakyStore::last_change() {
  if (down()) return lost();
  return inner_.last_change();
}

Result<std::vector<ClusterNode>> FlakyStore::nodes() {
  if (down()) return lost();
  return inner_.nodes();
}

Result<std::vector<std::pair<DeploymentId, std::uint64_t>>> FlakyStore::active_fences() {
  if (down()) return lost();
  return inner_.active_fences();
}

Result<std::vector<Revocation>> FlakyStore::revocations() {
  if (down()) return lost();
  return inner_.revocations();
}

Result<std::vector<RetentionRun>> FlakyStore::retention_runs() {
  if (down()) return lost();
  return inner_.retention_runs();
}

Result<erasure::TextPage> FlakyStore::texts(erasure::Place place, const erasure::Eraser& name,
                                            const std::vector<std::string>& after,
                                            std::size_t scan) {
  if (down()) return lost();
  return inner_.texts(place, name, after, scan);
}

Result<Page<erasure::Erasure>> FlakyStore::erasures(const PageRequest& page) {
  if (down()) return lost();
  return inner_.erasures(page);
}

Result<erasure::Erasure> FlakyStore::erasure(const std::string& id) {
  if (down()) return lost();
  return inner_.erasure(id);
}

Result<void> FlakyStore::scrub() {
  if (down()) return lost();
  return inner_.scrub();
}

Result<StoreFigures> FlakyStore::figures() {
  if (down()) return lost();
  return inner_.figures();
}

Result<void> FlakyStore::ping() {
  if (down()) return lost();
  return inner_.ping();
}

Result<StoreStatistics> FlakyStore::statistics() {
  if (down()) return lost();
  return inner_.statistics();
}

Result<std::optional<WrappedKey>> FlakyStore::secret_key(const std::string& name) {
  if (down()) return lost();
  return inner_.secret_key(name);
}

Result<std::vector<KeyedVersion>> FlakyStore::versions_not_under(const std::string& key_id,
                                                                 std::size_t limit) {
  if (down()) return lost();
  return inner_.versions_not_under(key_id, limit);
}

Result<std::map<std::string, std::uint64_t>> FlakyStore::key_use() {
  if (down()) return lost();
  return inner_.key_use();
}

Result<std::vector<VersionName>> FlakyStore::maybe_plain(const VersionName& after, bool archived,
                                                         std::size_t limit) {
  if (down()) return lost();
  return inner_.maybe_plain(after, archived, limit);
}

Result<std::optional<SecretReferenceState>> FlakyStore::secret_reference(
    const std::string& reference) {
  if (down()) return lost();
  return inner_.secret_reference(reference);
}

}  // namespace hotswap::testing
