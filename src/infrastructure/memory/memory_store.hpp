#pragma once
// The store in memory: for tests, simulations and trials. The same rules and refusals as the
// databases (tests/contract runs over all of them); nothing survives the process.

#include "domain/base/mutex.hpp"
#include "domain/ports/store.hpp"
#include "infrastructure/memory/state.hpp"

namespace hotswap {

class MemoryStore : public Store {
 public:
  Result<Committed> commit(ChangeSet changes) override;

  Result<Profile> profile(const ProfileName& name) override;
  Result<Page<Profile>> profiles(const ProfileFilter& filter, const PageRequest& page) override;
  Result<std::vector<Profile>> profiles_of(const ServiceName& service,
                                           const std::string& environment) override;
  Result<Version> version(const ProfileName& profile, const SemVer& number) override;
  Result<Version> listed_version(const ProfileName& profile, const SemVer& number) override;
  Result<Page<Version>> versions(const ProfileName& profile, const PageRequest& page) override;
  Result<std::vector<SemVer>> version_numbers(const ProfileName& profile) override;
  Result<std::optional<SemVer>> tagged(const ProfileName& profile, const std::string& tag) override;

  Result<Deployment> deployment(const DeploymentId& id) override;
  Result<Page<Deployment>> deployments(const DeploymentFilter& filter,
                                       const PageRequest& page) override;
  Result<std::optional<Deployment>> active_deployment(const ProfileName& profile) override;
  Result<std::vector<Deployment>> active_deployments() override;

  Result<Instance> instance(const InstanceId& id) override;
  Result<Page<Instance>> instances(const InstanceFilter& filter, const PageRequest& page) override;
  Result<std::vector<Instance>> instances_of(const ServiceName& service,
                                             const std::string& environment) override;
  Result<std::vector<Instance>> all_instances() override;
  Result<std::vector<Assignment>> assignments_of(const InstanceId& instance) override;
  Result<std::vector<Assignment>> assignments_of(const ProfileName& profile) override;
  Result<std::vector<Observation>> observations_of(const InstanceId& instance) override;
  Result<std::vector<Observation>> observations_of(const ProfileName& profile) override;

  Result<RegisteredSchema> schema(const SchemaId& id) override;
  Result<Page<RegisteredSchema>> schemas(const SchemaFilter& filter,
                                         const PageRequest& page) override;
  Result<SchemaVersion> schema_version(const SchemaId& id, const SemVer& number) override;
  Result<Page<SchemaVersion>> schema_versions(const SchemaId& id, const PageRequest& page) override;
  Result<std::vector<SemVer>> schema_numbers(const SchemaId& id,
                                             std::optional<SchemaState> state) override;
  Result<std::optional<SchemaRef>> schema_by_uri(const std::string& uri) override;
  Result<std::vector<Profile>> profiles_linked(const SchemaId& id) override;

  Result<std::vector<TimelineEvent>> events(const EventFilter& filter, std::uint64_t after,
                                            std::size_t limit) override;
  Result<Page<AuditEntry>> audit(const AuditFilter& filter, const PageRequest& page) override;
  Result<std::vector<AuditEntry>> audit_after(std::uint64_t sequence, std::size_t limit) override;
  Result<std::vector<AuditCheckpoint>> audit_checkpoints(std::uint64_t after,
                                                         std::size_t limit) override;
  Result<std::map<std::string, std::uint64_t>> audit_cursors() override;
  Result<std::vector<OutboxItem>> outbox(WallTime now, std::size_t limit) override;
  Result<Page<OutboxItem>> dead_letters(const PageRequest& page) override;
  Result<std::vector<Channel>> channels() override;
  Result<std::vector<HealthRecord>> health_records(const DeploymentId& id, std::uint64_t after,
                                                   std::size_t limit) override;
  Result<std::vector<CalendarEntry>> calendar() override;
  Result<Traffic> traffic(const ServiceName& service, const std::string& environment) override;
  Result<std::vector<Traffic>> traffics() override;
  Result<std::optional<change::PutIdempotent>> idempotent(const std::string& key,
                                                          WallTime now) override;
  Result<std::vector<LoggedChange>> changes(std::uint64_t after, std::size_t limit) override;
  Result<std::uint64_t> last_change() override;
  Result<std::vector<ClusterNode>> nodes() override;
  Result<std::vector<std::pair<DeploymentId, std::uint64_t>>> active_fences() override;
  Result<std::vector<Revocation>> revocations() override;
  Result<std::vector<RetentionRun>> retention_runs() override;
  Result<erasure::TextPage> texts(erasure::Place place, const erasure::Eraser& name,
                                  const std::vector<std::string>& after, std::size_t scan) override;
  Result<Page<erasure::Erasure>> erasures(const PageRequest& page) override;
  Result<erasure::Erasure> erasure(const std::string& id) override;
  Result<std::optional<WrappedKey>> secret_key(const std::string& name) override;
  Result<std::vector<KeyedVersion>> versions_not_under(const std::string& key_id,
                                                       std::size_t limit) override;
  Result<std::map<std::string, std::uint64_t>> key_use() override;
  Result<std::vector<VersionName>> maybe_plain(const VersionName& after, bool archived,
                                               std::size_t limit) override;
  Result<std::optional<SecretReferenceState>> secret_reference(
      const std::string& reference) override;
  Result<void> scrub() override;
  Result<StoreFigures> figures() override;
  Result<void> ping() override;
  Result<StoreStatistics> statistics() override;

 private:
  Result<Version> stored_version(const ProfileName& profile, const SemVer& number) const;
  Deployment with_targets(const Deployment& row) const HS_REQUIRES(mutex_);
  Result<Page<AuditEntry>> audit_by_time(const AuditFilter& filter, const PageRequest& page)
      HS_REQUIRES(mutex_);

  mutable Mutex mutex_;
  memory::State state_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
