#pragma once
// Leases as keys that expire: taken by SET NX PX, renewed and released only by their owner. Who is
// stopped loses them after the lease; who dies, too.

#include "domain/ports/locks.hpp"
#include "infrastructure/redis/client.hpp"

namespace hotswap {

class RedisLocks final : public Locks {
 public:
  /// `prefix`: of all keys, so that several clusters can share a Redis. `owner` is the value of a
  /// key that is held: no two of these may ever share it, nor two runs of one node.
  RedisLocks(const redis::Options& options, std::string prefix, std::string owner, Random& random);

  Result<std::set<std::string>> hold(const std::vector<std::string>& names) override;
  Result<void> release(const std::vector<std::string>& names) override;

  void measure(Distribution& took) { client_.measure(took); }  ///< before its use

 private:
  [[nodiscard]] Result<redis::Reply> run(std::string_view script,
                                         const std::vector<std::string>& names,
                                         std::string_view argument);

  const std::string prefix_, owner_, owner_key_;
  redis::Client client_;
};

}  // namespace hotswap
