#include "domain/erasure/place.hpp"

#include <array>

#include "domain/base/assert.hpp"

namespace hotswap::erasure {
namespace {

using enum Treatment;

// clang-format off
constexpr KeyColumn kName[] = {{"name"}};
constexpr KeyColumn kId[] = {{"id"}};
constexpr KeyColumn kKey[] = {{"key"}};
constexpr KeyColumn kSequence[] = {{"sequence", true}};
constexpr KeyColumn kVersion[] = {{"profile"}, {"number"}};
constexpr KeyColumn kTag[] = {{"profile"}, {"slot"}};
constexpr KeyColumn kTarget[] = {{"deployment"}, {"ordinal", true}};
constexpr KeyColumn kRecord[] = {{"deployment"}, {"sequence", true}};
constexpr KeyColumn kObservation[] = {{"profile"}, {"instance"}};
constexpr KeyColumn kSchemaVersion[] = {{"schema"}, {"number"}};
constexpr KeyColumn kTraffic[] = {{"service"}, {"environment"}};

constexpr Column kProfiles[] = {
    {"description", Text}, {"labels", Json}, {"strategy", Json}, {"health", Json},
    {"access", Json}, {"created_by", Text}, {"name", Name}, {"service", Name}};
constexpr Column kVersions[] = {
    {"author", Text}, {"message", Text}, {"failed_reason", Text}, {"content", Content}};
constexpr Column kTags[] = {{"tag", Name}};
constexpr Column kDeployments[] = {
    {"strategy", Json}, {"health", Json}, {"plan", Json}, {"reason", Text}, {"created_by", Text},
    {"state", Json}, {"baseline", Json}, {"judgement", Json}, {"fit", Json}, {"proof", Json},
    {"hook_calls", Json}, {"pools", Json}, {"approval", Json}, {"request", Json}};
constexpr Column kTargets[] = {{"reason", Text}, {"zone", Name}};
constexpr Column kHealthRecords[] = {{"record", Json}};
constexpr Column kInstances[] = {
    {"labels", Json}, {"id", Name}, {"service", Name}, {"hostname", Name}, {"version", Name},
    {"health_url", Name}, {"pool", Name}, {"zone", Name}};
constexpr Column kObservations[] = {{"error", Text}};
constexpr Column kEvents[] = {{"actor", Text}, {"message", Text}, {"data", Json}};
constexpr Column kOutbox[] = {{"payload", Json}, {"error", Text}};
constexpr Column kSchemas[] = {
    {"description", Text}, {"loosened_by", Text}, {"created_by", Text}, {"id", Name}};
constexpr Column kSchemaVersions[] = {
    {"author", Text}, {"message", Text}, {"decision", Json}, {"uri", Name}, {"outside", Content},
    {"compared", Content}, {"content", Content}};
constexpr Column kCalendar[] = {{"entry", Json}};
constexpr Column kChannels[] = {
    {"target", Text}, {"profiles", Json}, {"created_by", Text}, {"name", Name}};
constexpr Column kTraffics[] = {
    {"error", Text}, {"changed_by", Text}, {"router", Name}, {"pools", Name}};
constexpr Column kRetentionRuns[] = {{"body", Json}};
constexpr Column kChangeLog[] = {{"body", Json}};
constexpr Column kIdempotent[] = {{"headers", Answer}, {"body", Answer}};
constexpr Column kErasures[] = {{"record", Json}};
constexpr Column kAudit[] = {
    {"actor", Text}, {"address", Text}, {"resource", Text}, {"detail", Text}};

constexpr std::array<PlaceSpec, kPlaceCount> kPlaces = {{
    {Place::Profiles,       "profiles",                   kName,          kProfiles, true},
    {Place::Versions,       "versions",                   kVersion,       kVersions},
    {Place::Tags,           "tags",                       kTag,           kTags},
    {Place::Deployments,    "deployments",                kId,            kDeployments, true},
    {Place::Targets,        "deployment_targets",         kTarget,        kTargets},
    {Place::HealthRecords,  "health_records",             kRecord,        kHealthRecords},
    {Place::Instances,      "instances",                  kId,            kInstances},
    {Place::Observations,   "observations",               kObservation,   kObservations},
    {Place::Events,         "events",                     kSequence,      kEvents},
    {Place::Outbox,         "outbox",                     kId,            kOutbox},
    {Place::Schemas,        "registered_schemas",         kId,            kSchemas, true},
    {Place::SchemaVersions, "registered_schema_versions", kSchemaVersion, kSchemaVersions, true},
    {Place::Calendar,       "calendar",                   kId,            kCalendar},
    {Place::Channels,       "channels",                   kName,          kChannels},
    {Place::Traffic,        "traffic",                    kTraffic,       kTraffics, true},
    {Place::RetentionRuns,  "retention_runs",             kId,            kRetentionRuns},
    {Place::ChangeLog,      "change_log",                 kSequence,      kChangeLog},
    {Place::Idempotent,     "idempotent",                 kKey,           kIdempotent},
    {Place::Erasures,       "erasures",                   kId,            kErasures, true},
    {Place::Audit,          "audit",                      kSequence,      kAudit},
}};

/// `table.column`; those that are a key of another row's place count there.
constexpr std::string_view kWithoutNames[] = {
    "profiles.environment", "profiles.schema_link", "profiles.schema_id", "profiles.stable",
    "profiles.retention",
    "profile_labels.profile", "profile_labels.key", "profile_labels.value",
    "versions.profile", "versions.number", "versions.hash", "versions.schema",
    "versions.archived", "versions.key_id", "versions.data_key",
    "tags.profile", "tags.slot", "tags.number",
    "deployments.id", "deployments.profile", "deployments.service", "deployments.environment",
    "deployments.version", "deployments.hash", "deployments.previous_stable",
    "deployments.state_name", "deployments.trace_id", "deployments.tallies",
    "deployment_targets.deployment", "deployment_targets.instance", "deployment_targets.previous",
    "deployment_targets.state",
    "health_records.deployment",
    "instances.environment", "instances.status", "instances.schemas", "instances.home",
    "instance_labels.instance", "instance_labels.key", "instance_labels.value",
    "assignments.profile", "assignments.instance", "assignments.active_version",
    "assignments.active_hash", "assignments.staged_version", "assignments.staged_hash",
    "observations.profile", "observations.instance", "observations.version", "observations.state",
    "observations.hash",
    "events.kind", "events.profile", "events.deployment", "events.instance",
    "outbox.id", "outbox.kind",
    "registered_schemas.compatibility", "registered_schemas.policy", "registered_schemas.latest",
    "registered_schema_versions.schema", "registered_schema_versions.number",
    "registered_schema_versions.hash", "registered_schema_versions.state",
    "calendar.id",
    "channels.type", "channels.at_least",
    "traffic.service", "traffic.environment", "traffic.desired", "traffic.actual",
    "retention_runs.id",
    "revoked_instances.instance",
    "change_log.node",
    "nodes.id", "nodes.name", "nodes.url", "nodes.version",
    "idempotent.key", "idempotent.body_hash",
    "erasures.id",
    "audit.roles", "audit.action", "audit.outcome", "audit.trace_id", "audit.hash", "audit.salt",
    "audit.erased",
    "audit_checkpoints.kind", "audit_checkpoints.body", "audit_cursors.receiver",
    "secret_keys.name", "secret_keys.key_id", "secret_keys.wrapped",
    "secret_references.reference", "secret_references.fingerprint",
    "writers.id",
    "write_behind.kind", "write_behind.body",  // rows of the tables above, there before a look
    "schema_version.name"};
// clang-format on

constexpr bool places_are_in_order() {
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    if (static_cast<std::size_t>(kPlaces[i].place) != i) return false;
  }
  return true;
}
static_assert(places_are_in_order(), "kPlaces is indexed by Place");

}  // namespace

const PlaceSpec& spec_of(Place place) { return kPlaces[static_cast<std::size_t>(place)]; }

std::span<const std::string_view> columns_without_names() { return kWithoutNames; }

RowPlan plan(const PlaceSpec& spec, const TextRow& row, const Eraser& eraser) {
  HS_ASSERT(row.texts.size() == spec.columns.size());
  RowPlan out;
  TextRow next = row;
  for (std::size_t i = 0; i < row.texts.size(); ++i) {
    const auto& text = row.texts[i];
    if (!text) continue;
    switch (spec.columns[i].treatment) {
      case Text:
        next.texts[i] = eraser.text(*text);
        break;
      case Json:
        next.texts[i] = eraser.json_text(*text);
        break;
      case Answer:
        out.removed = out.removed || eraser.holds(*text);
        continue;
      case Name:
      case Content:
        out.left = true;
        continue;
    }
    out.left = out.left || eraser.holds(*next.texts[i]);
  }
  if (next != row) out.changed = std::move(next);
  return out;
}

}  // namespace hotswap::erasure
