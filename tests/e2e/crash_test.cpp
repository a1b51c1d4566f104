// Given a rollout, when the server is killed at any of its transitions and started again, then the
// rollout ends as it should and nothing that was acknowledged is lost.
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "cli/answer.hpp"
#include "cli/event_follower.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

struct Crash : ::testing::Test {
  Server server;
  Services services{server, 4};

  void SetUp() override {
    server.has_profile();
    server.has_version("1.0.0", example_config("1.0.0"));
    ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
    ASSERT_TRUE(services.all_run("1.0.0"));
  }

  /// Kills the server whenever the deployment's timeline shows a kind of event for the first time;
  /// the kinds at which it was killed.
  std::set<std::string> killed_at_each_transition_of(const std::string& id) {
    std::set<std::string> kinds;
    cli::EventFollower events(server.options(), cli::deployment_path(id, "events"));
    const auto end = std::chrono::steady_clock::now() + 120s;
    while (std::chrono::steady_clock::now() < end) {
      bool kill = false;
      const auto taken = events.take(500ms);
      for (const auto& event : taken) {
        seen.push_back(cli::int_at(event.data, "sequence"));
        kill = kinds.insert(cli::text_at(event.data, "kind")).second || kill;
      }
      if (kill) {
        server.kill();
        server.start_again();
      }
      const auto state = server.state_of(id);
      if (taken.empty() && (state == "Succeeded" || state == "RolledBack" || state == "Failed"))
        break;
    }
    return kinds;
  }

  void expect_nothing_lost(const std::vector<std::string>& versions) {
    for (const auto& version : versions) {
      EXPECT_TRUE(server.api().get(cli::config_path(kProfile, {"versions", version}))) << version;
    }
    std::set<std::int64_t> kept;
    std::int64_t last = 0;
    for (const auto& event : server.all_events()) {
      const auto sequence = cli::int_at(event, "sequence");
      EXPECT_EQ(sequence, last + 1) << "the feed has a gap or a repetition";
      last = sequence;
      kept.insert(sequence);
    }
    for (const auto sequence : seen) EXPECT_TRUE(kept.contains(sequence)) << sequence;
    EXPECT_TRUE(server.api().get("/api/v1/audit/verify"));
  }

  std::vector<std::int64_t> seen;  ///< sequences of events that were told before a kill
};

TEST_F(Crash, ACanaryKilledAtEachOfItsTransitionsCompletes) {
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys("1.1.0", kQuickCanary);
  const auto kinds = killed_at_each_transition_of(id);
  EXPECT_TRUE(kinds.contains("step.completed"));
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
  expect_nothing_lost({"1.0.0", "1.1.0"});
}

TEST_F(Crash, ACanaryKilledOnceAtAnyKindOfTransitionCompletes) {
  int minor = 1;
  std::vector<std::string> versions{"1.0.0"};
  for (const auto* kind : {"deployment.planned", "deployment.started", "step.assigning",
                           "step.soaking", "step.completed", "deployment.succeeded"}) {
    SCOPED_TRACE(kind);
    versions.push_back("1." + std::to_string(minor++) + ".0");
    server.has_version(versions.back(), example_config("1.1.0"));
    const auto id = server.deploys(versions.back(), kQuickCanary);
    {
      cli::EventFollower events(server.options(), cli::deployment_path(id, "events"));
      ASSERT_TRUE(eventually([&] {
        return std::ranges::any_of(events.take(100ms), [&](const cli::ServerEvent& event) {
          return cli::text_at(event.data, "kind") == kind;
        });
      }));
      server.kill();
    }
    server.start_again();
    EXPECT_EQ(server.final_state_of(id), "Succeeded");
    EXPECT_TRUE(services.all_run(versions.back()));
  }
  expect_nothing_lost(versions);
}

TEST_F(Crash, ARollbackKilledAtEachOfItsTransitionsIsFinished) {
  auto config = json::parse(example_config("1.1.0"));
  config->as_object()->find("database")->as_object()->set("poolSize", 0);
  server.has_version("1.1.0", json::write(*config));
  const auto id = server.deploys("1.1.0", kQuickCanary);
  const auto kinds = killed_at_each_transition_of(id);
  EXPECT_TRUE(kinds.contains("rollback.detected"));
  EXPECT_EQ(server.final_state_of(id), "RolledBack");
  EXPECT_TRUE(services.all_run("1.0.0"));
  expect_nothing_lost({"1.0.0", "1.1.0"});
}

TEST_F(Crash, UploadsAcknowledgedBeforeAKillAreAllThere) {
  std::vector<std::string> versions;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) {
      versions.push_back("3." + std::to_string(round) + "." + std::to_string(i));
      server.has_version(versions.back(), R"({"a":1})");
    }
    server.kill();
    server.start_again();
  }
  expect_nothing_lost(versions);
}

TEST_F(Crash, AnInstanceFrozenForTheWholeDeploymentConvergesOnReturn) {
  auto& sleeper = services[3];
  sleeper.process().send(SIGSTOP);
  ASSERT_TRUE(eventually([&] {
    return std::ranges::any_of(server.instances(), [](const json::Value& item) {
      return cli::text_at(item, "status") == "Degraded";
    });
  }));
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys("1.1.0", R"({"type":"Direct","ackTimeout":"PT3S"})");
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  sleeper.process().send(SIGCONT);
  EXPECT_TRUE(services.all_run("1.1.0"));
}

TEST_F(Crash, AnInstanceStartedAgainAfterTheDeploymentConverges) {
  services[3].kill();
  ASSERT_TRUE(eventually([&] {
    return std::ranges::any_of(server.instances(), [](const json::Value& item) {
      return cli::text_at(item, "status") == "Degraded";
    });
  }));
  server.has_version("1.1.0", example_config("1.1.0"));
  const auto id = server.deploys("1.1.0", R"({"type":"Direct","ackTimeout":"PT3S"})");
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  services[3].start_again();
  EXPECT_TRUE(services.all_run("1.1.0"));
}

TEST_F(Crash, InstancesServeTheirLastKnownGoodWithoutAServerAndStartFromIt) {
  server.kill();
  EXPECT_EQ(services[0].pays(), 200);
  EXPECT_EQ(services[0].version(), "1.0.0");
  services[1].kill();
  services[1].start_again();
  EXPECT_TRUE(eventually([&] { return services[1].version() == "1.0.0"; }));
  EXPECT_EQ(services[1].health(), 200);
  EXPECT_EQ(services[1].pays(), 200);
  server.start_again();
  server.has_version("1.1.0", example_config("1.1.0"));
  EXPECT_EQ(server.final_state_of(server.deploys("1.1.0", kDirect)), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
}

}  // namespace
}  // namespace hotswap::e2e
