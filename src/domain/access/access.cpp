#include "domain/access/access.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "domain/base/limits.hpp"
#include "domain/json/path.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kListEntries = 256;

using Row = std::array<bool, std::size(kRoles)>;  ///< in the order of kRoles

struct Rule {
  Action action;
  std::string_view slug;
  Row may;
};

// clang-format off
constexpr std::array<Rule, kActionCount> kMatrix{{
    //                                                 Admin  Operator Developer Viewer Instance
    {Action::ConfigCreate,      "config.create",       {true, false, true,  false, false}},
    {Action::ConfigRead,        "config.read",         {true, true,  true,  true,  false}},
    {Action::ConfigUpdate,      "config.update",       {true, false, true,  false, false}},
    {Action::ConfigDelete,      "config.delete",       {true, false, false, false, false}},
    {Action::VersionUpload,     "version.upload",      {true, false, true,  false, false}},
    {Action::VersionRead,       "version.read",        {true, true,  true,  true,  false}},
    {Action::VersionTag,        "version.tag",         {true, false, true,  false, false}},
    {Action::ConfigRollback,    "config.rollback",     {true, true,  false, false, false}},
    {Action::DeploymentStart,   "deployment.start",    {true, true,  false, false, false}},
    {Action::DeploymentRead,    "deployment.read",     {true, true,  true,  true,  false}},
    {Action::DeploymentCommand, "deployment.command",  {true, true,  false, false, false}},
    {Action::DeploymentApprove, "deployment.approve",  {true, true,  false, false, false}},
    {Action::DeploymentBreakGlass, "deployment.breakGlass", {true, true, false, false, false}},
    {Action::InstanceRegister,  "instance.register",   {true, true,  false, false, true}},
    {Action::InstanceRead,      "instance.read",       {true, true,  true,  true,  false}},
    {Action::InstanceReport,    "instance.report",     {false, false, false, false, true}},
    {Action::InstanceRemove,    "instance.remove",     {true, true,  false, false, true}},
    {Action::InstanceRevoke,    "instance.revoke",     {true, true,  false, false, false}},
    {Action::SchemaRegister,    "schema.register",     {true, false, true,  false, false}},
    {Action::SchemaRead,        "schema.read",         {true, true,  true,  true,  false}},
    {Action::SchemaDecide,      "schema.decide",       {true, false, false, false, false}},
    {Action::CalendarRead,      "calendar.read",       {true, true,  true,  true,  false}},
    {Action::CalendarWrite,     "calendar.write",      {true, true,  false, false, false}},
    {Action::ChannelRead,       "channel.read",        {true, true,  false, false, false}},
    {Action::ChannelWrite,      "channel.write",       {true, true,  false, false, false}},
    {Action::TrafficRead,       "traffic.read",        {true, true,  true,  true,  true}},
    {Action::TrafficWrite,      "traffic.write",       {true, true,  false, false, false}},
    {Action::EventsRead,        "events.read",         {true, true,  true,  true,  false}},
    {Action::ClusterRead,       "cluster.read",        {true, true,  true,  true,  false}},
    {Action::RetentionRead,     "retention.read",      {true, true,  false, false, false}},
    {Action::RetentionRun,      "retention.run",       {true, false, false, false, false}},
    {Action::AuditRead,         "audit.read",          {true, true,  false, false, false}},
    {Action::AuditCheckpoint,   "audit.checkpoint",    {true, false, false, false, false}},
    {Action::ErasureRead,       "erasure.read",        {true, true,  false, false, false}},
    {Action::ErasureWrite,      "erasure.write",       {true, false, false, false, false}},
    {Action::SecretRead,        "secret.read",         {true, false, false, false, false}},
    {Action::SecretRotate,      "secret.rotate",       {true, false, false, false, false}},
    {Action::DebugRead,         "debug.read",          {true, false, false, false, false}},
    {Action::LogLevelWrite,     "log.level",           {true, false, false, false, false}},
    {Action::MetricsRead,       "metrics.read",        {true, true,  true,  true,  false}},
}};
// clang-format on

constexpr bool matrix_is_in_order() {
  for (std::size_t i = 0; i < kMatrix.size(); ++i) {
    if (static_cast<std::size_t>(kMatrix[i].action) != i) return false;
  }
  return true;
}
static_assert(matrix_is_in_order(), "kMatrix is indexed by Action");

const Rule& rule_of(Action action) { return kMatrix[static_cast<std::size_t>(action)]; }

std::string roles_that_may(Action action) {
  std::string names;
  for (const Role role : kRoles) {
    if (!allowed(role, action)) continue;
    if (!names.empty()) names += " or ";
    names += to_string(role);
  }
  return names;
}

std::string roles_of(const Principal& principal) {
  std::string names;
  for (const Role role : principal.roles) {
    if (!names.empty()) names += ", ";
    names += to_string(role);
  }
  return names.empty() ? "no role" : names;
}

struct Narrowing {
  std::string_view list;  ///< name of the list that stops this principal
  bool passes = true;
};

Narrowing narrowed_by(const Principal& principal, Action action, const Access& access) {
  const auto check = [&](std::string_view name, const std::vector<std::string>& list) {
    return Narrowing{name, list.empty() || is_listed(principal, list)};
  };
  switch (action) {
    case Action::ConfigUpdate:
    case Action::ConfigDelete:
    case Action::VersionUpload:
    case Action::VersionTag:
      return check("owners", access.owners);
    case Action::ConfigRollback:
    case Action::DeploymentStart:
    case Action::DeploymentCommand:
    case Action::DeploymentApprove:
      return check("operators", access.operators);
    case Action::DeploymentBreakGlass:
      // Nobody is meant by an empty list: who may go without a second person was named.
      return {"operators", is_listed(principal, access.operators)};
    case Action::ConfigRead:
    case Action::VersionRead:
    case Action::DeploymentRead:
    case Action::EventsRead:
      if (is_listed(principal, access.owners) || is_listed(principal, access.operators)) return {};
      return check("viewers", access.viewers);
    case Action::ConfigCreate:
    case Action::InstanceRegister:
    case Action::InstanceRead:
    case Action::InstanceReport:
    case Action::InstanceRemove:
    case Action::InstanceRevoke:
    case Action::SchemaRegister:
    case Action::SchemaRead:
    case Action::SchemaDecide:
    case Action::CalendarRead:
    case Action::CalendarWrite:
    case Action::ChannelRead:
    case Action::ChannelWrite:
    case Action::TrafficRead:
    case Action::TrafficWrite:
    case Action::ClusterRead:
    case Action::RetentionRead:
    case Action::RetentionRun:
    case Action::AuditRead:
    case Action::AuditCheckpoint:
    case Action::ErasureRead:
    case Action::ErasureWrite:
    case Action::SecretRead:
    case Action::SecretRotate:
    case Action::DebugRead:
    case Action::LogLevelWrite:
    case Action::MetricsRead:
      return {};
  }
  return {};
}

auto forbidden(std::string detail) {
  return fail(ErrorCode::Forbidden, "access.forbidden", std::move(detail));
}

/// An instance's token speaks for that instance only.
bool speaks_for_another(const Principal& principal, Action action, const InstanceId* instance) {
  if (action != Action::InstanceReport && action != Action::InstanceRemove) return false;
  const bool as_person = std::ranges::any_of(
      principal.roles, [&](Role role) { return role != Role::Instance && allowed(role, action); });
  if (as_person) return false;
  return instance == nullptr || principal.instance != *instance;
}

}  // namespace

bool is_listed(const Principal& principal, const std::vector<std::string>& list) {
  return std::ranges::any_of(list, [&](const std::string& entry) {
    constexpr std::string_view kTeam = "team:";
    // Somebody whose name looks like a team's is not that team.
    if (!entry.starts_with(kTeam)) return entry == principal.subject;
    return std::ranges::find(principal.teams, entry.substr(kTeam.size())) != principal.teams.end();
  });
}

bool Principal::has(Role role) const { return std::ranges::find(roles, role) != roles.end(); }

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Admin:
      return "Admin";
    case Role::Operator:
      return "Operator";
    case Role::Developer:
      return "Developer";
    case Role::Viewer:
      return "Viewer";
    case Role::Instance:
      return "Instance";
  }
  return "";
}

std::optional<Role> role_from_string(std::string_view text) {
  const auto same_letter = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (const Role role : kRoles) {
    if (std::ranges::equal(to_string(role), text, same_letter)) return role;
  }
  return std::nullopt;
}

std::string_view to_string(Action action) { return rule_of(action).slug; }

bool allowed(Role role, Action action) {
  return rule_of(action).may[static_cast<std::size_t>(role)];
}

Result<void> authorize(const Principal& principal, Action action, const Access* access,
                       const InstanceId* instance) {
  const auto slug = std::string(to_string(action));
  const bool role_may =
      std::ranges::any_of(principal.roles, [&](Role role) { return allowed(role, action); });
  if (!role_may) {
    return forbidden(slug + " needs the role " + roles_that_may(action) + "; you have " +
                     roles_of(principal));
  }
  if (speaks_for_another(principal, action, instance)) {
    return forbidden(slug + ": an instance's token speaks for that instance only");
  }
  if (access == nullptr || principal.has(Role::Admin)) return {};
  const auto narrowing = narrowed_by(principal, action, *access);
  if (narrowing.passes) return {};
  return forbidden(slug + ": you are not in this profile's list of " + std::string(narrowing.list) +
                   "; ask one of them or an Admin");
}

namespace {

json::Value strings(const std::vector<std::string>& texts) {
  json::Array items;
  items.reserve(texts.size());
  for (const auto& text : texts) items.emplace_back(text);
  return items;
}

std::vector<std::string> read_list(json::ObjectReader& in, std::string_view name) {
  auto entries = in.optional_strings(name);
  if (entries.size() > kListEntries) {
    in.mistake(name, "maxItems", "has more than " + std::to_string(kListEntries) + " entries");
    return {};
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (!entry.empty() && entry != "team:" && entry.size() <= limits::kNameBytes) continue;
    in.absorb(fail_field("access.invalid", json::path_item(in.path_of(name), i), "format",
                         "must be a subject or `team:NAME` of at most 128 bytes")
                  .error());
  }
  return entries;
}

ApprovalWish read_approval(json::ObjectReader& in) {
  const auto text = in.optional_string("approval");
  if (!text) return ApprovalWish::Unsaid;
  if (*text == "required") return ApprovalWish::Required;
  if (*text == "none") return ApprovalWish::None;
  in.mistake("approval", "enum", "must be required or none; leave it out for the server's rule");
  return ApprovalWish::Unsaid;
}

}  // namespace

json::Value to_json(const Access& access) {
  json::Object object{{"owners", strings(access.owners)},
                      {"operators", strings(access.operators)},
                      {"viewers", strings(access.viewers)}};
  if (access.approval != ApprovalWish::Unsaid)
    object.append("approval", access.approval == ApprovalWish::Required ? "required" : "none");
  return object;
}

Result<Access> access_from_json(const json::Value& value, const std::string& path) {
  json::ObjectReader in(value, path);
  Access access{read_list(in, "owners"), read_list(in, "operators"), read_list(in, "viewers"),
                read_approval(in)};
  if (auto bad = in.finish("access.invalid")) return std::unexpected(*bad);
  return access;
}

}  // namespace hotswap
