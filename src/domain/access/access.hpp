#pragma once
// Who may do what: one matrix of role × action, narrowed by a profile's own access lists.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

enum class Role { Admin, Operator, Developer, Viewer, Instance };
inline constexpr Role kRoles[] = {Role::Admin, Role::Operator, Role::Developer, Role::Viewer,
                                  Role::Instance};

/// Rows of the matrix; every route names exactly one.
enum class Action {
  ConfigCreate,
  ConfigRead,
  ConfigUpdate,
  ConfigDelete,
  VersionUpload,
  VersionRead,
  VersionTag,
  ConfigRollback,
  DeploymentStart,
  DeploymentRead,
  DeploymentCommand,
  DeploymentApprove,     ///< as the second person: approve or reject
  DeploymentBreakGlass,  ///< start without one; a profile's operators must name who may
  InstanceRegister,
  InstanceRead,
  InstanceReport,
  InstanceRemove,
  InstanceRevoke,  ///< make its tokens worthless
  SchemaRegister,  ///< also: edit its description and mode
  SchemaRead,      ///< also: validate against it
  SchemaDecide,    ///< approve or reject a breaking change
  CalendarRead,    ///< windows and freezes
  CalendarWrite,
  ChannelRead,  ///< notifications and their dead letters
  ChannelWrite,
  TrafficRead,
  TrafficWrite,
  EventsRead,
  ClusterRead,  ///< the nodes and their load
  RetentionRead,
  RetentionRun,
  AuditRead,
  AuditCheckpoint,  ///< have the head of the chain signed now
  ErasureRead,      ///< the proofs of what was erased
  ErasureWrite,
  SecretRead,    ///< in plain text
  SecretRotate,  ///< and how the keys are used
  DebugRead,     ///< recent lines of the log, its levels, facts about the process
  LogLevelWrite,
  MetricsRead
};
inline constexpr int kActionCount = static_cast<int>(Action::MetricsRead) + 1;

/// Who calls, as the verified token says.
struct Principal {
  std::string subject;
  std::vector<Role> roles;
  std::vector<std::string> teams;
  std::optional<InstanceId> instance;  ///< a registered instance's own token
  std::optional<ServiceName> service;  ///< bootstrap token: may register only here
  std::optional<std::string> environment;
  std::optional<WallTime> issued_at, expires;  ///< of the token
  [[nodiscard]] bool has(Role role) const;
};

/// Whether a deployment of a profile needs a second person; nothing said: as the server has it.
enum class ApprovalWish { Unsaid, Required, None };

/// A profile's lists of subjects and teams (`team:payments`). An empty list narrows nothing.
struct Access {
  std::vector<std::string> owners;     ///< may update, upload, tag, delete
  std::vector<std::string> operators;  ///< may deploy, command, roll back
  std::vector<std::string> viewers;    ///< may read; owners and operators may too
  ApprovalWish approval = ApprovalWish::Unsaid;
  bool operator==(const Access&) const = default;
};

[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> role_from_string(std::string_view text);  ///< case-insensitive
[[nodiscard]] std::string_view to_string(Action action);  ///< slug, e.g. `config.create`

/// The matrix itself (api.md). Admin may do everything that a person may.
[[nodiscard]] bool allowed(Role role, Action action);

/// Forbidden (`access.forbidden`, detail names the roles that may) unless one of the principal's
/// roles may and, where `access` is given, the profile's lists let this principal. Admin passes
/// every list. InstanceReport also needs `instance` to be the principal's own.
[[nodiscard]] Result<void> authorize(const Principal& principal, Action action,
                                     const Access* access = nullptr,
                                     const InstanceId* instance = nullptr);

/// By name, or by a team.
[[nodiscard]] bool is_listed(const Principal& principal, const std::vector<std::string>& list);

[[nodiscard]] json::Value to_json(const Access& access);
[[nodiscard]] Result<Access> access_from_json(const json::Value& value, const std::string& path);

}  // namespace hotswap
