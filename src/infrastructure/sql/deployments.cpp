#include "infrastructure/sql/deployments.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/sql/targets.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_DEPLOYMENT_COLUMNS                                                                      \
  "id, profile, service, environment, version, hash, previous_stable, strategy, health, "          \
  "plan, partial, forced, reason, created_by, created_at, state, baseline, judgement, "            \
  "revision, trace_id, fit, start_at, proof, tallies, hook_calls, pools, progressed_at, request, " \
  "fence, approval"

constexpr List kList{"deployments", "SELECT start, " HS_DEPLOYMENT_COLUMNS " FROM deployments",
                     "start DESC"};

/// JSON text or NULL.
template <class T>
std::optional<std::string> document(const std::optional<T>& value) {
  return value ? std::optional(json::write(to_json(*value))) : std::nullopt;
}

/// Older programs kept one sample of all targets.
Result<Baseline> read_baseline(const json::Value& value) {
  if (value.find("requests") == nullptr) return baseline_from_json(value);
  return mapped(sample_from_json(value, "$.baseline"), [](Sample all) {
    Baseline baseline;
    baseline.all = std::move(all);
    return baseline;
  });
}

Result<std::vector<HookCall>> read_hook_calls(const json::Value& value) {
  std::vector<HookCall> calls;
  const auto* array = value.as_array();
  if (array == nullptr) return fail(ErrorCode::Invalid, "store.corrupt", "is no list");
  for (const auto& item : *array) {
    auto call = hook_call_from_json(item);
    if (!call) return std::unexpected(std::move(call.error()));
    calls.push_back(std::move(*call));
  }
  return calls;
}

std::string hook_calls_column(const std::vector<HookCall>& calls) {
  json::Array array;
  for (const auto& call : calls) array.push_back(to_json(call));
  return json::write(array);
}

void take_progress(Columns& in, Deployment& d) {
  d.state = in.document<DeploymentState>(deployment_state_from_json);
  d.baseline = in.optional_document<Baseline>(read_baseline);
  d.judgement = in.optional_document<Judgement>(judgement_from_json);
  d.revision = in.number();
  d.trace_id = in.text();
  d.fit = in.optional_document<FleetFit>(fleet_fit_from_json).value_or(FleetFit());
  d.start_at = in.optional_time();
  d.proof = in.optional_document<RollbackProof>(rollback_proof_from_json).value_or(RollbackProof());
  d.tallies = in.document<Tallies>(tallies_from_json);
  d.hook_calls = in.document<std::vector<HookCall>>(read_hook_calls);
  d.pools = in.optional_document<PoolSwitch>(pool_switch_from_json);
  d.progressed_at = in.time();
  d.request = in.json();
  d.fence = in.number();
  d.approval = in.optional_document<Approval>(approval_from_json);
}

Result<Keyed<Deployment>> read_deployment(const Row& row) {
  Columns in(row);
  Keyed<Deployment> keyed;
  keyed.key = std::to_string(in.integer());
  Deployment& d = keyed.item;
  d.id = DeploymentId(in.text());
  d.profile = ProfileName(in.text());
  d.service = ServiceName(in.text());
  d.environment = in.text();
  d.version = in.version();
  d.hash = in.text();
  d.previous_stable = in.optional_version();
  d.strategy = in.document<Strategy>(
      [](const json::Value& value) { return strategy_from_json(value, "$.strategy"); });
  d.health = in.document<HealthPolicy>(
      [](const json::Value& value) { return health_policy_from_json(value, "$.health"); });
  d.plan = in.document<Plan>(plan_from_json);
  d.partial = in.flag();
  d.forced = in.flag();
  d.reason = in.text();
  d.created_by = in.text();
  d.created_at = in.time();
  take_progress(in, d);
  return in.finish(std::move(keyed));
}

Result<std::optional<Deployment>> without_targets(Session& session, std::string_view condition,
                                                  const std::string& value) {
  const auto text = std::string(kList.select) + std::string(condition);
  auto rows = maybe<Keyed<Deployment>>(session, text, {value}, read_deployment);
  return mapped(std::move(rows), [](std::optional<Keyed<Deployment>> found) {
    return found ? std::optional(std::move(found->item)) : std::nullopt;
  });
}

/// Refuses if another deployment of the profile is active. The unique index would refuse as well,
/// but could not name the other.
Result<void> check_alone(Session& session, const Deployment& deployment) {
  if (session.hopeful() || is_terminal(deployment.state)) return {};
  const auto other = maybe<std::string>(
      session, "SELECT id FROM deployments WHERE profile = $1 AND active = 1 AND id <> $2",
      {deployment.profile.str(), deployment.id.str()},
      [](const Row& row) -> Result<std::string> { return std::string(row.text(0)); });
  if (!other) return std::unexpected(other.error());
  if (!*other) return {};
  return std::unexpected(
      store::deployment_already_active(deployment.profile, DeploymentId(**other)));
}

/// Says why the update below will not find its row.
Result<void> check_revision(Session& session, const Deployment& deployment) {
  if (session.hopeful()) return {};
  struct Stored {
    std::uint64_t revision, fence;
  };
  const auto stored =
      maybe<Stored>(session, "SELECT revision, fence FROM deployments WHERE id = $1",
                    {deployment.id.str()}, [](const Row& row) -> Result<Stored> {
                      Columns in(row);
                      const auto revision = in.number();
                      return Stored{revision, in.number()};
                    });
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return std::unexpected(store::deployment_not_found(deployment.id));
  if ((*stored)->fence != deployment.fence)
    return std::unexpected(store::deployment_fenced(deployment.id));
  if ((*stored)->revision != deployment.revision)
    return std::unexpected(store::deployment_changed(deployment.id));
  return {};
}

Result<void> check_new(Session& session, const Deployment& deployment) {
  if (!session.hopeful()) {
    const auto stored = deployment_is_stored(session, deployment.id);
    if (!stored) return std::unexpected(stored.error());
    if (*stored) return std::unexpected(store::deployment_exists(deployment.id));
  }
  const auto known =
      session.finds("SELECT 1 FROM profiles WHERE name = $1", {deployment.profile.str()});
  if (!known) return std::unexpected(known.error());
  return *known ? Result<void>() : std::unexpected(store::profile_not_found(deployment.profile));
}

Result<void> insert_row(Session& session, const Deployment& d) {
  const auto changed = session.changes(
      "INSERT INTO deployments (" HS_DEPLOYMENT_COLUMNS
      ", state_name, active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) "
      "ON CONFLICT (id) DO NOTHING",
      {d.id.str(),
       d.profile.str(),
       d.service.str(),
       d.environment,
       d.version.str(),
       d.hash,
       to_column(d.previous_stable),
       json::write(to_json(d.strategy)),
       json::write(to_json(d.health)),
       json::write(to_json(d.plan)),
       to_column(d.partial),
       to_column(d.forced),
       d.reason,
       d.created_by,
       to_column(d.created_at),
       json::write(to_json(d.state)),
       document(d.baseline),
       document(d.judgement),
       to_column(d.revision),
       d.trace_id,
       json::write(to_json(d.fit)),
       to_column(d.start_at),
       json::write(to_json(d.proof)),
       json::write(to_json(d.tallies)),
       hook_calls_column(d.hook_calls),
       document(d.pools),
       to_column(d.progressed_at),
       json::write(d.request),
       to_column(d.fence),
       document(d.approval),
       state_name(d.state),
       to_column(!is_terminal(d.state))});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::deployment_exists(d.id));
  return {};
}

}  // namespace

Result<bool> deployment_is_stored(Session& session, const DeploymentId& id) {
  return exists(session, "SELECT 1 FROM deployments WHERE id = $1", {id.str()});
}

Result<void> insert(Session& session, const Deployment& deployment) {
  auto done = check_new(session, deployment);
  if (done) done = check_alone(session, deployment);
  if (done) done = insert_row(session, deployment);
  return done;
}

Result<void> apply(Session& session, const change::UpdateDeployment& change) {
  const Deployment& d = change.deployment;
  if (auto current = check_revision(session, d); !current) return current;
  if (auto alone = check_alone(session, d); !alone) return alone;
  const auto changed = session.changes(
      "UPDATE deployments SET previous_stable = $1, strategy = $2, health = $3, plan = $4, "
      "partial = $5, forced = $6, reason = $7, state_name = $8, active = $9, state = $10, "
      "baseline = $11, judgement = $12, fit = $13, start_at = $14, proof = $15, tallies = $16, "
      "hook_calls = $17, pools = $18, progressed_at = $19, approval = $20, "
      "revision = revision + 1 WHERE id = $21 AND revision = $22 AND fence = $23",
      {to_column(d.previous_stable),
       json::write(to_json(d.strategy)),
       json::write(to_json(d.health)),
       json::write(to_json(d.plan)),
       to_column(d.partial),
       to_column(d.forced),
       d.reason,
       state_name(d.state),
       to_column(!is_terminal(d.state)),
       json::write(to_json(d.state)),
       document(d.baseline),
       document(d.judgement),
       json::write(to_json(d.fit)),
       to_column(d.start_at),
       json::write(to_json(d.proof)),
       json::write(to_json(d.tallies)),
       hook_calls_column(d.hook_calls),
       document(d.pools),
       to_column(d.progressed_at),
       document(d.approval),
       d.id.str(),
       to_column(d.revision),
       to_column(d.fence)});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::deployment_changed(d.id));
  return {};
}

Result<void> apply(Session& session, const change::ClaimDeployment& change) {
  const auto changed =
      session.changes("UPDATE deployments SET fence = fence + 1 WHERE id = $1 AND fence = $2",
                      {change.id.str(), to_column(change.fence)});
  if (!changed) return std::unexpected(changed.error());
  if (*changed) return {};
  const auto stored = deployment_is_stored(session, change.id);
  if (!stored) return std::unexpected(stored.error());
  return std::unexpected(*stored ? store::deployment_fenced(change.id)
                                 : store::deployment_not_found(change.id));
}

Result<std::vector<std::pair<DeploymentId, std::uint64_t>>> active_fences(Session& session) {
  using Fenced = std::pair<DeploymentId, std::uint64_t>;
  return all<Fenced>(session, "SELECT id, fence FROM deployments WHERE active = 1 ORDER BY profile",
                     {}, [](const Row& row) -> Result<Fenced> {
                       Columns in(row);
                       DeploymentId id(in.text());
                       return Fenced(std::move(id), in.number());
                     });
}

Result<Deployment> deployment(Session& session, const DeploymentId& id) {
  auto found = without_targets(session, " WHERE id = $1", id.str());
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(store::deployment_not_found(id));
  if (auto done = read_targets(session, **found); !done) return std::unexpected(done.error());
  return std::move(**found);
}

Result<Page<Deployment>> deployments(Session& session, const DeploymentFilter& filter,
                                     const PageRequest& request) {
  Where where;
  where.add_set("profile = ?", filter.profile);
  where.add_set("state_name = ?", filter.state);
  if (filter.active_only) where.add_fixed("active = 1");
  const auto cursor = add_number_cursor(where, kList.name, "start < ?", request);
  if (!cursor) return std::unexpected(cursor.error());
  return read_page<Deployment>(session, kList, where, store::page_limit(request), read_deployment);
}

Result<bool> has_active(Session& session, const ProfileName& profile) {
  return exists(session, "SELECT 1 FROM deployments WHERE profile = $1 AND active = 1",
                {profile.str()});
}

Result<std::optional<Deployment>> active_deployment(Session& session, const ProfileName& profile) {
  auto found = without_targets(session, " WHERE profile = $1 AND active = 1", profile.str());
  if (!found || !*found) return found;
  if (auto done = read_targets(session, **found); !done) return std::unexpected(done.error());
  return found;
}

Result<std::vector<Deployment>> active_deployments(Session& session) {
  const auto text = std::string(kList.select) + " WHERE active = 1 ORDER BY profile";
  auto rows = all<Keyed<Deployment>>(session, text, {}, read_deployment);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Deployment> found;
  for (auto& row : *rows) {
    if (auto done = read_targets(session, row.item); !done) return std::unexpected(done.error());
    found.push_back(std::move(row.item));
  }
  return found;
}

}  // namespace hotswap::sql
