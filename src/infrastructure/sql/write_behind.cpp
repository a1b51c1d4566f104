#include "infrastructure/sql/write_behind.hpp"

#include <map>

#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/fleet.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/sql/targets.hpp"
#include "infrastructure/sql/write_behind_text.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

constexpr std::size_t kMany = 500;
constexpr std::chrono::seconds kLongest{2};
constexpr std::string_view kTargets = "targets", kAssignments = "assignments";

/// They leave alone what may be owed; targets and assignments that follow are owed as well.
template <class Kind>
constexpr bool kIsApart =
    std::is_same_v<Kind, change::InsertDeployment> ||
    std::is_same_v<Kind, change::UpdateDeployment> || std::is_same_v<Kind, change::PutTargets> ||
    std::is_same_v<Kind, change::PutAssignments> || std::is_same_v<Kind, change::PutObservations> ||
    std::is_same_v<Kind, change::TouchInstances> ||
    std::is_same_v<Kind, change::SetInstanceStatus> || std::is_same_v<Kind, change::AppendEvent> ||
    std::is_same_v<Kind, change::AppendAudit> || std::is_same_v<Kind, change::AppendHealthRecord> ||
    std::is_same_v<Kind, change::AdvanceProfile> || std::is_same_v<Kind, change::PutTraffic> ||
    std::is_same_v<Kind, change::EnqueueOutbox> || std::is_same_v<Kind, change::FinishOutbox> ||
    std::is_same_v<Kind, change::DeferOutbox> || std::is_same_v<Kind, change::InsertVersion> ||
    std::is_same_v<Kind, change::PutNode> || std::is_same_v<Kind, change::PutIdempotent>;

/// What is known last of each target, over all that is owed.
class LastTargets {
 public:
  void add(change::PutTargets change) {
    auto& known = deployments_[std::move(change.deployment)];
    for (auto& item : change.items) {
      if (item.ordinal >= known.targets.size()) known.targets.resize(item.ordinal + 1);
      known.targets[item.ordinal] = std::move(item.target);
    }
    if (!change.size) return;
    known.fewest = std::min(known.fewest.value_or(*change.size), *change.size);
    if (known.targets.size() > *change.size) known.targets.resize(*change.size);
  }

  Result<void> write(Session& session) && {
    for (auto& [deployment, known] : deployments_) {
      // Those beyond are gone, but for what was added afterwards.
      if (auto done = apply(session, change::PutTargets{deployment, {}, known.fewest}); !done)
        return done;
      change::PutTargets last{deployment, {}};
      for (std::size_t i = 0; i < known.targets.size(); ++i)
        if (known.targets[i]) last.items.push_back({i, std::move(*known.targets[i])});
      if (auto done = apply(session, last); !done) return done;
    }
    return {};
  }

 private:
  struct Known {
    std::vector<std::optional<Target>> targets;
    std::optional<std::size_t> fewest;  ///< that there were meanwhile
  };
  std::map<DeploymentId, Known> deployments_;
};

}  // namespace

bool WriteBehind::needs_rows(const ChangeSet& changes) {
  return std::ranges::any_of(changes, [](const Change& change) {
    return std::visit([]<class Kind>(const Kind&) { return !kIsApart<Kind>; }, change);
  });
}

bool WriteBehind::takes(std::size_t rows) const { return rows > 0 && (rows >= kMany || leaves_); }

Result<void> WriteBehind::owe(Session& session, const change::PutTargets& change) {
  const auto stored = deployment_is_stored(session, change.deployment);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return std::unexpected(store::deployment_not_found(change.deployment));
  return owe(session, kTargets, to_text(change));
}

Result<void> WriteBehind::owe(Session& session, const change::PutAssignments& change) {
  return owe(session, kAssignments, to_text(change));
}

Result<void> WriteBehind::owe(Session& session, std::string_view kind, const std::string& body) {
  if (!owes_.exchange(true)) since_ = std::chrono::steady_clock::now();
  leaves_ = true;
  return run(session, "INSERT INTO write_behind (kind, body) VALUES ($1, $2)", {kind, body});
}

Result<void> WriteBehind::pay(Session& session) {
  if (!leaves_) return {};
  struct Owed {
    std::string kind, body;
  };
  const auto owed = all<Owed>(session, "SELECT kind, body FROM write_behind ORDER BY sequence", {},
                              [](const Row& row) -> Result<Owed> {
                                return Owed{std::string(row.text(0)), std::string(row.text(1))};
                              });
  if (!owed) return std::unexpected(owed.error());
  LastTargets targets;
  for (const auto& [kind, body] : *owed) {
    if (kind == kTargets) {
      auto change = targets_from_text(body);
      if (!change) return std::unexpected(std::move(change.error()));
      targets.add(*std::move(change));
    } else {
      const auto change = assignments_from_text(body);
      if (!change) return std::unexpected(change.error());
      if (auto done = apply(session, *change); !done) return done;
    }
  }
  if (auto done = std::move(targets).write(session); !done) return done;
  leaves_ = false;
  return owed->empty() ? Result<void>() : run(session, "DELETE FROM write_behind");
}

void WriteBehind::ended(bool committed) {
  if (committed) owes_ = leaves_;
}

bool WriteBehind::is_overdue() const {
  return owes_ && std::chrono::steady_clock::now() - since_ > kLongest;
}

Result<void> settle(Session& session) {
  auto done = session.begin();
  if (done) done = WriteBehind().pay(session);
  if (done) done = run(session, "COMMIT");
  if (!done && session.in_transaction()) static_cast<void>(run(session, "ROLLBACK"));
  return done;
}

Result<bool> is_unsettled(Session& session) {
  return exists(session, "SELECT 1 FROM write_behind LIMIT 1", {});
}

}  // namespace hotswap::sql
