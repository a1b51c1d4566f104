#pragma once
// The store as the orchestrator sees it: reads, and one write (changes.hpp) that takes a list of
// changes and makes all of them or none. Implemented by infrastructure/memory and
// infrastructure/sqlite; every implementation passes tests/contract.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/changes.hpp"
#include "domain/ports/secret_store.hpp"

namespace hotswap {

template <class T>
struct Page {
  std::vector<T> items;
  std::string next_cursor;  ///< empty: the last page. Opaque.
};
struct PageRequest {
  std::size_t limit = 50;
  std::string cursor;  ///< of an earlier page; a broken one is Invalid `cursor.invalid`
};
struct ProfileFilter {
  std::string service, environment, label_key, label_value, text;
};
struct DeploymentFilter {
  std::string profile, state;
  bool active_only = false;
};
struct InstanceFilter {
  std::string service, environment, status, label_key, label_value;
};
struct SchemaFilter {
  std::string text;                ///< in id or description
  std::optional<SchemaState> any;  ///< has a version in this state
};
struct AuditFilter {
  std::string actor, action, resource, outcome;
  std::optional<WallTime> from, to;
};
struct EventFilter {
  std::string profile, deployment;
};

struct OutboxItem {
  std::string id, kind;
  json::Value payload;
  WallTime at{};
  std::uint32_t attempts = 0;
  WallTime next{};    ///< not before
  std::string error;  ///< of the last attempt
};

/// Facts for whoever looks for a fault.
struct StoreStatistics {
  std::string engine;        ///< `SQLite 3.40.1`
  std::uint64_t schema = 0;  ///< of the newest migration
  std::uint64_t bytes = 0;   ///< of the database; 0: in memory
  static constexpr std::uint64_t kCounted = 1'000'000;
  std::map<std::string, std::uint64_t> rows;  ///< by table; kCounted: that many or more
};

/// What the store holds of some things, for metrics.
struct StoreFigures {
  std::size_t profiles = 0;
  std::size_t live = 0;              ///< profiles that have a stable version
  std::size_t outbox = 0;            ///< outside effects that wait
  std::optional<WallTime> oldest{};  ///< when the one that waits longest was asked for
  std::size_t dead = 0;              ///< outside effects that were given up
};

/// Thread-safe. Every method may fail with Unavailable `store.unavailable`.
/// What a change set of some node said to the others.
struct LoggedChange {
  std::uint64_t sequence = 0;
  std::string node;
  json::Value body;
};

class Store : public SecretStore {
 public:
  /// The content of an archived version, checked against its hash.
  using ReadArchived = std::function<Result<std::string>(const Version&)>;

  /// Before the first read: version() gives archived ones with their content, too. Without this
  /// they are Unavailable `archive.unavailable`.
  void read_archived_by(ReadArchived read) { read_archived_ = std::move(read); }

  /// All or nothing, durable on return. An error names the first change that failed.
  [[nodiscard]] virtual Result<Committed> commit(ChangeSet changes) = 0;
  using OnCommitted = std::move_only_function<void(Result<Committed>)>;
  /// The same for who does not wait. `done` is called once, on any thread, be it before this
  /// returns; it must not block.
  virtual void commit_later(ChangeSet changes, OnCommitted done) {
    done(commit(std::move(changes)));
  }

  [[nodiscard]] virtual Result<Profile> profile(
      const ProfileName& name) = 0;  ///< NotFound config.not_found
  [[nodiscard]] virtual Result<Page<Profile>> profiles(const ProfileFilter&,
                                                       const PageRequest&) = 0;
  /// Profiles that an instance of this service gets.
  [[nodiscard]] virtual Result<std::vector<Profile>> profiles_of(
      const ServiceName&, const std::string& environment) = 0;
  [[nodiscard]] virtual Result<Version> version(const ProfileName&,
                                                const SemVer&) = 0;  ///< NotFound version.not_found
  /// The same as versions() lists it: without content, wherever that lies.
  [[nodiscard]] virtual Result<Version> listed_version(const ProfileName&, const SemVer&) = 0;
  /// Newest upload first, without content, with tags.
  [[nodiscard]] virtual Result<Page<Version>> versions(const ProfileName&, const PageRequest&) = 0;
  [[nodiscard]] virtual Result<std::vector<SemVer>> version_numbers(const ProfileName&) = 0;
  [[nodiscard]] virtual Result<std::optional<SemVer>> tagged(const ProfileName&,
                                                             const std::string& tag) = 0;

  [[nodiscard]] virtual Result<Deployment> deployment(
      const DeploymentId&) = 0;  ///< with targets; NotFound deployment.not_found
  /// Newest first, without targets.
  [[nodiscard]] virtual Result<Page<Deployment>> deployments(const DeploymentFilter&,
                                                             const PageRequest&) = 0;
  [[nodiscard]] virtual Result<std::optional<Deployment>> active_deployment(const ProfileName&) = 0;
  [[nodiscard]] virtual Result<std::vector<Deployment>> active_deployments() = 0;  ///< with targets

  [[nodiscard]] virtual Result<Instance> instance(
      const InstanceId&) = 0;  ///< NotFound instance.not_found
  [[nodiscard]] virtual Result<Page<Instance>> instances(const InstanceFilter&,
                                                         const PageRequest&) = 0;
  [[nodiscard]] virtual Result<std::vector<Instance>> instances_of(
      const ServiceName&, const std::string& environment) = 0;
  [[nodiscard]] virtual Result<std::vector<Instance>> all_instances() = 0;
  [[nodiscard]] virtual Result<std::vector<Assignment>> assignments_of(const InstanceId&) = 0;
  [[nodiscard]] virtual Result<std::vector<Assignment>> assignments_of(const ProfileName&) = 0;
  [[nodiscard]] virtual Result<std::vector<Observation>> observations_of(const InstanceId&) = 0;
  [[nodiscard]] virtual Result<std::vector<Observation>> observations_of(const ProfileName&) = 0;

  [[nodiscard]] virtual Result<RegisteredSchema> schema(
      const SchemaId&) = 0;  ///< NotFound schema.not_found
  /// By id.
  [[nodiscard]] virtual Result<Page<RegisteredSchema>> schemas(const SchemaFilter&,
                                                               const PageRequest&) = 0;
  [[nodiscard]] virtual Result<SchemaVersion> schema_version(
      const SchemaId&, const SemVer&) = 0;  ///< NotFound schema.version_not_found
  /// Newest first, without content, references and comparisons.
  [[nodiscard]] virtual Result<Page<SchemaVersion>> schema_versions(const SchemaId&,
                                                                    const PageRequest&) = 0;
  /// Numbers of those in this state, ascending by precedence.
  [[nodiscard]] virtual Result<std::vector<SemVer>> schema_numbers(
      const SchemaId&, std::optional<SchemaState> state) = 0;
  /// The highest approved version whose `uri` this is.
  [[nodiscard]] virtual Result<std::optional<SchemaRef>> schema_by_uri(const std::string& uri) = 0;
  /// Profiles whose link names this schema, by name.
  [[nodiscard]] virtual Result<std::vector<Profile>> profiles_linked(const SchemaId&) = 0;

  /// Ascending sequence numbers above `after`.
  [[nodiscard]] virtual Result<std::vector<TimelineEvent>> events(const EventFilter&,
                                                                  std::uint64_t after,
                                                                  std::size_t limit) = 0;
  /// Newest first: by sequence, or, within a range of time, by time.
  [[nodiscard]] virtual Result<Page<AuditEntry>> audit(const AuditFilter&, const PageRequest&) = 0;
  /// Ascending, for verification and export.
  [[nodiscard]] virtual Result<std::vector<AuditEntry>> audit_after(std::uint64_t sequence,
                                                                    std::size_t limit) = 0;
  /// Above `after`, ascending by sequence; the first of all is the anchor, if there is one.
  [[nodiscard]] virtual Result<std::vector<AuditCheckpoint>> audit_checkpoints(
      std::uint64_t after, std::size_t limit) = 0;
  /// How far each receiver of the audit has come, by name.
  [[nodiscard]] virtual Result<std::map<std::string, std::uint64_t>> audit_cursors() = 0;
  /// Those due at `now`, oldest first; dead letters are not among them.
  [[nodiscard]] virtual Result<std::vector<OutboxItem>> outbox(WallTime now, std::size_t limit) = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<Page<OutboxItem>> dead_letters(const PageRequest&) = 0;
  /// By name.
  [[nodiscard]] virtual Result<std::vector<Channel>> channels() = 0;
  /// Ascending sequence numbers above `after`.
  [[nodiscard]] virtual Result<std::vector<HealthRecord>> health_records(const DeploymentId&,
                                                                         std::uint64_t after,
                                                                         std::size_t limit) = 0;
  /// Oldest first.
  [[nodiscard]] virtual Result<std::vector<CalendarEntry>> calendar() = 0;
  [[nodiscard]] virtual Result<Traffic> traffic(
      const ServiceName&,
      const std::string& environment) = 0;  ///< NotFound traffic.not_found
  [[nodiscard]] virtual Result<std::vector<Traffic>> traffics() = 0;
  [[nodiscard]] virtual Result<std::optional<change::PutIdempotent>> idempotent(
      const std::string& key, WallTime now) = 0;
  /// Ascending sequence numbers above `after`.
  [[nodiscard]] virtual Result<std::vector<LoggedChange>> changes(std::uint64_t after,
                                                                  std::size_t limit) = 0;
  /// Sequence number of the last change that is committed, 0 if none.
  [[nodiscard]] virtual Result<std::uint64_t> last_change() = 0;
  /// By id.
  [[nodiscard]] virtual Result<std::vector<ClusterNode>> nodes() = 0;
  /// Id and fence of the deployments that have not ended.
  [[nodiscard]] virtual Result<std::vector<std::pair<DeploymentId, std::uint64_t>>>
  active_fences() = 0;
  /// By instance.
  [[nodiscard]] virtual Result<std::vector<Revocation>> revocations() = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<std::vector<RetentionRun>> retention_runs() = 0;
  /// Of the next `scan` rows of a place behind the key `after` (empty: from the start), those that
  /// hold the name.
  [[nodiscard]] virtual Result<erasure::TextPage> texts(erasure::Place, const erasure::Eraser& name,
                                                        const std::vector<std::string>& after,
                                                        std::size_t scan) = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<Page<erasure::Erasure>> erasures(const PageRequest&) = 0;
  [[nodiscard]] virtual Result<erasure::Erasure> erasure(
      const std::string& id) = 0;  ///< NotFound erasure.not_found
  /// Makes sure, as far as the database can, that its files no longer hold what was erased.
  [[nodiscard]] virtual Result<void> scrub() = 0;
  /// For /health/ready.
  [[nodiscard]] virtual Result<StoreFigures> figures() = 0;
  [[nodiscard]] virtual Result<void> ping() = 0;
  /// Counts rows, which takes its time: not for every request.
  [[nodiscard]] virtual Result<StoreStatistics> statistics() = 0;

 protected:
  /// For version(), outside of locks and without a connection: an archive may take its time.
  [[nodiscard]] Result<Version> with_content(Result<Version> version) const;

 private:
  ReadArchived read_archived_;
};

}  // namespace hotswap
