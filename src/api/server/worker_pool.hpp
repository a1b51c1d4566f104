#pragma once
// Threads for blocking work, fed by a bounded queue.

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "domain/base/mutex.hpp"

namespace hotswap::api {

class WorkerPool {
 public:
  using Job = std::move_only_function<void()>;

  /// Starts `threads` threads; at most `queue` jobs wait.
  WorkerPool(int threads, std::size_t queue);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False, and the job is destroyed, when the queue is full or the pool stopped. Jobs must not
  /// throw. Thread-safe.
  [[nodiscard]] bool submit(Job job);

  /// Somebody will call resume() once, which stop() waits for.
  void expect();
  /// A job that had been expected: taken before those that were submitted, however many wait.
  void resume(Job job);

  /// Finishes the running jobs and those that are expected, drops the waiting ones, joins the
  /// threads.
  void stop();

  /// Jobs that wait for a thread.
  [[nodiscard]] std::size_t queued() const;

 private:
  void run();
  /// Blocks; empty once stopped and nothing is expected.
  [[nodiscard]] std::optional<Job> take();
  [[nodiscard]] bool has_job() const HS_REQUIRES(mutex_) {
    return !resumed_.empty() || !jobs_.empty();
  }
  /// Wakes a thread if there is work, some thread sleeps and none is waking up already: it wakes
  /// the next. A burst of short jobs thus wakes two or three threads, not one for each.
  void wake_one() HS_REQUIRES(mutex_);

  const std::size_t capacity_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Job> jobs_ HS_GUARDED_BY(mutex_);
  std::deque<Job> resumed_ HS_GUARDED_BY(mutex_);
  std::size_t expected_ HS_GUARDED_BY(mutex_) = 0;
  std::size_t asleep_ HS_GUARDED_BY(mutex_) = 0;
  bool waking_ HS_GUARDED_BY(mutex_) = false;
  bool stopped_ HS_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace hotswap::api
