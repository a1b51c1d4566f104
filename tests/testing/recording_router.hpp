#pragma once
#include <optional>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/traffic_router.hpp"

namespace hotswap::testing {

/// Remembers which pools it was asked for; refuses while a test says so. Thread-safe.
class RecordingRouter : public TrafficRouter {
 public:
  Result<void> route(const Traffic& traffic) override {
    const MutexLock lock(mutex_);
    asked_.push_back(traffic.desired);
    if (refusal_) return fail(ErrorCode::Unavailable, "router.refused", *refusal_);
    return {};
  }
  void refuse(std::optional<std::string> why) {
    const MutexLock lock(mutex_);
    refusal_ = std::move(why);
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    const MutexLock lock(mutex_);
    return asked_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> asked_ HS_GUARDED_BY(mutex_);
  std::optional<std::string> refusal_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
