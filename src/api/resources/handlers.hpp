#pragma once
// One function per route: reads the call, asks a use case, renders the answer. Who may call them
// and what they take stands in the table (routes.cpp).

#include "api/router.hpp"

namespace hotswap::api {

// configs.cpp
Result<Reply> create_config(Services& services, Call& call);
Result<Reply> list_configs(Services& services, Call& call);
Result<Reply> get_config(Services& services, Call& call);
Result<Reply> put_config(Services& services, Call& call);
Result<Reply> patch_config(Services& services, Call& call);
Result<Reply> delete_config(Services& services, Call& call);
// versions.cpp
Result<Reply> upload_version(Services& services, Call& call);
Result<Reply> list_versions(Services& services, Call& call);
Result<Reply> get_version(Services& services, Call& call);
// tags.cpp
Result<Reply> put_tag(Services& services, Call& call);
Result<Reply> delete_tag(Services& services, Call& call);
// diff.cpp
Result<Reply> diff_versions(Services& services, Call& call);
// history.cpp
Result<Reply> roll_back_config(Services& services, Call& call);
Result<Reply> config_history(Services& services, Call& call);
// cluster.cpp
Result<Reply> get_cluster(Services& services, Call& call);
// admin.cpp
Result<Reply> get_log_levels(Services& services, Call& call);
Result<Reply> put_log_levels(Services& services, Call& call);
Result<Reply> get_log_lines(Services& services, Call& call);
Result<Reply> get_diagnostics(Services& services, Call& call);
// secrets.cpp
Result<Reply> rotate_secrets(Services& services, Call& call);
Result<Reply> get_rotation(Services& services, Call& call);
// retention.cpp
Result<Reply> get_retention(Services& services, Call& call);
Result<Reply> run_retention(Services& services, Call& call);
// schemas.cpp
Result<Reply> register_schema(Services& services, Call& call);
Result<Reply> list_schemas(Services& services, Call& call);
Result<Reply> get_schema(Services& services, Call& call);
Result<Reply> patch_schema(Services& services, Call& call);
Result<Reply> list_schema_versions(Services& services, Call& call);
Result<Reply> get_schema_version(Services& services, Call& call);
// schema_decisions.cpp
Result<Reply> schema_impact(Services& services, Call& call);
Result<Reply> diff_schemas(Services& services, Call& call);
Result<Reply> validate_against_schema(Services& services, Call& call);
Result<Reply> approve_schema(Services& services, Call& call);
Result<Reply> reject_schema(Services& services, Call& call);
// deployments.cpp
Result<Reply> start_deployment(Services& services, Call& call);
Result<Reply> list_deployments(Services& services, Call& call);
Result<Reply> get_deployment(Services& services, Call& call);
// reports.cpp
Result<Reply> deployment_report(Services& services, Call& call);
Result<Reply> explain_deployment(Services& services, Call& call);
Result<Reply> replay_deployment(Services& services, Call& call);
// deployment_commands.cpp
Result<Reply> pause_deployment(Services& services, Call& call);
Result<Reply> resume_deployment(Services& services, Call& call);
Result<Reply> promote_deployment(Services& services, Call& call);
Result<Reply> cancel_deployment(Services& services, Call& call);
Result<Reply> approve_deployment(Services& services, Call& call);
Result<Reply> reject_deployment(Services& services, Call& call);
Result<Reply> roll_back_deployment(Services& services, Call& call);
// instances.cpp
Result<Reply> register_instance(Services& services, Call& call);
Result<Reply> list_instances(Services& services, Call& call);
Result<Reply> get_instance(Services& services, Call& call);
Result<Reply> remove_instance(Services& services, Call& call);
Result<Reply> revoke_instance(Services& services, Call& call);
// heartbeat.cpp
Result<Reply> heartbeat(Services& services, Call& call);
// instance_streams.cpp
Result<Reply> instance_stream(Services& services, Call& call);
Result<Reply> instance_configs(Services& services, Call& call);
// traffic.cpp
Result<Reply> get_traffic(Services& services, Call& call);
Result<Reply> put_traffic(Services& services, Call& call);
Result<Reply> switch_traffic(Services& services, Call& call);
// calendar.cpp
Result<Reply> list_calendar(Services& services, Call& call);
Result<Reply> add_calendar_entry(Services& services, Call& call);
Result<Reply> delete_calendar_entry(Services& services, Call& call);
// channels.cpp
Result<Reply> list_channels(Services& services, Call& call);
Result<Reply> create_channel(Services& services, Call& call);
Result<Reply> put_channel(Services& services, Call& call);
Result<Reply> delete_channel(Services& services, Call& call);
Result<Reply> test_channel(Services& services, Call& call);
Result<Reply> list_dead_letters(Services& services, Call& call);
Result<Reply> replay_dead_letter(Services& services, Call& call);
Result<Reply> delete_dead_letter(Services& services, Call& call);
// events.cpp
Result<Reply> all_events(Services& services, Call& call);
Result<Reply> deployment_events(Services& services, Call& call);
// audit.cpp
Result<Reply> list_audit(Services& services, Call& call);
Result<Reply> verify_audit(Services& services, Call& call);
Result<Reply> audit_checkpoints(Services& services, Call& call);
Result<Reply> make_audit_checkpoint(Services& services, Call& call);
// erasures.cpp
Result<Reply> erase(Services& services, Call& call);
Result<Reply> list_erasures(Services& services, Call& call);
Result<Reply> get_erasure(Services& services, Call& call);
// health.cpp
Result<Reply> health(Services& services, Call& call);
Result<Reply> health_live(Services& services, Call& call);
Result<Reply> health_ready(Services& services, Call& call);
Result<Reply> metrics(Services& services, Call& call);
// documents.cpp
Result<Reply> openapi_json(Services& services, Call& call);
Result<Reply> docs_page(Services& services, Call& call);
Result<Reply> errors_page(Services& services, Call& call);

}  // namespace hotswap::api
