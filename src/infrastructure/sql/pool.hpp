#pragma once
// A fixed number of connections for reading, handed out one at a time.

#include <memory>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/base/time.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Thread-safe.
class Pool {
 public:
  /// `wait`: how long take() waits for a free connection.
  Pool(std::vector<std::unique_ptr<Session>> sessions, Duration wait)
      : wait_(wait), free_(std::move(sessions)) {}

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

 private:
  void give_back(std::unique_ptr<Session> session);

  const Duration wait_;
  Mutex mutex_;
  CondVar freed_;
  std::vector<std::unique_ptr<Session>> free_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::sql
