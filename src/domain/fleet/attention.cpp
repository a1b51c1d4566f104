#include "domain/fleet/attention.hpp"

namespace hotswap {

void Attention::written(WallTime now) {
  if (!last_ || now - *last_ > kGap) since_ = now;
  last_ = now;
}

std::optional<WallTime> Attention::since(WallTime now) const {
  if (!last_ || now - *last_ > kGap) return std::nullopt;
  return since_;
}

}  // namespace hotswap
