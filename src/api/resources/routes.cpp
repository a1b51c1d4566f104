#include "api/resources/routes.hpp"

#include "api/resources/handlers.hpp"

namespace hotswap::api {
namespace {

using enum Method;
constexpr auto kNone = BodyKind::None;
constexpr auto kJson = BodyKind::Json;
constexpr auto kMaybe = BodyKind::OptionalJson;
constexpr auto kPatch = BodyKind::MergePatch;
constexpr auto kAny = BodyKind::Any;
constexpr auto kNatural = Repeat::Natural;

constexpr Route kRoutes[] = {
    {Get, "/health", {}, "", kNone, health},
    {Get, "/health/live", {}, "", kNone, health_live},
    {Get, "/health/ready", {}, "", kNone, health_ready},
    {Get, "/openapi.json", {}, "", kNone, openapi_json},
    {Get, "/docs", {}, "", kNone, docs_page},
    {Get, "/docs/errors", {}, "", kNone, errors_page},
    {Get, "/metrics", Action::MetricsRead, "", kNone, metrics},

    {Post, "/api/v1/configs", Action::ConfigCreate, "", kJson, create_config},
    {Get, "/api/v1/configs", Action::ConfigRead, "service environment label text limit cursor",
     kNone, list_configs},
    {Get, "/api/v1/configs/{name}", Action::ConfigRead, "", kNone, get_config},
    {Put, "/api/v1/configs/{name}", Action::ConfigUpdate, "", kJson, put_config},
    {Patch, "/api/v1/configs/{name}", Action::ConfigUpdate, "", kPatch, patch_config},
    {Delete, "/api/v1/configs/{name}", Action::ConfigDelete, "force", kNone, delete_config},
    {Post, "/api/v1/configs/{name}/versions", Action::VersionUpload, "version bump message dryRun",
     kAny, upload_version},
    {Get, "/api/v1/configs/{name}/versions", Action::VersionRead, "limit cursor", kNone,
     list_versions},
    {Get, "/api/v1/configs/{name}/versions/{version}", Action::VersionRead, "plain reason", kNone,
     get_version},
    {Put, "/api/v1/configs/{name}/versions/{version}/tags/{tag}", Action::VersionTag, "", kNone,
     put_tag},
    {Delete, "/api/v1/configs/{name}/versions/{version}/tags/{tag}", Action::VersionTag, "", kNone,
     delete_tag},
    {Get, "/api/v1/configs/{name}/versions/{from}/diff/{to}", Action::VersionRead, "", kNone,
     diff_versions},
    {Post, "/api/v1/configs/{name}/rollback", Action::ConfigRollback, "", kJson, roll_back_config},
    {Get, "/api/v1/configs/{name}/history", Action::ConfigRead, "at limit cursor", kNone,
     config_history},

    {Post, "/api/v1/schemas", Action::SchemaRegister, "", kAny, register_schema},
    {Get, "/api/v1/schemas", Action::SchemaRead, "text state limit cursor", kNone, list_schemas},
    {Get, "/api/v1/schemas/{id}", Action::SchemaRead, "", kNone, get_schema},
    {Patch, "/api/v1/schemas/{id}", Action::SchemaRegister, "", kPatch, patch_schema},
    {Get, "/api/v1/schemas/{id}/versions", Action::SchemaRead, "limit cursor", kNone,
     list_schema_versions},
    {Get, "/api/v1/schemas/{id}/versions/{version}", Action::SchemaRead, "", kNone,
     get_schema_version},
    {Get, "/api/v1/schemas/{id}/versions/{version}/impact", Action::SchemaRead, "", kNone,
     schema_impact},
    {Get, "/api/v1/schemas/{id}/diff/{from}/{to}", Action::SchemaRead, "", kNone, diff_schemas},
    {Post, "/api/v1/schemas/{id}/validate", Action::SchemaRead, "", kAny, validate_against_schema},
    {Post, "/api/v1/schemas/{id}/approve", Action::SchemaDecide, "", kJson, approve_schema},
    {Post, "/api/v1/schemas/{id}/reject", Action::SchemaDecide, "", kJson, reject_schema},

    {Post, "/api/v1/deployments", Action::DeploymentStart, "", kJson, start_deployment},
    {Get, "/api/v1/deployments", Action::DeploymentRead, "configName state active limit cursor",
     kNone, list_deployments},
    {Get, "/api/v1/deployments/{id}", Action::DeploymentRead, "", kNone, get_deployment},
    {Get, "/api/v1/deployments/{id}/events", Action::DeploymentRead, "limit cursor", kNone,
     deployment_events},
    {Get, "/api/v1/deployments/{id}/report", Action::DeploymentRead, "", kNone, deployment_report},
    {Get, "/api/v1/deployments/{id}/explanation", Action::DeploymentRead, "", kNone,
     explain_deployment},
    {Post, "/api/v1/deployments/{id}/replay", Action::DeploymentRead, "", kJson, replay_deployment,
     kNatural},
    {Post, "/api/v1/deployments/{id}/pause", Action::DeploymentCommand, "", kMaybe,
     pause_deployment},
    {Post, "/api/v1/deployments/{id}/resume", Action::DeploymentCommand, "", kMaybe,
     resume_deployment},
    {Post, "/api/v1/deployments/{id}/promote", Action::DeploymentCommand, "", kMaybe,
     promote_deployment},
    {Post, "/api/v1/deployments/{id}/cancel", Action::DeploymentCommand, "", kMaybe,
     cancel_deployment},
    {Post, "/api/v1/deployments/{id}/approve", Action::DeploymentApprove, "", kMaybe,
     approve_deployment},
    {Post, "/api/v1/deployments/{id}/reject", Action::DeploymentApprove, "", kMaybe,
     reject_deployment},
    {Post, "/api/v1/deployments/{id}/rollback", Action::DeploymentCommand, "", kMaybe,
     roll_back_deployment},

    {Post, "/api/v1/instances", Action::InstanceRegister, "", kJson, register_instance, kNatural},
    {Get, "/api/v1/instances", Action::InstanceRead,
     "service environment status label limit cursor", kNone, list_instances},
    {Get, "/api/v1/instances/{id}", Action::InstanceRead, "", kNone, get_instance},
    {Delete, "/api/v1/instances/{id}", Action::InstanceRemove, "", kNone, remove_instance},
    {Delete, "/api/v1/instances/{id}/token", Action::InstanceRevoke, "", kNone, revoke_instance},
    {Post, "/api/v1/instances/{id}/heartbeat", Action::InstanceReport, "", kJson, heartbeat,
     kNatural},
    {Get, "/api/v1/instances/{id}/stream", Action::InstanceReport, "", kNone, instance_stream},
    {Get, "/api/v1/instances/{id}/configs", Action::InstanceReport, "wait", kNone,
     instance_configs},

    {Get, "/api/v1/services/{name}/{environment}/traffic", Action::TrafficRead, "", kNone,
     get_traffic},
    {Put, "/api/v1/services/{name}/{environment}/traffic", Action::TrafficWrite, "", kJson,
     put_traffic},
    {Post, "/api/v1/services/{name}/{environment}/traffic/switch", Action::TrafficWrite, "", kJson,
     switch_traffic},

    {Get, "/api/v1/calendar", Action::CalendarRead, "", kNone, list_calendar},
    {Post, "/api/v1/calendar", Action::CalendarWrite, "", kJson, add_calendar_entry},
    {Delete, "/api/v1/calendar/{id}", Action::CalendarWrite, "", kNone, delete_calendar_entry},

    {Get, "/api/v1/notifications/channels", Action::ChannelRead, "", kNone, list_channels},
    {Post, "/api/v1/notifications/channels", Action::ChannelWrite, "", kJson, create_channel},
    {Put, "/api/v1/notifications/channels/{name}", Action::ChannelWrite, "", kJson, put_channel},
    {Delete, "/api/v1/notifications/channels/{name}", Action::ChannelWrite, "", kNone,
     delete_channel},
    {Post, "/api/v1/notifications/channels/{name}/test", Action::ChannelWrite, "", kNone,
     test_channel},
    {Get, "/api/v1/notifications/dead-letters", Action::ChannelRead, "limit cursor", kNone,
     list_dead_letters},
    {Post, "/api/v1/notifications/dead-letters/{id}/replay", Action::ChannelWrite, "", kNone,
     replay_dead_letter},
    {Delete, "/api/v1/notifications/dead-letters/{id}", Action::ChannelWrite, "", kNone,
     delete_dead_letter},

    {Get, "/api/v1/events", Action::EventsRead, "", kNone, all_events},
    {Get, "/api/v1/cluster", Action::ClusterRead, "", kNone, get_cluster},
    {Get, "/api/v1/admin/log-levels", Action::DebugRead, "", kNone, get_log_levels},
    {Put, "/api/v1/admin/log-levels", Action::LogLevelWrite, "", kJson, put_log_levels},
    {Get, "/api/v1/admin/log", Action::DebugRead, "lines", kNone, get_log_lines},
    {Get, "/api/v1/admin/diagnostics", Action::DebugRead, "", kNone, get_diagnostics},
    {Post, "/api/v1/secrets/rotate", Action::SecretRotate, "", kNone, rotate_secrets},
    {Get, "/api/v1/secrets/rotation", Action::SecretRotate, "", kNone, get_rotation},
    {Get, "/api/v1/retention", Action::RetentionRead, "", kNone, get_retention},
    {Post, "/api/v1/retention/run", Action::RetentionRun, "dryRun", kNone, run_retention},
    {Get, "/api/v1/audit", Action::AuditRead,
     "actor action resource outcome from to after limit cursor", kNone, list_audit},
    {Get, "/api/v1/audit/verify", Action::AuditRead, "", kNone, verify_audit},
    {Get, "/api/v1/audit/checkpoints", Action::AuditRead, "after limit", kNone, audit_checkpoints},
    {Post, "/api/v1/audit/checkpoints", Action::AuditCheckpoint, "", kNone, make_audit_checkpoint},
    // Repeating it goes on with it, and an answer kept for its key would be a trace of the name.
    {Post, "/api/v1/erasures", Action::ErasureWrite, "", kJson, erase, kNatural},
    {Get, "/api/v1/erasures", Action::ErasureRead, "limit cursor", kNone, list_erasures},
    {Get, "/api/v1/erasures/{id}", Action::ErasureRead, "", kNone, get_erasure},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace hotswap::api
