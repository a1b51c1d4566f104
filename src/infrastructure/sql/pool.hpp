#pragma once
// A fixed number of connections for reading, handed out one at a time.

#include <memory>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/base/time.hpp"
#include "infrastructure/sql/meter.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Thread-safe.
class Pool {
 public:
  /// `wait`: how long take() waits for a free connection.
  Pool(std::vector<std::unique_ptr<Session>> sessions, Duration wait)
      : wait_(wait), size_(sessions.size()), free_(std::move(sessions)) {}

  /// Gives its connection back at the end.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Session> session)
        : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (session_) pool_->give_back(std::move(session_));
    }
    Session& operator*() const { return *session_; }
    Session* operator->() const { return session_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Session> session_;
  };

  /// Unavailable `store.busy` when none became free in time.
  [[nodiscard]] Result<Lease> take();

  /// Before other threads use it.
  void measure(const Meter& meter) { meter_ = &meter; }
  [[nodiscard]] const Meter* meter() const { return meter_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void give_back(std::unique_ptr<Session> session);

  [[nodiscard]] std::unique_ptr<Session> take_free() HS_REQUIRES(mutex_);

  const Duration wait_;
  const std::size_t size_;
  const Meter* meter_ = nullptr;  ///< null: nothing is measured
  Mutex mutex_;
  CondVar freed_;
  std::vector<std::unique_ptr<Session>> free_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::sql
