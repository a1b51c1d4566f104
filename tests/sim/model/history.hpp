#pragma once
// What the other judges remember: every report of every instance.

#include <deque>
#include <vector>

#include "sim/model/contender.hpp"

namespace hotswap::sim {

struct Report {
  WallTime at{};
  Sample sample;
};

class History {
 public:
  explicit History(std::size_t instances) : reports_(instances) {}
  void take(std::size_t instance, WallTime at, const Sample& sample) {
    reports_[instance].push_back({at, sample});
  }
  [[nodiscard]] std::size_t instances() const { return reports_.size(); }
  /// Of one instance in (from, to].
  [[nodiscard]] Sample sum(std::size_t instance, WallTime from, WallTime to) const;
  /// Of all instances.
  [[nodiscard]] Sample sum(WallTime from, WallTime to) const;
  /// Of those treated, since then.
  [[nodiscard]] Sample treated(const Situation& situation, WallTime from, WallTime to) const;
  /// Of those not treated yet.
  [[nodiscard]] Sample control(const Situation& situation, WallTime from, WallTime to) const;

 private:
  std::vector<std::deque<Report>> reports_;
};

[[nodiscard]] double error_rate(const Sample& sample);

}  // namespace hotswap::sim
