#pragma once
// The store over SQL: reads on a pool of connections, writes through the group commit. Databases
// add only how a connection is made.

#include <memory>

#include "domain/ports/store.hpp"
#include "infrastructure/sql/group_commit.hpp"
#include "infrastructure/sql/meter.hpp"
#include "infrastructure/sql/pool.hpp"

namespace hotswap::sql {

class SqlStore : public Store {
 public:
  SqlStore(std::vector<std::unique_ptr<Session>> readers, Duration reader_wait,
           std::unique_ptr<BatchWriter> writer)
      : readers_(std::move(readers), reader_wait), commits_(std::move(writer)) {}

  /// Counts and times what it does from now on. Before other threads use it; `metrics` must outlive
  /// this.
  void measure(Metrics& metrics);

  Result<Committed> commit(ChangeSet changes) override;
  void commit_later(ChangeSet changes, OnCommitted done) override;

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
  /// A row with the database's name and version, and its bytes.
  [[nodiscard]] virtual std::string_view engine_query() const { return "SELECT 'SQL', 0"; }
  /// The same as the free functions, of what may be written behind.
  template <class Use>
  auto read_settled(Use use);

  std::unique_ptr<Meter> meter_;  ///< null: nobody wants to know
  Pool readers_;
  GroupCommit commits_;
};

}  // namespace hotswap::sql
