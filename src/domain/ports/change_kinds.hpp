#pragma once
// What a change set can change, one struct each.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/audit/entry.hpp"
#include "domain/calendar/calendar.hpp"
#include "domain/config/profile.hpp"
#include "domain/fleet/instance.hpp"
#include "domain/health/record.hpp"
#include "domain/notification/channel.hpp"
#include "domain/rollout/deployment.hpp"
#include "domain/schema/registry/registered.hpp"
#include "domain/traffic/traffic.hpp"

namespace hotswap::change {

struct InsertProfile {
  Profile profile;
};  ///< Conflict config.exists
/// Conflict `config.changed` unless the stored revision is profile.revision; stores revision + 1.
/// Does not touch stable and generation.
struct UpdateProfile {
  Profile profile;
};
struct DeleteProfile {
  ProfileName name;
};  ///< with versions, tags and assignments; Conflict deployment.already_active
/// Sets stable (unless `keep_stable`) and raises generation; Conflict `generation.stale` unless the
/// stored generation is below.
struct AdvanceProfile {
  ProfileName name;
  std::optional<SemVer> stable;
  bool keep_stable = true;
  std::uint64_t generation = 0;
};
/// Conflict version.exists; Conflict config.changed unless the profile is `judged_by` still.
struct InsertVersion {
  Version version;
  /// What the version was allowed and validated by; nothing: any.
  struct Judge {
    std::uint64_t revision = 0;
    WallTime created_at{};  ///< a profile of the same name may come after it
  };
  std::optional<Judge> judged_by{};
};
struct MarkVersion {
  ProfileName profile;
  SemVer number;
  std::string failed_reason;
};
struct PutTag {
  ProfileName profile;
  std::string tag;
  SemVer number;
};  ///< moves it
struct DeleteTag {
  ProfileName profile;
  std::string tag;
  SemVer number;
};  ///< none: NotFound tag.not_found
/// Conflict `deployment.already_active` naming the other, while one is active for the profile.
struct InsertDeployment {
  Deployment deployment;
};
/// The row without targets; Conflict `deployment.fenced` unless the stored fence is
/// deployment.fence, Conflict `deployment.changed` unless the stored revision is
/// deployment.revision; stores revision + 1. Also checks one active deployment per profile.
struct UpdateDeployment {
  Deployment deployment;
};
struct PutTargets {
  DeploymentId deployment;
  struct Item {
    std::size_t ordinal;
    Target target;
  };
  std::vector<Item> items;
  /// How many the deployment has now: those beyond are removed. Nothing: as many as before.
  std::optional<std::size_t> size{};
};
struct PutAssignments {
  std::vector<Assignment> assignments;  ///< those of unknown instances or profiles are left out
  // How the instances are told once it is saved.
  AssignMode mode = AssignMode::Deliver;
  Duration spread{};
};
struct PutObservations {
  std::vector<Observation> observations;  ///< likewise
  std::vector<Observation> told{};        ///< not stored, but other nodes hear of them
};
struct PutInstance {
  Instance instance;
};  ///< insert or replace
/// Healthy, and at home on this node; unknown ones are ignored.
struct TouchInstances {
  std::vector<std::pair<InstanceId, WallTime>> heartbeats;
  std::string home{};
  std::vector<InstanceId> news{};  ///< those whose home or health this changes
};
/// An unknown instance: ignored. With a home: Conflict `instance.moved` if another node has heard
/// of it since.
struct SetInstanceStatus {
  InstanceId id;
  InstanceStatus status;
  std::optional<std::string> home{};
};
/// With assignments and observations. The home as with SetInstanceStatus.
struct DeleteInstance {
  InstanceId id;
  std::optional<std::string> home{};
};
struct AppendEvent {
  TimelineEvent event;
};
struct AppendAudit {
  AuditEntry entry;
};
struct EnqueueOutbox {
  std::string id, kind;
  json::Value payload;
  WallTime at{};
};  ///< same id: ignored
struct FinishOutbox {
  std::string id;
};  ///< removes it
/// It failed once more: tried again from `next` on. An unknown id: ignored.
struct DeferOutbox {
  std::string id;
  std::uint32_t attempts = 0;
  WallTime next{};
  std::string error;
};
/// Given up: kept as a dead letter, which outbox() no longer lists.
struct BuryOutbox {
  std::string id;
  std::uint32_t attempts = 0;
  std::string error;
};
/// A dead letter back into the outbox, with no attempts. NotFound `dead_letter.not_found`.
struct ReviveOutbox {
  std::string id;
  WallTime next{};
};
struct PutChannel {
  Channel channel;
};  ///< insert or replace
struct DeleteChannel {
  std::string name;
};  ///< none: NotFound channel.not_found
struct AppendHealthRecord {
  HealthRecord record;
};  ///< its sequence is the store's
struct PutCalendarEntry {
  CalendarEntry entry;
};  ///< insert or replace
struct DeleteCalendarEntry {
  std::string id;
};  ///< none: NotFound calendar.not_found
/// Insert (revision 0 and none stored), or Conflict `traffic.changed` unless the stored revision is
/// traffic.revision; stores revision + 1.
struct PutTraffic {
  Traffic traffic;
};
struct InsertSchema {
  RegisteredSchema schema;
};  ///< Conflict schema.exists
/// Conflict `schema.changed` unless the stored revision is schema.revision; stores revision + 1.
/// `latest` is kept by the store.
struct UpdateSchema {
  RegisteredSchema schema;
};
/// Conflict `schema.version_exists`; moves `latest` of an approved one.
struct InsertSchemaVersion {
  SchemaVersion version;
};
/// Everything but schema and number; Conflict `schema.changed` unless the stored revision is
/// version.revision; stores revision + 1; moves `latest` when it became approved.
struct UpdateSchemaVersion {
  SchemaVersion version;
};
struct PutIdempotent {
  std::string key;  ///< principal and key
  std::string body_hash;
  int status = 0;
  std::string headers, body;
  WallTime expires{};
};  ///< Conflict idempotency.exists while the key is remembered

}  // namespace hotswap::change
