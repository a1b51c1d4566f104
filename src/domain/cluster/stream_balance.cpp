#include "domain/cluster/stream_balance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hotswap {

double StreamCounts::mean() const {
  const std::size_t all = std::accumulate(others.begin(), others.end(), mine);
  return static_cast<double>(all) / static_cast<double>(others.size() + 1);
}

void StreamBalancer::look(double staying, double mean, MonoTime now) {
  if (balancing_) {
    balancing_ = staying > mean * kEnd;
    return;
  }
  if (staying <= mean * kBegin || staying - mean < kAtLeast) {
    above_since_.reset();
    return;
  }
  // A fleet that has just lost a node is on its way: where it settles is seen a little later.
  if (!above_since_) above_since_ = now;
  if (now - *above_since_ < kSteady) return;
  above_since_.reset();
  balancing_ = true;
  asked_ = now;
  allowed_ = 0;
}

std::size_t StreamBalancer::due(const StreamCounts& counts, MonoTime now) {
  const double mean = counts.mean();
  const auto staying = static_cast<double>(counts.mine - std::min(counts.leaving, counts.mine));
  look(staying, mean, now);
  if (!balancing_) return 0;
  const double rate = std::clamp(static_cast<double>(counts.mine) * kShare, kFewest, kMost);
  const double seconds = std::chrono::duration<double>(now - asked_).count();
  asked_ = now;
  allowed_ = std::min(allowed_ + rate * seconds, rate);  // a second's worth, after a pause as well
  const double told = std::floor(std::min(allowed_, staying - mean));
  allowed_ -= told;
  return static_cast<std::size_t>(told);
}

double stream_share(const std::vector<ClusterNode>& working, const std::string& own) {
  double all = 0, mine = 0;
  for (const ClusterNode& node : working) {
    // One more for each, so that an instance that has just come is not waited for in vain.
    all += static_cast<double>(node.load.streams) + 1;
    if (node.id == own) mine = static_cast<double>(node.load.streams) + 1;
  }
  return mine > 0 ? mine / all : 1;
}

std::vector<std::string> stream_destinations(const std::vector<ClusterNode>& working,
                                             const std::string& own, std::size_t most) {
  std::size_t all = 0;
  for (const ClusterNode& node : working) all += node.load.streams;
  std::vector<const ClusterNode*> roomy;
  for (const ClusterNode& node : working)
    if (node.id != own && !node.url.empty() && node.load.streams * working.size() < all)
      roomy.push_back(&node);
  std::ranges::sort(roomy, {}, [](const ClusterNode* node) { return node->load.streams; });
  std::vector<std::string> urls;
  for (const ClusterNode* node : roomy)
    if (urls.size() < most) urls.push_back(node->url);
  return urls;
}

}  // namespace hotswap
