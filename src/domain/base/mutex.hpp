#pragma once
// A mutex whose rules the compiler checks: members marked HS_GUARDED_BY are touched only while it
// is held (clang's -Wthread-safety; an error in our builds).

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define HS_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define HS_THREAD_ANNOTATION(x)
#endif
#define HS_CAPABILITY(x) HS_THREAD_ANNOTATION(capability(x))
#define HS_SCOPED_CAPABILITY HS_THREAD_ANNOTATION(scoped_lockable)
#define HS_GUARDED_BY(x) HS_THREAD_ANNOTATION(guarded_by(x))
#define HS_REQUIRES(...) HS_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define HS_ACQUIRE(...) HS_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define HS_RELEASE(...) HS_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define HS_EXCLUDES(...) HS_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace hotswap {

class HS_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock() HS_ACQUIRE() { mutex_.lock(); }
  void unlock() HS_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

/// Holds the mutex for a scope.
class HS_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) HS_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() HS_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits with the mutex released; may wake without a reason, so callers loop on their condition.
class CondVar {
 public:
  void wait(Mutex& mutex) HS_REQUIRES(mutex) {
    Borrowed lock(mutex.mutex_);
    condition_.wait(lock.held);
  }
  /// False once the time point has passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point until) HS_REQUIRES(mutex) {
    Borrowed lock(mutex.mutex_);
    return condition_.wait_until(lock.held, until) == std::cv_status::no_timeout;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  /// The caller's lock in the form that the library takes; it stays the caller's. (The variable
  /// that takes any lock has a mutex of its own, into which those who wake run.)
  struct Borrowed {
    explicit Borrowed(std::mutex& mutex) : held(mutex, std::adopt_lock) {}
    ~Borrowed() { held.release(); }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    std::unique_lock<std::mutex> held;
  };
  std::condition_variable condition_;
};

}  // namespace hotswap
