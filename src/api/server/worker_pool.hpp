#pragma once
// Threads for blocking work, fed by a bounded queue.

#include <cstddef>
#include <deque>
#include <functional>
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

  /// Finishes the running jobs, drops the waiting ones, joins the threads.
  void stop();

  /// Jobs that wait for a thread.
  [[nodiscard]] std::size_t queued() const;

 private:
  void run();

  const std::size_t capacity_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Job> jobs_ HS_GUARDED_BY(mutex_);
  bool stopped_ HS_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace hotswap::api
