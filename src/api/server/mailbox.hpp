#pragma once
// How other threads reach an io thread: tasks gathered into one wake-up, so that a change pushed to
// ten thousand streams wakes the thread once. Outlives the thread, closed: holders of old streams
// may post as long as they like.

#include <functional>
#include <utility>
#include <vector>

#include "domain/base/mutex.hpp"

namespace hotswap::api {

class Mailbox {
 public:
  using Task = std::move_only_function<void()>;

  /// `wake` makes the io thread call run() soon; it is called with no lock held by run.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Thread-safe; a no-op after close.
  void post(Task task) {
    const MutexLock lock(mutex_);
    if (!wake_) return;
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1) wake_();
  }

  /// Runs what was posted; io thread only. Tasks must not throw.
  void run() {
    std::vector<Task> tasks;
    {
      const MutexLock lock(mutex_);
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
  }

  /// Drops what waits and refuses what comes.
  void close() {
    std::vector<Task> dropped;
    const MutexLock lock(mutex_);
    dropped.swap(tasks_);
    wake_ = nullptr;
  }

 private:
  Mutex mutex_;
  std::function<void()> wake_ HS_GUARDED_BY(mutex_);
  std::vector<Task> tasks_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
