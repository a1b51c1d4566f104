#include "infrastructure/cluster/redis_state.hpp"

#include <algorithm>

namespace hotswap::cluster {
namespace {

std::string_view name_of(RedisState::Part part) {
  return part == RedisState::Part::Bus ? "bus" : "locks";
}

}  // namespace

void RedisState::show(Metrics& metrics) {
  const MutexLock lock(mutex_);
  gauge_ = &metrics.gauge("hotswap_redis_up",
                          "1 while bus and locks use Redis, 0 while one uses PostgreSQL instead");
  publish();
}

void RedisState::publish() {
  if (gauge_ == nullptr) return;
  const bool all = std::ranges::all_of(up_, [](const auto& up) { return up.value_or(false); });
  gauge_->set(all ? 1 : 0);
}

void RedisState::set(Part part, const Error* error) {
  const MutexLock lock(mutex_);
  auto& up = up_.at(static_cast<std::size_t>(part));
  const bool now = error == nullptr;
  if (up == now) return;
  const bool first = !up.has_value();
  up = now;
  publish();
  if (!now)
    logger_.warning("redis", "Redis cannot be used, PostgreSQL is used instead",
                    {{"part", name_of(part)},
                     {"reason", error->reason},
                     {"detail", error->detail},
                     {"internal", error->internal}});
  else if (first)
    logger_.info("redis", "Redis is used", {{"part", name_of(part)}});
  else
    logger_.warning("redis", "Redis answers again and is used", {{"part", name_of(part)}});
}

}  // namespace hotswap::cluster
