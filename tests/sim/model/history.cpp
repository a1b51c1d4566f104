#include "sim/model/history.hpp"

#include <algorithm>

namespace hotswap::sim {

Sample History::sum(std::size_t instance, WallTime from, WallTime to) const {
  Sample total;
  const auto& reports = reports_[instance];
  for (auto it = std::ranges::upper_bound(reports, from, {}, &Report::at);
       it != reports.end() && it->at <= to; ++it) {
    total.add(it->sample);
  }
  return total;
}

Sample History::sum(WallTime from, WallTime to) const {
  Sample total;
  for (std::size_t i = 0; i < instances(); ++i) total.add(sum(i, from, to));
  return total;
}

Sample History::treated(const Situation& situation, WallTime from, WallTime to) const {
  Sample total;
  for (std::size_t i = 0; i < instances(); ++i) {
    if (const auto since = situation.treated[i]) total.add(sum(i, std::max(*since, from), to));
  }
  return total;
}

Sample History::control(const Situation& situation, WallTime from, WallTime to) const {
  Sample total;
  for (std::size_t i = 0; i < instances(); ++i) {
    if (!situation.treated[i]) total.add(sum(i, from, to));
  }
  return total;
}

double error_rate(const Sample& sample) {
  return sample.requests == 0
             ? 0
             : static_cast<double>(sample.errors) / static_cast<double>(sample.requests);
}

}  // namespace hotswap::sim
