#include "infrastructure/sql/change_set.hpp"

#include "infrastructure/sql/access.hpp"
#include "infrastructure/sql/assigning.hpp"
#include "infrastructure/sql/audit_keeping.hpp"
#include "infrastructure/sql/cluster.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/erasing.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/operations.hpp"
#include "infrastructure/sql/outbox.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/sql/retention.hpp"
#include "infrastructure/sql/schemas.hpp"
#include "infrastructure/sql/secrets.hpp"
#include "infrastructure/sql/targets.hpp"
#include "infrastructure/sql/versions.hpp"

namespace hotswap::sql {
namespace {

struct Applier {
  Session& session;
  const Applying& into;

  [[nodiscard]] bool follow(std::size_t rows) const {
    return into.behind != nullptr && into.behind->takes(rows);
  }

  Result<void> operator()(const change::InsertDeployment& change) {
    const auto& targets = change.deployment.targets;
    if (auto done = insert(session, change.deployment); !done) return done;
    auto rows = all_targets(change.deployment);
    return follow(targets.size()) ? into.behind->owe(session, rows) : apply(session, rows);
  }
  Result<void> operator()(const change::PutTargets& change) {
    return follow(change.items.size()) ? into.behind->owe(session, change) : apply(session, change);
  }
  Result<void> operator()(const change::PutAssignments& change) {
    return follow(change.assignments.size()) ? into.behind->owe(session, change)
                                             : apply(session, change);
  }
  Result<void> operator()(const change::AppendEvent& change) {
    auto& events = into.committed->events;
    events.push_back(change.event);
    return append(session, change.event,
                  [all = into.committed, index = events.size() - 1](std::uint64_t sequence) {
                    all->events[index].sequence = sequence;
                  });
  }
  Result<void> operator()(const change::AppendAudit& change) {
    return append(session, change.entry, into.tail);
  }
  Result<void> operator()(const change::PutFirstAssignments& change) {
    return assign_first(session, change, *into.committed);
  }
  Result<void> operator()(const change::AssignRest& change) {
    return assign_rest(session, change, *into.committed);
  }
  Result<void> operator()(const change::PruneRecords& change) {
    auto pruned = prune(session, change);
    if (!pruned) return std::unexpected(std::move(pruned.error()));
    into.committed->pruned += *pruned;
    return {};
  }
  Result<void> operator()(const change::EraseVersions& change) {
    return erase(session, change, *into.committed);
  }
  Result<void> operator()(const change::EraseHistory& change) {
    return erase(session, change, *into.committed);
  }
  Result<void> operator()(const auto& change) { return apply(session, change); }
};

}  // namespace

Result<void> apply(Session& session, const ChangeSet& changes, const Applying& into) {
  Applier applier{session, into};
  for (const auto& change : changes) {
    auto done = std::visit(applier, change);
    if (!done) return done;
  }
  return {};
}

}  // namespace hotswap::sql
