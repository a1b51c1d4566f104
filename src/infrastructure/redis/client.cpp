#include "infrastructure/redis/client.hpp"

namespace hotswap::redis {

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
  auto reply = connection_.ask(words);
  const MutexLock lock(mutex_);
  busy_ = false;
  free_.notify_one();
  return reply;
}

}  // namespace hotswap::redis
