// Given a server and real services, when a version is deployed, then it runs where it should.
#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "cli/event_follower.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

/// A server with a profile, services, and 1.0.0 on all of them.
struct Rollout : ::testing::Test {
  Server server;
  Services services{server, 4};

  void SetUp() override {
    server.has_profile();
    server.has_version("1.0.0", example_config("1.0.0"));
    ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
    ASSERT_TRUE(services.all_run("1.0.0"));
  }
};

bool contains(const std::vector<std::string>& kinds, const std::string& kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

std::string with_pool_size(int size) {
  auto config = json::parse(example_config("1.0.0"));
  config->as_object()->find("database")->as_object()->set("poolSize", size);
  return json::write(*config);
}

TEST_F(Rollout, DirectReachesEveryInstanceAndTheApiKnowsIt) {
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys("1.1.0", kDirect);
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
  const auto config = server.api().get(cli::config_path(kProfile));
  ASSERT_TRUE(config);
  EXPECT_EQ(cli::text_at(*config, "stable"), "1.1.0");
  EXPECT_EQ(services[0].pays(), 200);
}

TEST_F(Rollout, CanaryGoesStepByStepUnderLoadToTheEnd) {
  const auto callers = services.callers(40);
  ASSERT_TRUE(eventually([&] { return callers->requests() > 400; }));
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id =
      server.deploys("1.1.0", R"({"type":"Canary","phases":[25,50,100],"phaseInterval":"PT1S"})");
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
  const auto kinds = server.kinds_of(id);
  EXPECT_EQ(std::ranges::count(kinds, "step.completed"), 3);
  for (const auto failures : callers->failures()) EXPECT_EQ(failures, 0u);
}

TEST_F(Rollout, BadCanaryIsRolledBackBeforeASecondInstanceGetsIt) {
  const auto callers = services.callers(40);
  ASSERT_TRUE(eventually([&] { return callers->requests() > 600; }));
  server.has_version("1.2.0", example_config("1.2.0"));
  const auto id =
      server.deploys("1.2.0", R"({"type":"Canary","phases":[25,50,100],"phaseInterval":"PT20S"})");
  EXPECT_EQ(server.final_state_of(id), "RolledBack");
  EXPECT_TRUE(services.all_run("1.0.0"));
  std::size_t hurt = 0;
  for (const auto failures : callers->failures()) hurt += failures > 0 ? 1 : 0;
  EXPECT_LE(hurt, 1u);
  const auto kinds = server.kinds_of(id);
  for (const auto* kind : {"rollback.detected", "rollback.alerted", "rollback.paused",
                           "rollback.started", "rollback.verified", "rollback.reported"}) {
    EXPECT_TRUE(contains(kinds, kind)) << kind;
  }
  const auto report = server.api().get(cli::deployment_path(id, "report"));
  ASSERT_TRUE(report);
  EXPECT_EQ(cli::items_at(*report, "affected").size(), 1u);
  EXPECT_FALSE(cli::items_at(*report, "changes.modified").empty());
}

TEST_F(Rollout, AfterARollbackTheVersionNeedsForce) {
  server.has_version("1.1.0", with_pool_size(0));
  ASSERT_EQ(server.final_state_of(server.deploys("1.1.0", kQuickCanary)), "RolledBack");
  const auto again = server.api().post(
      "/api/v1/deployments", json::Object{{"configName", kProfile}, {"configVersion", "1.1.0"}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "deployment.version_failed");
}

TEST_F(Rollout, AnInstancesOwnValidatorRejectsAndItsReasonIsTold) {
  server.has_version("1.1.0", with_pool_size(0));
  const auto id = server.deploys("1.1.0", kQuickCanary);
  EXPECT_EQ(server.final_state_of(id), "RolledBack");
  EXPECT_TRUE(services.all_run("1.0.0"));
  const auto answer = server.api().get(cli::deployment_path(id));
  ASSERT_TRUE(answer);
  EXPECT_NE(json::write(*answer).find("database.poolSize must be 1 to 1000"), std::string::npos);
  EXPECT_TRUE(contains(server.kinds_of(id), "target.rejected"));
}

TEST_F(Rollout, BlueGreenSwitchesAllAndItsUndoSwitchesBack) {
  server.has_version("2.0.0", example_config("2.0.0"));
  const auto id = server.deploys(
      "2.0.0", R"({"type":"BlueGreen","verificationPeriod":"PT0.5S","healthCheckEnabled":false})");
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(services.all_run("2.0.0"));
  server.commands(id, "rollback");
  EXPECT_TRUE(services.all_run("1.0.0"));
  EXPECT_TRUE(eventually([&] { return server.state_of(id) == "RolledBack"; }));
  const auto config = server.api().get(cli::config_path(kProfile));
  ASSERT_TRUE(config);
  EXPECT_EQ(cli::text_at(*config, "stable"), "1.0.0");
}

TEST_F(Rollout, RollingStandsStillWhilePausedAndGoesOnAfterwards) {
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys(
      "1.1.0",
      R"({"type":"Rolling","batchSize":1,"batchInterval":"PT1S","healthCheckEnabled":false})");
  ASSERT_TRUE(eventually([&] { return services.running("1.1.0") >= 1; }));
  server.commands(id, "pause");
  ASSERT_EQ(server.state_of(id), "Paused");
  // One batch may be on its way; beyond it nothing moves for longer than batches take.
  const auto at_pause = services.running("1.1.0");
  EXPECT_FALSE(eventually([&] { return services.running("1.1.0") > at_pause + 1; }, 2500ms));
  EXPECT_LT(services.running("1.1.0"), 4u);
  server.commands(id, "resume");
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
}

TEST_F(Rollout, CancelKeepsEveryInstanceWhereItIs) {
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys(
      "1.1.0",
      R"({"type":"Canary","phases":[25,100],"phaseInterval":"PT1H","healthCheckEnabled":false})");
  ASSERT_TRUE(eventually([&] { return services.running("1.1.0") == 1; }));
  server.commands(id, "cancel");
  EXPECT_EQ(server.state_of(id), "Cancelled");
  EXPECT_FALSE(eventually([&] { return services.running("1.1.0") != 1; }, 1500ms));
}

TEST_F(Rollout, PromoteSkipsTheWait) {
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys(
      "1.1.0",
      R"({"type":"Canary","phases":[25,100],"phaseInterval":"PT1H","healthCheckEnabled":false})");
  ASSERT_TRUE(eventually([&] { return services.running("1.1.0") == 1; }));
  const auto done =
      server.api().post(cli::deployment_path(id, "promote"), json::Object{{"full", true}});
  ASSERT_TRUE(done);
  EXPECT_TRUE(services.all_run("1.1.0"));
}

TEST_F(Rollout, ASecondDeploymentOfTheSameProfileIsRefusedAndNamesTheFirst) {
  server.has_version("1.1.0", example_config("1.1.0"));
  server.has_version("1.1.1", example_config("1.1.0"));
  const auto id = server.deploys(
      "1.1.0", R"({"type":"Canary","phaseInterval":"PT1H","healthCheckEnabled":false})");
  const auto second = server.api().post(
      "/api/v1/deployments", json::Object{{"configName", kProfile}, {"configVersion", "1.1.1"}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_EQ(second.error().reason, "deployment.already_active");
  EXPECT_NE(second.error().detail.find(id), std::string::npos);
}

TEST_F(Rollout, AnInstanceThatRunsOtherContentThanDesiredRaisesDrift) {
  ScriptedInstance liar(server.options(), kService, "liar");
  std::optional<Desired> desired;
  ASSERT_TRUE(eventually([&] { return (desired = liar.desired()).has_value(); }));
  ASSERT_TRUE(liar.reports(*desired, "running", std::string(64, 'a')));
  EXPECT_TRUE(eventually([&] {
    return std::ranges::any_of(server.all_events(), [&](const json::Value& event) {
      return cli::text_at(event, "kind") == "drift.detected" &&
             cli::text_at(event, "instance") == liar.id();
    });
  }));
}

TEST(Undo, SwitchesBackToTheHeldCopyWithoutSendingContent) {
  Server server;
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  server.has_version("2.0.0", R"({"a":2})");
  ScriptedInstance instance(server.options(), kService, "listener");
  cli::EventFollower stream(instance.options(), "/api/v1/instances/" + instance.id() + "/stream");
  std::vector<std::string> received;  // event and version, with + if content came along
  const auto plays_along_until = [&](const std::function<bool()>& done) {
    return eventually([&] {
      for (const auto& event : stream.take(50ms)) {
        const Desired told{cli::text_at(event.data, "profile"), cli::text_at(event.data, "version"),
                           cli::text_at(event.data, "hash"), cli::int_at(event.data, "generation")};
        const bool content = event.data.find("data") != nullptr;
        received.push_back(event.kind + " " + told.version + (content ? "+" : ""));
        EXPECT_TRUE(
            instance.reports(told, event.kind == "stage" ? "staged" : "applied", told.hash));
      }
      return done();
    });
  };
  const auto first = server.deploys("1.0.0", kDirect);
  ASSERT_TRUE(plays_along_until([&] { return server.state_of(first) == "Succeeded"; }));
  const auto id = server.deploys(
      "2.0.0", R"({"type":"BlueGreen","verificationPeriod":"PT0.1S","healthCheckEnabled":false})");
  ASSERT_TRUE(plays_along_until([&] { return server.state_of(id) == "Succeeded"; }));
  server.commands(id, "rollback");
  ASSERT_TRUE(plays_along_until([&] { return server.state_of(id) == "RolledBack"; }));
  const std::vector<std::string> expected{"config 1.0.0+", "stage 2.0.0+", "activate 2.0.0",
                                          "activate 1.0.0"};
  EXPECT_EQ(received, expected);
}

TEST(Fleet, HundredDeploymentsAtOnceAllSucceed) {
  constexpr int kDeployments = 100;
  // One thread speaks for two hundred instances: slow as it may be, none of them counts as silent.
  Server server({"--heartbeat-interval", "30s", "--remove-after", "5m"});
  std::vector<std::string> ids;
  std::vector<std::unique_ptr<ScriptedInstance>> instances;
  for (int i = 0; i < kDeployments; ++i) {
    const auto service = "service-" + std::to_string(i);
    const auto profile = service + ".production";
    server.has_profile(profile, service);
    server.has_version("1.0.0", R"({"a":1})", profile);
    for (int k = 0; k < 2; ++k) {
      instances.push_back(std::make_unique<ScriptedInstance>(server.options(), service,
                                                             service + "-" + std::to_string(k)));
    }
  }
  for (int i = 0; i < kDeployments; ++i) {
    ids.push_back(server.deploys("1.0.0",
                                 R"({"type":"Canary","phases":[50,100],"phaseInterval":"PT0.5S",)"
                                 R"("healthCheckEnabled":false})",
                                 "service-" + std::to_string(i) + ".production"));
  }
  std::size_t done = 0;
  EXPECT_TRUE(eventually(
      [&] {
        for (auto& instance : instances) instance->applies();
        done = static_cast<std::size_t>(std::ranges::count_if(
            ids, [&](const std::string& id) { return server.state_of(id) == "Succeeded"; }));
        return done == ids.size();
      },
      90s))
      << done << " of " << ids.size();
}

}  // namespace
}  // namespace hotswap::e2e
