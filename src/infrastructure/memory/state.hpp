#pragma once
// All that a MemoryStore holds. Flat ordered maps with composed keys: what belongs together is a
// range, and an undo entry needs only map and key.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "domain/ports/store.hpp"
#include "infrastructure/memory/undo_log.hpp"

namespace hotswap::memory {

struct StoredVersion {
  Version version;             ///< without tags
  std::uint64_t uploaded = 0;  ///< order of upload
};
struct StoredDeployment {
  Deployment row;  ///< without targets
  std::uint64_t started = 0;
};
struct StoredSchemaVersion {
  SchemaVersion version;
  std::uint64_t registered = 0;  ///< order of registration
};

struct DeadLetter {
  OutboxItem item;
  std::uint64_t position = 0;  ///< that it had in the outbox
};

struct State {
  std::map<ProfileName, Profile> profiles;
  std::map<std::pair<ProfileName, std::string>, StoredVersion> versions;  ///< by number as text
  struct Tag {
    std::string tag;
    SemVer number;
  };
  std::map<std::pair<ProfileName, std::string>, Tag> tags;  ///< by tag_slot()
  std::map<SchemaId, RegisteredSchema> schemas;
  /// By number as text.
  std::map<std::pair<SchemaId, std::string>, StoredSchemaVersion> schema_versions;
  std::map<DeploymentId, StoredDeployment> deployments;
  std::map<std::uint64_t, DeploymentId> deployments_by_start;
  std::map<ProfileName, DeploymentId> active;
  std::map<std::pair<DeploymentId, std::size_t>, Target> targets;
  std::map<InstanceId, Instance> instances;
  std::map<std::pair<ProfileName, InstanceId>, Assignment> assignments;
  std::map<std::pair<ProfileName, InstanceId>, Observation> observations;
  std::map<std::uint64_t, TimelineEvent> events;
  std::map<std::uint64_t, AuditEntry> audit;
  /// By when an item is due; of those due together the one enqueued first.
  using OutboxPlace = std::pair<WallTime, std::uint64_t>;
  std::map<OutboxPlace, OutboxItem> outbox;
  std::map<std::string, OutboxPlace> outbox_ids;
  std::map<std::uint64_t, DeadLetter> dead_letters;  ///< by burial
  std::map<std::string, std::uint64_t> dead_letter_ids;
  std::map<std::string, Channel> channels;
  std::map<std::pair<DeploymentId, std::uint64_t>, HealthRecord> health_records;
  std::map<std::uint64_t, CalendarEntry> calendar;  ///< by creation
  std::map<std::string, std::uint64_t> calendar_ids;
  std::map<std::pair<ServiceName, std::string>, Traffic> traffics;
  std::map<std::string, change::PutIdempotent> idempotent;
  struct Logged {
    LoggedChange change;
    WallTime at{};
  };
  std::map<std::uint64_t, Logged> changes;
  std::map<std::string, ClusterNode> nodes;
  std::map<std::pair<WallTime, std::string>, RetentionRun> retention_runs;  ///< by start and id
  std::map<std::uint64_t, erasure::Erasure> erasures;                       ///< by beginning
  std::map<std::string, std::uint64_t> erasure_ids;
  std::map<std::string, WrappedKey> secret_keys;
  std::map<std::string, SecretReferenceState> secret_references;
  /// Of uploads, registrations, starts, outbox items, burials and calendar entries; gaps do not
  /// matter.
  std::uint64_t last_number = 0;
};

/// Applies one change, entering its undoing in `log`; events get their sequence and are added to
/// `committed`. On an error the caller rolls `log` back.
[[nodiscard]] Result<void> apply(State& state, UndoLog& log, Change& change, Committed& committed);

/// The last key of a numbered map, 0 if empty.
template <class Map>
[[nodiscard]] std::uint64_t last_key(const Map& map) {
  return map.empty() ? 0 : map.rbegin()->first;
}

}  // namespace hotswap::memory
