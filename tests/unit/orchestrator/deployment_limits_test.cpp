// What driving a deployment may take, and how it shows in the plan.
#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class DeploymentLimits : public RolloutWorld {};

TEST_F(DeploymentLimits, OneThatHasUsedItsShareOfTheCpuRestsAndComesToItsEnd) {
  fleet_on_first_version(4);
  node().cpu_per_turn = 4s;
  const auto id = started(kDirect);
  EXPECT_EQ(node().runner.rests(), 1u);
  round();
  EXPECT_EQ(node().runner.rests(), 1u) << "what was said meanwhile waits";
  EXPECT_NE(state(id), "Succeeded");
  run_to_end(id);
  EXPECT_EQ(state(id), "Succeeded");
  EXPECT_GT(node().runner.rests(), 1u);
}

TEST_F(DeploymentLimits, WhoStillWaitsForALargeContentIsNotSilent) {
  fleet_on_first_version(4);
  const auto bytes = store_.version(ProfileName("pay.production"), *SemVer::parse("1.1.0"));
  DeploymentService slow({store_,
                          node().committer,
                          node().configs,
                          node().fleet,
                          node().runner,
                          node().versions,
                          node().schemas,
                          clock_,
                          random_,
                          {},
                          {bytes->content.size()}});
  StartDeployment request;
  request.profile = ProfileName("pay.production");
  request.version = "1.1.0";
  request.dry_run = true;
  const auto planned = slow.start(kAdmin, request);
  ASSERT_TRUE(planned) << planned.error().detail;
  std::size_t before = 0, largest = 0;
  for (const Step& step : planned->plan.steps) {
    largest = std::max(largest, step.cohort - std::min(before, step.cohort));
    before = step.cohort;
  }
  EXPECT_EQ(planned->plan.ack_timeout,
            planned->strategy.ack_timeout + std::chrono::seconds(largest));
}

}  // namespace
}  // namespace hotswap::testing
