// BlueGreen in pool mode: where the traffic shall go, and what the router says.
#include "domain/rollout/course.hpp"

namespace hotswap::rollout {
namespace {

using State = PoolSwitch::State;

json::Value pool_data(const PoolSwitch& pools, const std::string& pool) {
  json::Object data;
  data.append("pool", pool);
  data.append("from", pools.from);
  data.append("to", pools.to);
  if (!pools.error.empty()) data.append("error", pools.error);
  return data;
}

void ask(Course& course, State state, const std::string& pool) {
  auto pools = course.deployment().pools.value();
  pools.state = state;
  pools.error.clear();
  course.record("traffic.switching", "traffic goes to pool " + pool, pool_data(pools, pool));
  course.set_pools(std::move(pools));
  course.effect(SwitchTraffic{pool});
}

}  // namespace

void switch_traffic(Course& course) {
  const auto& pools = course.deployment().pools;
  if (!pools || pools->state != State::Before) return;
  ask(course, State::Switching, std::string(pools->to));
}

void switch_traffic_back(Course& course) {
  const auto& pools = course.deployment().pools;
  if (!pools || (pools->state != State::Switching && pools->state != State::Switched)) return;
  ask(course, State::SwitchingBack, std::string(pools->from));
}

void take_switched(Course& course, const TrafficSwitched& switched) {
  if (!course.deployment().pools) return;
  auto pools = *course.deployment().pools;
  const bool awaited = pools.state == State::Switching || pools.state == State::SwitchingBack;
  if (!awaited || switched.generation != pools.generation) return;
  const auto pool = pools.state == State::Switching ? pools.to : pools.from;
  if (!switched.ok) {
    const auto why = switched.detail.empty() ? "the router gave no reason" : switched.detail;
    if (std::exchange(pools.error, why) == why) return;
    course.record("traffic.not_switched",
                  "traffic could not be switched to pool " + pool + " yet: " + pools.error,
                  pool_data(pools, pool));
    return course.set_pools(std::move(pools));
  }
  pools.state = pools.state == State::Switching ? State::Switched : State::Back;
  pools.error.clear();
  course.record("traffic.switched", "the router confirmed that traffic goes to pool " + pool,
                pool_data(pools, pool));
  course.set_pools(std::move(pools));
  course.progress();
}

bool traffic_is_home(const Deployment& deployment) {
  if (!deployment.pools) return true;
  switch (deployment.pools->state) {
    case State::Before:
    case State::Back:
    case State::Switched:  // kept on purpose: every pool was given the version
      return true;
    case State::Switching:
    case State::SwitchingBack:
      return false;
  }
  return true;
}

}  // namespace hotswap::rollout
