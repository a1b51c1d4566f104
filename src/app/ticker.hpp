#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "domain/base/time.hpp"

namespace hotswap {

/// Calls `work` again and again, `pause` after it returned, on a thread of its own until destroyed.
class Ticker {
 public:
  Ticker(Duration pause, std::function<void()> work)
      : thread_([this, pause, work = std::move(work)](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!stop.stop_requested()) {
            wake_.wait_for(lock, stop, pause, [] { return false; });
            work();
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace hotswap
