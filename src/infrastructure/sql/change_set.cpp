#include "infrastructure/sql/change_set.hpp"

#include "infrastructure/sql/assigning.hpp"
#include "infrastructure/sql/cluster.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/operations.hpp"
#include "infrastructure/sql/outbox.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/sql/pruning.hpp"
#include "infrastructure/sql/schemas.hpp"
#include "infrastructure/sql/targets.hpp"
#include "infrastructure/sql/versions.hpp"

namespace hotswap::sql {
namespace {

struct Applier {
  Session& session;
  Committed& committed;

  Result<void> operator()(const change::AppendEvent& change) {
    auto event = append(session, change.event);
    if (!event) return std::unexpected(std::move(event.error()));
    committed.events.push_back(std::move(*event));
    return {};
  }
  Result<void> operator()(const change::PutFirstAssignments& change) {
    return assign_first(session, change, committed);
  }
  Result<void> operator()(const change::AssignRest& change) {
    return assign_rest(session, change, committed);
  }
  Result<void> operator()(const change::PruneRecords& change) {
    auto pruned = prune(session, change);
    if (!pruned) return std::unexpected(std::move(pruned.error()));
    committed.pruned += *pruned;
    return {};
  }
  Result<void> operator()(const auto& change) { return apply(session, change); }
};

}  // namespace

Result<Committed> apply(Session& session, const ChangeSet& changes) {
  Committed committed;
  Applier applier{session, committed};
  for (const auto& change : changes) {
    auto done = std::visit(applier, change);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  return committed;
}

}  // namespace hotswap::sql
