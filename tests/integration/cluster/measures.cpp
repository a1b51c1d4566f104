#include "integration/cluster/measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace hotswap::lab {

void Measures::note(const std::string& what, std::chrono::steady_clock::duration time) {
  const auto rounded = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  times_[what].push_back(rounded);
  std::cout << fmt::format("  measured: {}: {} ms\n", what, rounded.count()) << std::flush;
}

std::string Measures::table() const {
  std::string out = fmt::format("{:56} {:>5} {:>9} {:>9} {:>9}\n", "measured, in milliseconds",
                                "count", "shortest", "median", "longest");
  for (auto [what, times] : times_) {
    std::ranges::sort(times);
    out += fmt::format("{:56} {:>5} {:>9} {:>9} {:>9}\n", what, times.size(), times.front().count(),
                       times[times.size() / 2].count(), times.back().count());
  }
  return out;
}

}  // namespace hotswap::lab
