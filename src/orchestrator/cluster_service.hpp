#pragma once
// One node's part in a cluster: it shows that it lives, drives its share of the deployments, takes
// over those of nodes that died, and hands on what it measured. Locks decide who drives; fences,
// raised at every takeover and checked by every save, keep a node that stalled from doing harm.

#include <atomic>
#include <mutex>

#include "domain/cluster/membership.hpp"
#include "domain/cluster/scale.hpp"
#include "domain/ports/bus.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/locks.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"
#include "orchestrator/deployment_runner.hpp"
#include "orchestrator/fleet_service.hpp"

namespace hotswap {

class ClusterService {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(500);
  static constexpr Duration kRelay = std::chrono::milliseconds(250);

  struct Parts {
    Store& store;
    Committer& committer;
    Locks& locks;
    Bus& bus;
    FleetService& fleet;
    DeploymentRunner& runner;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
  };
  /// `load` is asked at every beat.
  ClusterService(const Parts& parts, ClusterNode self, std::function<NodeLoad()> load);

  /// Makes itself known. Before tick().
  [[nodiscard]] Result<void> join();
  /// Told to others, unless a URL was given.
  void serves_at(std::string url);
  /// Every kTick: beat, leases, takeovers, leader's work.
  void tick();
  /// Every kRelay: measurements to the others.
  void relay();
  /// A message of the bus that is not a wake-up.
  void heard(std::string_view message);
  /// Takes no new work from now on, and shows it; what it drives goes to others.
  void drain();
  /// Gives all work away; the others take it at once.
  void leave();

  /// For DeploymentRunner::Sharing.
  [[nodiscard]] bool take(const DeploymentId& id);
  void left(const DeploymentId& id);

  /// Whether this node does what only one may do. False as soon as its lease may have run out.
  [[nodiscard]] bool is_leader() const;
  struct View {
    std::vector<ClusterNode> nodes;  ///< dead ones that are not forgotten yet, too
    std::set<std::string> living;
    std::string self;
    ScaleAdvice advice;
  };
  /// Forbidden.
  [[nodiscard]] Result<View> view(const Caller& caller);
  [[nodiscard]] std::size_t advised_nodes() const;
  /// Since its locks were renewed last: beyond limits::kLease others may hold them.
  [[nodiscard]] std::chrono::nanoseconds lease_age() const;
  [[nodiscard]] std::size_t living_nodes() const;
  [[nodiscard]] const std::string& id() const { return members_.own(); }
  /// The nodes that take work, as they showed themselves last.
  [[nodiscard]] std::vector<ClusterNode> working_nodes() const;

 private:
  [[nodiscard]] Result<void> beat();
  [[nodiscard]] Result<void> share_work();
  void lead();
  void adopt_taken(const std::vector<std::pair<DeploymentId, std::uint64_t>>& taken);
  void drop(const std::set<DeploymentId>& lost);
  /// What others have room for goes to them.
  void give_away_surplus();
  /// Its locks may have run out: nothing is driven until they are held again.
  void lose_all();
  [[nodiscard]] std::vector<std::string> lock_names(
      const std::vector<std::pair<DeploymentId, std::uint64_t>>& active);

  const Parts parts_;
  const std::function<NodeLoad()> load_;
  mutable std::mutex mutex_;  ///< guards what follows; never held while others are called
  ClusterNode self_;
  Membership members_;
  ScaleAdvisor advisor_;
  std::set<DeploymentId> driven_;
  std::map<DeploymentId, MonoTime> given_;  ///< away, not to be taken back at once
  MonoTime held_{};                         ///< when the locks were renewed last
  bool leading_ = false;
  MonoTime pruned_{};
  bool failing_ = false;
};

}  // namespace hotswap
