#include "domain/fleet/instance.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

TEST(InstanceStatus, FollowsTheSilence) {
  const WallTime last{std::chrono::hours(1)};
  const auto status = [&](Duration silent) { return status_at(last, last + silent, 30s, 2min); };
  EXPECT_EQ(status(0s), InstanceStatus::Healthy);
  EXPECT_EQ(status(59s), InstanceStatus::Healthy);
  EXPECT_EQ(status(60s), InstanceStatus::Degraded);
  EXPECT_EQ(status(119s), InstanceStatus::Degraded);
  EXPECT_EQ(status(120s), InstanceStatus::Removed);
}

TEST(InstanceStatus, IsHealthyWhenTheHeartbeatIsAheadOfTheClock) {
  const WallTime last{std::chrono::hours(1)};
  EXPECT_EQ(status_at(last, last - 5s, 30s, 2min), InstanceStatus::Healthy);
}

TEST(InstanceNames, ReadBack) {
  for (const auto status :
       {InstanceStatus::Healthy, InstanceStatus::Degraded, InstanceStatus::Removed}) {
    EXPECT_EQ(instance_status_from_string(to_string(status)), status);
  }
  for (const auto state :
       {ObservedState::Received, ObservedState::Validated, ObservedState::Staged,
        ObservedState::Applied, ObservedState::Rejected, ObservedState::Running}) {
    EXPECT_EQ(observed_state_from_string(to_string(state)), state);
  }
  EXPECT_EQ(instance_status_from_string("healthy"), std::nullopt);
  EXPECT_EQ(observed_state_from_string("Applied"), std::nullopt);
}

}  // namespace
}  // namespace hotswap
