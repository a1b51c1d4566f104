#pragma once
// How long after a failure the next attempt may be made: twice as long each time, up to a bound,
// and never the same for two nodes.

#include <algorithm>

#include "domain/base/time.hpp"
#include "domain/ports/random.hpp"

namespace hotswap::redis {

inline constexpr Duration kFirstPause{50};
inline constexpr Duration kLongestPause{2000};

class Backoff {
 public:
  explicit Backoff(Random& random) : random_(random) {}
  /// Half of the pause is certain, half by chance.
  [[nodiscard]] Duration next() {
    const auto whole = std::min(kFirstPause * (1 << std::min(failures_, 10)), kLongestPause);
    ++failures_;
    const auto half = static_cast<std::uint64_t>(whole.count() / 2);
    return Duration(static_cast<std::int64_t>(half + random_.below(half + 1)));
  }
  void succeeded() { failures_ = 0; }
  [[nodiscard]] Random& random() const { return random_; }

 private:
  Random& random_;
  int failures_ = 0;
};

}  // namespace hotswap::redis
