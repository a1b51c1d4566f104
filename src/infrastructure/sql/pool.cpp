#include "infrastructure/sql/pool.hpp"

#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {

Result<Pool::Lease> Pool::take() {
  const MutexLock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + wait_;
  while (free_.empty()) {
    if (!freed_.wait_until(mutex_, until) && free_.empty()) {
      return std::unexpected(
          store::busy("All connections to the store are in use; try again in a moment."));
    }
  }
  auto session = std::move(free_.back());
  free_.pop_back();
  return Lease(*this, std::move(session));
}

void Pool::give_back(std::unique_ptr<Session> session) {
  {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(session));
  }
  freed_.notify_one();
}

}  // namespace hotswap::sql
