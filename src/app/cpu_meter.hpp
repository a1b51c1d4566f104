#pragma once
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

namespace hotswap {

/// CPU time that the calling thread has used so far.
inline std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Which share of the machine's cores this process takes. Thread-safe.
class CpuMeter {
 public:
  /// Since the call before (the first time: since the start).
  double since_last() {
    const std::lock_guard lock(mutex_);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double used = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    const auto now = std::chrono::steady_clock::now();
    const double wall = std::chrono::duration<double>(now - at_).count();
    const double cores = std::max(1U, std::thread::hardware_concurrency());
    const double share = wall > 0 ? (used - used_) / wall / cores : 0;
    used_ = used;
    at_ = now;
    return share;
  }

 private:
  static double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  std::mutex mutex_;
  double used_ = 0;
  std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::now();
};

}  // namespace hotswap
