#include "domain/cluster/membership.hpp"

#include <algorithm>
#include <numeric>

namespace hotswap {

void Membership::seen(const std::vector<ClusterNode>& nodes, MonoTime now) {
  std::map<std::string, Known> next;
  for (const ClusterNode& node : nodes) {
    const auto before = known_.find(node.id);
    const bool same = before != known_.end() && before->second.node.beat == node.beat;
    next[node.id] = {node, same ? before->second.grown : now};
  }
  known_ = std::move(next);
}

bool Membership::is_living(const std::string& id, MonoTime now) const {
  if (id == own_) return true;
  const auto found = known_.find(id);
  return found != known_.end() && now - found->second.grown < kSilence;
}

std::set<std::string> Membership::living(MonoTime now) const {
  std::set<std::string> ids{own_};
  for (const auto& [id, known] : known_)
    if (is_living(id, now)) ids.insert(id);
  return ids;
}

std::vector<ClusterNode> Membership::working(MonoTime now) const {
  std::vector<ClusterNode> nodes;
  for (const auto& [id, known] : known_)
    if (is_living(id, now) && !known.node.draining) nodes.push_back(known.node);
  return nodes;
}

std::size_t fair_share(std::size_t items, std::size_t nodes) {
  return nodes == 0 ? items : (items + nodes - 1) / nodes;
}

std::size_t surplus(std::size_t mine, const std::vector<std::size_t>& others) {
  const std::size_t all = std::accumulate(others.begin(), others.end(), mine);
  const std::size_t fair = fair_share(all, others.size() + 1);
  if (mine <= fair) return 0;
  std::size_t room = 0;
  for (const std::size_t other : others) room += fair - std::min(fair, other);
  return std::min(mine - fair, room);
}

}  // namespace hotswap
