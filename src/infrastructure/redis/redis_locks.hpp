#pragma once
// Leases as keys that expire: taken by SET NX PX, renewed and released only by their owner. Who is
// stopped loses them after the lease; who dies, too.

#include "domain/ports/locks.hpp"
#include "infrastructure/redis/client.hpp"

namespace hotswap {

class RedisLocks final : public Locks {
 public:
  /// `prefix`: of all keys, so that several clusters can share a Redis. `random` gives the owner's
  /// name: no two of these ever share it, nor do two runs of one node.
  RedisLocks(const redis::Options& options, std::string prefix, Random& random);

  Result<std::set<std::string>> hold(const std::vector<std::string>& names) override;
  Result<void> release(const std::vector<std::string>& names) override;

 private:
  [[nodiscard]] Result<redis::Reply> run(std::string_view script,
                                         const std::vector<std::string>& names,
                                         std::string_view argument);

  const std::string prefix_, owner_, owner_key_;
  redis::Client client_;
};

}  // namespace hotswap
