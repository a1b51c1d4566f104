#pragma once
#include <sys/socket.h>

#include <future>
#include <string>
#include <vector>

#include "domain/base/error.hpp"
#include "infrastructure/redis/address.hpp"
#include "infrastructure/redis/deadline.hpp"

namespace hotswap::redis {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Asks the machine for a host's addresses, but not for longer than the caller has: its resolver
/// knows no time limit. What comes too late serves the next call. One thread.
class Resolver {
 public:
  /// Unavailable `redis.host`.
  [[nodiscard]] Result<std::vector<SocketAddress>> resolve(const Host& host, Deadline deadline);

 private:
  using Answer = Result<std::vector<SocketAddress>>;
  Host asked_;
  std::shared_future<Answer> answer_;  ///< one at a time; its thread may outlive this
};

}  // namespace hotswap::redis
