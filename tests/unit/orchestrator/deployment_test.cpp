#include "orchestrator/report_service.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

const json::Value kDirect("Direct");
json::Value quick_canary() {
  return json::Object{{"type", "Canary"},
                      {"canaryPercentage", 10},
                      {"phases", json::Array{10, 50, 100}},
                      {"phaseInterval", "PT10S"}};
}

class DeploymentTest : public World {
 protected:
  void fleet_on_first_version(int instances) {
    create_profile();
    upload("1.0.0", 1);
    upload("1.1.0", 2);
    register_instances(instances);
    const auto first = start("1.0.0", kDirect);
    ASSERT_TRUE(first) << first.error().detail;
    node().runner.run_due();
    round();
    ASSERT_EQ(state(first->id), "Succeeded");
    for (int i = 0; i < 5; ++i) {
      pass(5s);
      round();
    }
  }
  std::set<std::string> versions_desired() {
    std::set<std::string> versions;
    for (const Assignment& assignment : node().fleet.assigned(ProfileName("pay.production")))
      versions.insert(assignment.active ? assignment.active->version.str() : "none");
    return versions;
  }
  /// Runs rounds until the deployment ends.
  void run_to_end(const DeploymentId& id, int rounds = 60) {
    for (int i = 0; i < rounds && !is_terminal(now(id).state); ++i) {
      pass(2s);
      round();
    }
  }
};

TEST_F(DeploymentTest, DirectReachesEveryInstanceAndMovesStable) {
  fleet_on_first_version(10);
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.0.0"});
  EXPECT_EQ(store_.profile(ProfileName("pay.production"))->stable->str(), "1.0.0");
}

TEST_F(DeploymentTest, CanaryWidensStepByStepAndSucceeds) {
  fleet_on_first_version(10);
  const auto canary = start("1.1.0", quick_canary());
  ASSERT_TRUE(canary) << canary.error().detail;
  node().delivery.sent.clear();
  node().runner.run_due();
  EXPECT_EQ(node().delivery.sent.size(), 1u);
  run_to_end(canary->id);
  EXPECT_EQ(state(canary->id), "Succeeded");
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.1.0"});
  EXPECT_EQ(store_.profile(ProfileName("pay.production"))->stable->str(), "1.1.0");
}

TEST_F(DeploymentTest, BadCanaryIsRolledBackAndNobodyElseEverGetsIt) {
  fleet_on_first_version(10);
  const auto canary = start("1.1.0", quick_canary());
  ASSERT_TRUE(canary);
  node().delivery.sent.clear();
  node().runner.run_due();
  const InstanceId treated = node().delivery.sent.at(0).assignment.instance;
  for (int i = 0; i < 20 && !is_terminal(now(canary->id).state); ++i) {
    pass(1s);
    heartbeats([](const InstanceId&) { return true; },
               [&](const InstanceId& id) {
                 return id == treated && versions_desired().contains("1.1.0") ? bad() : good();
               });
    node().runner.run_due();
  }
  EXPECT_EQ(state(canary->id), "RolledBack");
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.0.0"});
  for (const auto& sent : node().delivery.sent) EXPECT_EQ(sent.assignment.instance, treated);
  EXPECT_FALSE(
      store_.version(ProfileName("pay.production"), SemVer(1, 1, 0))->failed_reason.empty());
  const auto again = start("1.1.0", kDirect);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "deployment.version_failed");
  ReportService reports({store_, node().fleet, node().versions, clock_});
  auto report = reports.report(kAdmin, canary->id);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->find("evidence")->as_object());
  EXPECT_FALSE(report->find("changes")->find("modified")->as_array()->empty());
}

TEST_F(DeploymentTest, ASecondDeploymentIsRefusedAndNamesTheFirst) {
  fleet_on_first_version(3);
  const auto first = start("1.1.0", quick_canary());
  ASSERT_TRUE(first);
  const auto second = start("1.1.0", kDirect);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "deployment.already_active");
  EXPECT_TRUE(second.error().detail.contains(first->id.value));
}

TEST_F(DeploymentTest, AnInstanceThatRegistersMeanwhileGetsTheBaselineAndTheVersionAtTheEnd) {
  fleet_on_first_version(4);
  const auto canary = start("1.1.0", quick_canary());
  ASSERT_TRUE(canary);
  node().runner.run_due();
  Registration late;
  late.id = InstanceId("late");
  late.instance.service = ServiceName("pay");
  late.instance.environment = "Production";
  late.instance.hostname = "late";
  const auto registered = node().fleet.register_instance(kAdmin, std::move(late));
  ASSERT_TRUE(registered);
  ASSERT_EQ(registered->desired.size(), 1u);
  EXPECT_EQ(registered->desired[0].active->version.str(), "1.0.0");
  ids_.insert(InstanceId("late"));
  run_to_end(canary->id);
  EXPECT_EQ(state(canary->id), "Succeeded");
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.1.0"});
}

TEST_F(DeploymentTest, BlueGreenStagesEverywhereThenActivatesAndIsUndoneWithoutContent) {
  fleet_on_first_version(5);
  const auto switched =
      start("1.1.0", json::Object{{"type", "BlueGreen"}, {"verificationPeriod", "PT4S"}});
  ASSERT_TRUE(switched);
  node().delivery.sent.clear();
  node().runner.run_due();
  for (const auto& sent : node().delivery.sent) EXPECT_EQ(sent.mode, AssignMode::Stage);
  EXPECT_EQ(node().delivery.sent.size(), 5u);
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.0.0"});
  run_to_end(switched->id);
  ASSERT_EQ(state(switched->id), "Succeeded");
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.1.0"});
  node().delivery.sent.clear();
  auto undone = node().deployments.command(kAdmin, switched->id,
                                           Rollback{.reason = "changed my mind", .by = {}});
  ASSERT_TRUE(undone) << undone.error().detail;
  run_to_end(switched->id);
  EXPECT_EQ(state(switched->id), "RolledBack");
  for (const auto& sent : node().delivery.sent) EXPECT_EQ(sent.mode, AssignMode::Activate);
  EXPECT_EQ(versions_desired(), std::set<std::string>{"1.0.0"});
  EXPECT_EQ(store_.profile(ProfileName("pay.production"))->stable->str(), "1.0.0");
}

TEST_F(DeploymentTest, RollingPausesAndResumes) {
  fleet_on_first_version(4);
  const auto rolling = start(
      "1.1.0", json::Object{{"type", "Rolling"}, {"batchSize", 1}, {"batchInterval", "PT2S"}});
  ASSERT_TRUE(rolling);
  node().runner.run_due();
  ASSERT_TRUE(node().deployments.command(kAdmin, rolling->id, Pause{.reason = "look", .by = {}}));
  for (int i = 0; i < 10; ++i) {
    pass(2s);
    round();
  }
  EXPECT_EQ(state(rolling->id), "Paused");
  EXPECT_EQ(versions_desired(), (std::set<std::string>{"1.0.0", "1.1.0"}));
  ASSERT_TRUE(node().deployments.command(kAdmin, rolling->id, Resume{}));
  run_to_end(rolling->id);
  EXPECT_EQ(state(rolling->id), "Succeeded");
}

TEST_F(DeploymentTest, SurvivesACrashAfterEveryCommit) {
  for (int nth = 1; nth <= 12; ++nth) {
    SCOPED_TRACE("crash after commit " + std::to_string(nth));
    start_afresh();
    fleet_on_first_version(4);
    const auto canary = start("1.1.0", quick_canary());
    ASSERT_TRUE(canary);
    store_.fail_after_commit(nth);  // the change is made, the process never hears of it and dies
    for (int i = 0; i < 6; ++i) {
      round();
      pass(2s);
    }
    restart();
    run_to_end(canary->id);
    EXPECT_EQ(state(canary->id), "Succeeded");
    EXPECT_EQ(versions_desired(), std::set<std::string>{"1.1.0"});
    std::map<std::string, int> kinds;
    for (const auto& event :
         store_.events({.profile = {}, .deployment = canary->id.value}, 0, 500).value())
      ++kinds[event.kind];
    EXPECT_EQ(kinds["deployment.succeeded"], 1);
    EXPECT_EQ(kinds["deployment.started"], 1);
  }
}

TEST_F(DeploymentTest, AStoreThatFailsForAWhileDelaysButLosesNothing) {
  fleet_on_first_version(4);
  const auto canary = start("1.1.0", quick_canary());
  ASSERT_TRUE(canary);
  node().runner.run_due();
  heartbeats();
  store_.set_down(true);
  for (int i = 0; i < 3; ++i) {
    pass(2s);
    node().runner.run_due();
  }
  store_.set_down(false);
  run_to_end(canary->id);
  EXPECT_EQ(state(canary->id), "Succeeded");
}

TEST_F(DeploymentTest, AnInstanceOfflineThroughoutConvergesOnReturn) {
  fleet_on_first_version(5);
  const InstanceId away("pay-3");
  const auto others = [&](const InstanceId& id) { return id != away; };
  const auto healthy = [](const InstanceId&) { return good(); };
  for (int i = 0; i < 4; ++i) {
    pass(4s);
    heartbeats(others, healthy);
    node().fleet.sweep();
  }
  ASSERT_EQ(node().fleet.get(kAdmin, away)->instance.status, InstanceStatus::Degraded);
  const auto canary = start("1.1.0", quick_canary());
  ASSERT_TRUE(canary) << canary.error().detail;
  for (int i = 0; i < 60 && !is_terminal(now(canary->id).state); ++i) {
    node().runner.run_due();
    pass(2s);
    heartbeats(others, healthy);
  }
  EXPECT_EQ(state(canary->id), "Succeeded");
  Caller self = caller_with(Role::Instance, away.value);
  self.principal.instance = away;
  const auto desired = node().fleet.desired(self, away);
  ASSERT_TRUE(desired);
  EXPECT_EQ(desired->at(0).active->version.str(), "1.1.0");
}

TEST_F(DeploymentTest, AHundredDeploymentsRunBesideEachOther) {
  std::vector<DeploymentId> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string service = "svc" + std::to_string(i);
    create_profile(service + ".production", service);
    upload("1.0.0", i, service + ".production");
    register_instances(3, service);
    const auto begun = start("1.0.0", kDirect, service + ".production");
    ASSERT_TRUE(begun) << begun.error().detail;
    ids.push_back(begun->id);
  }
  EXPECT_EQ(node().runner.active(), 100u);
  node().runner.run_due();
  round();
  for (const DeploymentId& id : ids) EXPECT_EQ(state(id), "Succeeded");
  EXPECT_EQ(node().runner.active(), 0u);
}

TEST_F(DeploymentTest, DryRunShowsThePlanAndSavesNothing) {
  fleet_on_first_version(10);
  StartDeployment request;
  request.profile = ProfileName("pay.production");
  request.version = "^1.1";
  request.strategy = strategy_from_json(quick_canary(), "$").value();
  request.dry_run = true;
  const auto planned = node().deployments.start(kAdmin, std::move(request));
  ASSERT_TRUE(planned);
  ASSERT_EQ(planned->plan.steps.size(), 3u);
  EXPECT_EQ(planned->plan.steps[0].cohort, 1u);
  EXPECT_EQ(planned->plan.steps[1].cohort, 5u);
  EXPECT_FALSE(store_.deployment(planned->id));
}

}  // namespace
}  // namespace hotswap::testing
