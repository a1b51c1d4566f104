#include "backoff.hpp"

#include <algorithm>

namespace hotswap::sdk {

std::chrono::milliseconds Backoff::next() {
  std::uniform_int_distribution<std::int64_t> wait(0, ceiling_.count());
  const std::chrono::milliseconds drawn(wait(random_));
  ceiling_ = std::min(ceiling_ * 2, max_);
  return drawn;
}

}  // namespace hotswap::sdk
