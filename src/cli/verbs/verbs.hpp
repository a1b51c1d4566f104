#pragma once
// Each function adds one group of verbs to the program.

#include "cli/actions.hpp"
#include "cli/session.hpp"

namespace hotswap::cli {

void add_config_verbs(Verbs& verbs);  ///< config create, list, get, update, delete; rollback
/// version upload, list, get; tag set, remove; diff
void add_version_verbs(Verbs& verbs, const Actions& actions);
void add_apply_verb(Verbs& verbs, const Actions& actions);
void add_history_verbs(Verbs& verbs);  ///< history, watch
/// audit list, tail, verify, export, checkpoint
void add_audit_verbs(Verbs& verbs, const Actions& actions);
void add_approval_verbs(Verbs& verbs);  ///< approve, reject
/// config access show, set, grant, revoke
void add_access_verbs(Verbs& verbs, CLI::App& config);
void add_erase_verbs(Verbs& verbs);       ///< erase person, profile, list, get
void add_deploy_verb(Verbs& verbs);       ///< deploy
void add_deployment_verbs(Verbs& verbs);  ///< deployment list, get, watch, report and commands
void add_calendar_verbs(Verbs& verbs);    ///< freeze, unfreeze, window add, calendar list, delete
void add_report_verbs(Verbs& verbs);      ///< report, explain, replay
void add_explain_verb(Verbs& verbs);      ///< explain alone
void add_notify_verbs(Verbs& verbs);      ///< notify channel …, notify dead-letters …
void add_fleet_verbs(Verbs& verbs);       ///< instances, events, health
void add_server_verbs(Verbs& verbs, const Actions& actions);  ///< server
void add_token_verbs(Verbs& verbs, const Actions& actions);   ///< token, token inspect
void add_moving_verbs(Verbs& verbs, const Actions& actions);  ///< migrate, backup, restore
/// schema register, list, get, versions, update; approve, reject; lint, validate, diff, infer
void add_schema_verbs(Verbs& verbs, const Actions& actions);
void add_traffic_verbs(Verbs& verbs);
void add_cluster_verbs(Verbs& verbs);    ///< traffic get, set, switch, watch
void add_debug_verbs(Verbs& verbs);      ///< debug bundle, debug log, log-level
void add_secret_verbs(Verbs& verbs);     ///< secrets rotate, rotation, status
void add_retention_verbs(Verbs& verbs);  ///< retention run, status
void add_agent_verb(Verbs& verbs, const Actions& actions);
void add_demo_verb(Verbs& verbs);
void add_context_verbs(Verbs& verbs);  ///< context list, use, set, delete, show
void add_shell_verbs(Verbs& verbs, const Actions& actions);  ///< completion; complete, man (hidden)

}  // namespace hotswap::cli
