#pragma once
// The newest lines of the log, kept for whoever asks the running server for them.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/mutex.hpp"

namespace hotswap {

/// Bounded by lines and by bytes. Thread-safe.
class RecentLines {
 public:
  static constexpr std::size_t kLines = 2000;
  static constexpr std::size_t kBytes = 2 << 20;
  static constexpr std::size_t kLineBytes = 16 << 10;  ///< a longer one is not kept

  /// A line of JSON without its end.
  void add(std::string_view line) {
    if (line.size() > kLineBytes) return;
    const MutexLock lock(mutex_);
    lines_.emplace_back(line);
    bytes_ += line.size();
    while (lines_.size() > kLines || bytes_ > kBytes) {
      bytes_ -= lines_.front().size();
      lines_.pop_front();
    }
  }
  /// The newest, oldest first.
  [[nodiscard]] std::vector<std::string> newest(std::size_t count) const {
    const MutexLock lock(mutex_);
    const auto skipped = lines_.size() - std::min(count, lines_.size());
    return {lines_.begin() + static_cast<std::ptrdiff_t>(skipped), lines_.end()};
  }

 private:
  mutable Mutex mutex_;
  std::deque<std::string> lines_ HS_GUARDED_BY(mutex_);
  std::size_t bytes_ HS_GUARDED_BY(mutex_) = 0;
};

}  // namespace hotswap
