#pragma once
#include <set>
#include <string>
#include <string_view>

#include "domain/base/mutex.hpp"

namespace hotswap {

/// The value of a `profile` label. The first kMost profiles that are asked for have their own, the
/// rest share `other`: a metric never has more series than that. Thread-safe.
class ProfileLabel {
 public:
  static constexpr std::size_t kMost = 100;
  static constexpr std::string_view kOther = "other";

  [[nodiscard]] std::string of(const std::string& profile) {
    const MutexLock lock(mutex_);
    if (known_.contains(profile)) return profile;
    if (known_.size() >= kMost) return std::string(kOther);
    known_.insert(profile);
    return profile;
  }

 private:
  Mutex mutex_;
  std::set<std::string> known_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap
