// What happens to configurations is counted once each, by what it came to.
#include "orchestrator/config_meters.hpp"

#include "testing/memory_metrics.hpp"
#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

class Metered : public RolloutWorld {
 protected:
  Metered() { meter(); }

  void meter() {
    node().runner.watch({[this](const auto& saved) { meters.saved(saved); },
                         [this](const Judgement& judgement) { meters.judged(judgement); }});
    node().configs.on_checked([this](const auto& checked) { meters.checked(checked); });
    node().fleet.on_observed([this](const Observation& seen) { meters.observed(seen); });
    node().committer.on_events([this](const std::vector<TimelineEvent>& events) {
      for (const auto& event : events) meters.happened(event);
    });
  }
  double deployed(const std::string& outcome) {
    return metrics.value("configs_deployed_total",
                         {{"profile", "pay.production"}, {"outcome", outcome}});
  }
  double rollbacks(const std::string& cause) {
    return metrics.value("configs_rollback_total",
                         {{"profile", "pay.production"}, {"cause", cause}});
  }
  double took(const std::string& strategy, const std::string& outcome) {
    return metrics.value("config_deployment_duration_seconds",
                         {{"strategy", strategy}, {"outcome", outcome}});
  }

  MemoryMetrics metrics;
  ConfigMeters meters{metrics};
};

TEST_F(Metered, a_deployment_is_counted_once_with_what_it_took) {
  fleet_on_first_version(4);
  EXPECT_EQ(metrics.value("configs_created_total"), 1);
  EXPECT_EQ(deployed("succeeded"), 1);
  EXPECT_EQ(took("Direct", "succeeded"), 1);
  EXPECT_EQ(metrics.value("hotswap_fanout_lag_seconds", {{"profile", "pay.production"}}), 4)
      << "one per instance";
  rounds(5);
  EXPECT_EQ(deployed("succeeded"), 1);
  EXPECT_EQ(metrics.value("hotswap_fanout_lag_seconds", {{"profile", "pay.production"}}), 4);
}

TEST_F(Metered, a_rollback_by_itself_is_told_from_one_by_a_person) {
  fleet_on_first_version(4);
  const auto id = started(canary());
  bad_rounds(id, 120);
  ASSERT_EQ(state(id), "RolledBack");
  EXPECT_EQ(rollbacks("automatic"), 1);
  EXPECT_EQ(rollbacks("person"), 0);
  EXPECT_EQ(deployed("rolled_back"), 1);
  EXPECT_EQ(metrics.value("config_rollback_duration_seconds", {{"outcome", "rolled_back"}}), 1);
  EXPECT_EQ(took("Canary", "rolled_back"), 1);
  EXPECT_GE(metrics.value("hotswap_judgements_total", {{"outcome", "fail"}}), 1);
}

TEST_F(Metered, a_revert_after_success_counts_as_a_rollback_and_not_as_a_slow_deployment) {
  fleet_on_first_version(2);
  const auto id = started(kDirect);
  run_to_end(id);
  ASSERT_EQ(state(id), "Succeeded");
  pass(std::chrono::hours(2));
  rounds(2);
  const auto done = command(id, Rollback{"too slow", "ada"});
  ASSERT_TRUE(done) << done.error().detail;
  run_to_end(id);
  ASSERT_EQ(state(id), "RolledBack");
  EXPECT_EQ(rollbacks("person"), 1);
  EXPECT_EQ(deployed("rolled_back"), 1);
  EXPECT_EQ(took("Direct", "rolled_back"), 0);
  EXPECT_EQ(metrics.value("config_rollback_duration_seconds", {{"outcome", "rolled_back"}}), 1);
}

TEST_F(Metered, one_that_is_cancelled_before_it_begins_is_counted_and_not_timed) {
  fleet_on_first_version(1);
  StartDeployment request = request_for("1.1.0", kDirect);
  request.start_at = clock_.wall() + std::chrono::hours(3);
  const auto planned = start(std::move(request));
  ASSERT_TRUE(planned) << planned.error().detail;
  ASSERT_TRUE(command(planned->id, Cancel{"not today", "ada"}));
  EXPECT_EQ(deployed("cancelled"), 1);
  EXPECT_EQ(took("Direct", "cancelled"), 0);
}

TEST_F(Metered, a_reload_counts_once_though_it_is_said_until_it_is_heard) {
  create_profile();
  upload("1.0.0", 1);
  register_instances(1);
  ASSERT_TRUE(start("1.0.0", kDirect));
  node().runner.run_due();
  Caller self = caller_with(Role::Instance, "pay-0");
  self.principal.instance = InstanceId("pay-0");
  const auto desired = node().fleet.desired(self, InstanceId("pay-0"));
  ASSERT_TRUE(desired);
  for (const auto state : {ObservedState::Received, ObservedState::Applied, ObservedState::Applied,
                           ObservedState::Running}) {
    Heartbeat beat;
    beat.observed.push_back(seen(ProfileName("pay.production"), *desired->at(0).active, false));
    beat.observed.back().state = state;
    beat.observed.back().reload = std::chrono::microseconds(700);
    ASSERT_TRUE(node().fleet.heartbeat(self, InstanceId("pay-0"), std::move(beat)));
  }
  EXPECT_EQ(metrics.value("config_reload_duration_seconds", {{"profile", "pay.production"}}), 1);
}

TEST_F(Metered, a_profile_without_schema_is_not_checked) {
  create_profile();
  upload("1.0.0", 1);
  EXPECT_EQ(metrics.count("config_validation_duration_seconds"), 0U);
}

TEST_F(Metered, instances_are_told_by_service_and_by_how_they_are) {
  create_profile();
  register_instances(3);
  pass(std::chrono::seconds(8));
  heartbeats([](const InstanceId& id) { return id.value != "pay-0"; },
             [](const InstanceId&) { return good(); });
  pass(std::chrono::seconds(3));
  node().fleet.sweep();
  meters.show(node().fleet.census());
  const MetricLabels pay{{"service", "pay"}, {"environment", "Production"}};
  EXPECT_EQ(metrics.value("instances_registered", pay), 3);
  EXPECT_EQ(metrics.value("instances_healthy", pay), 2);
}

TEST_F(Metered, what_the_store_holds_is_shown_with_the_age_of_what_waits) {
  meters.show(
      StoreFigures{.profiles = 5, .live = 3, .outbox = 2, .oldest = clock_.wall(), .dead = 1},
      clock_.wall() + std::chrono::seconds(90));
  EXPECT_EQ(metrics.value("configs_active"), 3);
  EXPECT_EQ(metrics.value("hotswap_profiles"), 5);
  EXPECT_EQ(metrics.value("hotswap_outbox_waiting"), 2);
  EXPECT_EQ(metrics.value("hotswap_outbox_age_seconds"), 90);
  EXPECT_EQ(metrics.value("hotswap_outbox_dead"), 1);
  meters.show(StoreFigures{}, clock_.wall());
  EXPECT_EQ(metrics.value("hotswap_outbox_age_seconds"), 0);
}

TEST_F(Metered, deployments_that_wait_for_a_person_or_do_not_move_are_shown) {
  fleet_on_first_version(2);
  const auto id = started(with(canary(), "autoPromote", false));
  const auto show = [&] { meters.show(node().runner.active_deployments(), clock_.wall()); };
  rounds(3);
  pass(std::chrono::seconds(4));
  show();
  EXPECT_GE(metrics.value("hotswap_deployment_quiet_seconds", {{"state", "Running"}}), 4);
  EXPECT_EQ(metrics.value("hotswap_deployment_overdue_seconds"), 0);
  ASSERT_TRUE(command(id, Pause{"look at it", "ada"}));
  show();
  EXPECT_EQ(metrics.value("hotswap_deployments_waiting", {{"for", "resume"}}), 1);
  EXPECT_EQ(metrics.value("hotswap_deployments_waiting", {{"for", "approval"}}), 0);
  EXPECT_EQ(metrics.value("hotswap_deployment_quiet_seconds", {{"state", "Running"}}), 0);
  ASSERT_TRUE(command(id, Resume{"ada"}));
  pass(std::chrono::hours(1));
  show();
  EXPECT_GT(metrics.value("hotswap_deployment_overdue_seconds"), 1000)
      << "nobody drove it for an hour";
}

TEST(ProfileLabel, gives_a_hundred_profiles_their_own_and_the_rest_one) {
  ProfileLabel label;
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(label.of("p" + std::to_string(i)), "p" + std::to_string(i));
  EXPECT_EQ(label.of("late"), "other");
  EXPECT_EQ(label.of("p7"), "p7");
}

}  // namespace
}  // namespace hotswap::testing
