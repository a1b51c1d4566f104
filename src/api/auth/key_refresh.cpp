#include "api/auth/key_refresh.hpp"

#include <algorithm>

namespace hotswap::api {

bool KeyRefresh::due(MonoTime now, bool wished) const {
  if (!tried_ || now >= *next_) return true;
  return wished && now - *tried_ >= times_.wish_gap;
}

void KeyRefresh::succeeded(MonoTime now, std::optional<Duration> fresh_for) {
  failures_ = 0;
  tried_ = had_ = now;
  const auto least = std::min(kFreshMin, times_.every);
  next_ = now + std::clamp(fresh_for.value_or(times_.every), least, times_.every);
}

void KeyRefresh::failed(MonoTime now) {
  tried_ = now;
  const auto factor = std::int64_t{1} << std::min(failures_, kDoublings);
  next_ = now + std::min(times_.retry_first * factor, times_.retry_max);
  ++failures_;
}

bool KeyRefresh::outlived(MonoTime now) const { return had_ && now - *had_ >= times_.keep; }

std::optional<Duration> KeyRefresh::age(MonoTime now) const {
  if (!had_) return std::nullopt;
  return std::chrono::duration_cast<Duration>(now - *had_);
}

}  // namespace hotswap::api
