#pragma once
#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <mutex>

namespace hotswap {

/// CPU time that the calling thread has used so far.
inline std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Which share of the cores that it may use this process takes. Thread-safe.
class CpuMeter {
 public:
  explicit CpuMeter(double cores) : cores_(cores) {}
  /// Since the call before (the first time: since the start).
  double since_last() {
    const std::lock_guard lock(mutex_);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double used = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    const auto now = std::chrono::steady_clock::now();
    const double wall = std::chrono::duration<double>(now - at_).count();
    const double share = wall > 0 ? (used - used_) / wall / cores_ : 0;
    used_ = used;
    at_ = now;
    return share;
  }

 private:
  static double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  const double cores_;
  std::mutex mutex_;
  double used_ = 0;
  std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::now();
};

}  // namespace hotswap
