#include "infrastructure/redis/client.hpp"

namespace hotswap::redis {
namespace {

constexpr Duration kLook{1000};  ///< between two questions who the master is

}  // namespace

Result<Reply> Client::ask(const Words& words) {
  {
    const MutexLock lock(mutex_);
    const auto deadline = after(timeout_);
    while (busy_)
      if (!free_.wait_until(mutex_, deadline) && busy_)
        return fail(ErrorCode::Timeout, "redis.timeout",
                    "Redis is slow: others wait for it already");
    busy_ = true;
  }
  // A master that was replaced may live on, cut off from its sentinels but not from here.
  if (has_sentinels_ && connection_.is_open() && left(looked_at_ + kLook) == Duration::zero()) {
    static_cast<void>(connection_.check());
    looked_at_ = after(Duration::zero());
  }
  const auto begun = std::chrono::steady_clock::now();
  auto reply = connection_.ask(words);
  if (took_ != nullptr)
    took_->observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  const MutexLock lock(mutex_);
  busy_ = false;
  free_.notify_one();
  return reply;
}

}  // namespace hotswap::redis
