#include "infrastructure/sql/pool.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {

Result<Pool::Lease> Pool::take() {
  const MutexLock lock(mutex_);
  auto session = take_free();
  if (!session)
    return std::unexpected(
        store::busy("All connections to the store are in use; try again in a moment."));
  if (meter_ != nullptr) meter_->in_use.add(1);
  return Lease(*this, std::move(session));
}

/// Null when none became free in time.
std::unique_ptr<Session> Pool::take_free() {
  if (free_.empty()) {
    const Stopwatch waiting(meter_ == nullptr ? nullptr : &meter_->wait);
    const auto until = std::chrono::steady_clock::now() + wait_;
    while (free_.empty())
      if (!freed_.wait_until(mutex_, until) && free_.empty()) return nullptr;
  }
  auto session = std::move(free_.back());
  free_.pop_back();
  return session;
}

void Pool::give_back(std::unique_ptr<Session> session) {
  {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(session));
  }
  if (meter_ != nullptr) meter_->in_use.add(-1);
  freed_.notify_one();
}

}  // namespace hotswap::sql
