#pragma once
// Which nodes live, and what each one's share of the work is. Life is told by a beat that grows,
// watched on the watcher's own monotonic clock: no two clocks are ever compared.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/cluster/node.hpp"

namespace hotswap {

class Membership {
 public:
  /// A node whose beat has not grown for so long is dead.
  static constexpr Duration kSilence = std::chrono::seconds(3);

  explicit Membership(std::string own) : own_(std::move(own)) {}

  [[nodiscard]] const std::string& own() const { return own_; }
  /// What the store says of the nodes now. One that is seen for the first time counts as living.
  void seen(const std::vector<ClusterNode>& nodes, MonoTime now);
  /// With this one, always.
  [[nodiscard]] std::set<std::string> living(MonoTime now) const;
  /// Those that take work: living and not draining; by id, as they were seen last.
  [[nodiscard]] std::vector<ClusterNode> working(MonoTime now) const;
  [[nodiscard]] bool is_living(const std::string& id, MonoTime now) const;

 private:
  struct Known {
    ClusterNode node;
    MonoTime grown{};
  };
  std::string own_;
  std::map<std::string, Known> known_;
};

/// How many of `items` each of `nodes` takes at most, so that all are taken.
[[nodiscard]] std::size_t fair_share(std::size_t items, std::size_t nodes);
/// How many of its `mine` items a node gives away to `others`, which drive so many each: what is
/// above the fair share, as far as others have room below theirs.
[[nodiscard]] std::size_t surplus(std::size_t mine, const std::vector<std::size_t>& others);

}  // namespace hotswap
