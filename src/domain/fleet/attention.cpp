#include "domain/fleet/attention.hpp"

namespace hotswap {

void Attention::written(WallTime now) {
  const bool anew = !span_ || now - span_->to > gap_;
  span_ = Span{anew ? now : span_->from, now};
}

}  // namespace hotswap
