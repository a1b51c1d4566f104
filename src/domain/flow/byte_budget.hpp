#pragma once
#include <algorithm>

#include "domain/flow/bandwidth.hpp"

namespace hotswap {

/// A token bucket that may be overdrawn once: what is sent while there is credit may be larger than
/// the credit, and is paid off before the next. Over any time t at most rate × (t + kBurst) and one
/// item are sent. Pure.
class ByteBudget {
 public:
  static constexpr double kBurst = 0.25;  ///< seconds' worth that an idle budget has saved

  ByteBudget(Bandwidth bandwidth, MonoTime now) : at_(now) { set(bandwidth, now); }

  /// From now on; what is owed stays owed.
  void set(Bandwidth bandwidth, MonoTime now) {
    const bool fresh = rate_ == 0;
    refill(now);
    rate_ = static_cast<double>(bandwidth.bytes_per_second);
    credit_ = fresh ? rate_ * kBurst : std::min(credit_, rate_ * kBurst);
  }
  void spend(std::size_t bytes, MonoTime now) {
    refill(now);
    if (rate_ > 0) credit_ -= static_cast<double>(bytes);
  }
  /// From this time on something may be sent.
  [[nodiscard]] MonoTime ready_at() const {
    if (rate_ == 0 || credit_ > 0) return at_;
    return at_ +
           std::chrono::ceil<MonoTime::duration>(std::chrono::duration<double>(-credit_ / rate_)) +
           MonoTime::duration(1);
  }
  [[nodiscard]] bool is_full(MonoTime now) const {
    const double seconds = std::chrono::duration<double>(std::max(now, at_) - at_).count();
    return credit_ + rate_ * seconds >= rate_ * kBurst;
  }

 private:
  void refill(MonoTime now) {
    if (now <= at_) return;
    const double seconds = std::chrono::duration<double>(now - at_).count();
    credit_ = std::min(credit_ + rate_ * seconds, rate_ * kBurst);
    at_ = now;
  }
  MonoTime at_;
  double rate_ = 0, credit_ = 0;
};

}  // namespace hotswap
