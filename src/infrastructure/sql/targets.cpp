#include "infrastructure/sql/targets.hpp"

#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

Result<Target> read_target(const Row& row) {
  Columns in(row);
  Target target;
  target.instance = InstanceId(in.text());
  target.zone = in.text();
  target.previous = in.optional_version();
  target.offline_at_start = in.flag();
  target.state = in.word<TargetState>(target_state_from_string);
  target.generation = in.number();
  target.since = in.time();
  target.reason = in.text();
  target.attempts = static_cast<std::uint32_t>(in.integer());
  return in.finish(std::move(target));
}

/// Insert or replace.
Result<void> put_targets(Session& session, const DeploymentId& deployment,
                         const std::vector<change::PutTargets::Item>& items) {
  constexpr std::string_view kPut =
      "INSERT INTO deployment_targets (deployment, ordinal, instance, zone, previous, "
      "offline_at_start, state, generation, since, reason, attempts) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
      "ON CONFLICT (deployment, ordinal) DO UPDATE SET instance = excluded.instance, "
      "zone = excluded.zone, previous = excluded.previous, "
      "offline_at_start = excluded.offline_at_start, state = excluded.state, "
      "generation = excluded.generation, since = excluded.since, "
      "reason = excluded.reason, attempts = excluded.attempts";
  for (const auto& [ordinal, target] : items) {
    auto done = later(session, kPut,
                      {deployment.str(), to_column(std::uint64_t{ordinal}), target.instance.str(),
                       target.zone, to_column(target.previous), to_column(target.offline_at_start),
                       to_string(target.state), to_column(target.generation),
                       to_column(target.since), target.reason, std::int64_t{target.attempts}});
    if (!done) return done;
  }
  return {};
}

}  // namespace

change::PutTargets all_targets(const Deployment& deployment) {
  change::PutTargets all{deployment.id, {}};
  all.items.reserve(deployment.targets.size());
  for (const auto& target : deployment.targets) all.items.push_back({all.items.size(), target});
  return all;
}

Result<void> apply(Session& session, const change::PutTargets& change) {
  if (!session.hopeful()) {  // else the foreign key sees to it
    const auto stored = deployment_is_stored(session, change.deployment);
    if (!stored) return std::unexpected(stored.error());
    if (!*stored) return std::unexpected(store::deployment_not_found(change.deployment));
  }
  auto done = put_targets(session, change.deployment, change.items);
  if (!done || !change.size) return done;
  return later(session, "DELETE FROM deployment_targets WHERE deployment = $1 AND ordinal >= $2",
               {change.deployment.str(), to_column(std::uint64_t{*change.size})});
}

Result<void> read_targets(Session& session, Deployment& deployment) {
  auto targets = all<Target>(session,
                             "SELECT instance, zone, previous, offline_at_start, state, "
                             "generation, since, reason, attempts FROM deployment_targets "
                             "WHERE deployment = $1 ORDER BY ordinal",
                             {deployment.id.str()}, read_target);
  if (!targets) return std::unexpected(targets.error());
  deployment.targets = std::move(*targets);
  return {};
}

}  // namespace hotswap::sql
