#include "infrastructure/sql/change_set.hpp"

#include "infrastructure/sql/assigning.hpp"
#include "infrastructure/sql/cluster.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/erasing.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/operations.hpp"
#include "infrastructure/sql/outbox.hpp"
#include "infrastructure/sql/profiles.hpp"
#include "infrastructure/sql/schemas.hpp"
#include "infrastructure/sql/targets.hpp"
#include "infrastructure/sql/versions.hpp"

namespace hotswap::sql {
namespace {

struct Applier {
  Session& session;
  std::shared_ptr<Committed> shared;  ///< numbers may come after an error ended the set
  Committed& committed = *shared;

  Result<void> operator()(const change::AppendEvent& change) {
    committed.events.push_back(change.event);
    committed.events.back().sequence = 0;
    return append(session, change.event,
                  [all = shared, index = committed.events.size() - 1](std::uint64_t sequence) {
                    all->events[index].sequence = sequence;
                  });
  }
  Result<void> operator()(const change::PutFirstAssignments& change) {
    return assign_first(session, change, committed);
  }
  Result<void> operator()(const change::AssignRest& change) {
    return assign_rest(session, change, committed);
  }
  Result<void> operator()(const change::EraseVersions& change) {
    return erase(session, change, committed);
  }
  Result<void> operator()(const change::EraseHistory& change) {
    return erase(session, change, committed);
  }
  Result<void> operator()(const auto& change) { return apply(session, change); }
};

}  // namespace

Result<Committed> apply(Session& session, const ChangeSet& changes) {
  Applier applier{session, std::make_shared<Committed>()};
  for (const auto& change : changes) {
    auto done = std::visit(applier, change);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  const auto& events = applier.committed.events;
  if (!events.empty() && events.back().sequence == 0)
    if (auto done = session.settle(); !done) return std::unexpected(std::move(done.error()));
  return std::move(applier.committed);
}

}  // namespace hotswap::sql
