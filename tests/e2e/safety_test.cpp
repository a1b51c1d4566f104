// What keeps a deployment safe, on the real server: gates that call out, a time to start, the
// emergency stop, the proof of a way back, and rollbacks that are looked at afterwards.
#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"
#include "unit/notify/receivers.hpp"

namespace hotswap::e2e {
namespace {

using hotswap::testing::HttpReceiver;

/// A server with one profile, 1.0.0 on three services.
struct Safety : ::testing::Test {
  Server server;
  Services services{server, 3};

  void SetUp() override {
    server.has_profile();
    server.has_version("1.0.0", example_config("1.0.0"));
    ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
    ASSERT_TRUE(services.all_run("1.0.0"));
    server.has_version("1.1.0", example_config("1.1.0"));
  }
  [[nodiscard]] json::Value deployment(const std::string& id) {
    auto answer = server.api().get(cli::deployment_path(id));
    EXPECT_TRUE(answer);
    return answer ? std::move(*answer) : json::Value();
  }
  [[nodiscard]] CommandResult deploy(std::vector<std::string> more) {
    std::vector<std::string> arguments{"-o", "json", "deploy", kProfile, "1.1.0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hotswap(server, std::move(arguments));
  }
  [[nodiscard]] static std::string id_in(const CommandResult& result) {
    const auto answer = json::parse(result.out);
    return answer ? cli::text_at(*answer, "id") : std::string();
  }
};

TEST_F(Safety, AGateIsAskedSignedUntilItOpensAndTheEndIsTold) {
  HttpReceiver gate("503 Service Unavailable", "the queue is full");
  HttpReceiver end;
  const std::string strategy =
      R"({"type":"Direct","hooks":[{"name":"gate","type":"confirm-rollout",)"
      R"("interval":"PT1S","url":")" +
      gate.url("/gate") + R"("},{"name":"end","type":"post-rollout","url":")" + end.url("/end") +
      R"("}]})";
  const auto id = server.deploys("1.1.0", strategy);
  ASSERT_TRUE(eventually([&] { return gate.requests().size() >= 2; }));
  EXPECT_EQ(services.running("1.1.0"), 0u);
  EXPECT_EQ(cli::text_at(deployment(id), "step.phase"), "Confirming");
  EXPECT_TRUE(json::write(deployment(id)).contains("the queue is full"));
  const auto call = gate.requests().front();
  EXPECT_TRUE(call.head.starts_with("POST /gate "));
  EXPECT_TRUE(call.header("X-HotSwap-Signature").contains("v1="));
  EXPECT_EQ(call.header("X-HotSwap-Id"), id + "/gate/0/1");
  const auto body = json::parse(call.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(cli::text_at(*body, "version"), "1.1.0");
  EXPECT_EQ(cli::text_at(*body, "previousVersion"), "1.0.0");
  gate.answer("200 OK");
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(eventually([&] { return end.requests().size() == 1; }));
}

TEST_F(Safety, AnEmergencyCallOfARollbackHookTakesTheVersionBack) {
  HttpReceiver alarm("404 Not Found");
  const auto begun = deploy({"--strategy", "Canary", "--phases", "50,100", "--phase-interval", "1h",
                             "--hook", "rollback=" + alarm.url("/alarm")});
  ASSERT_EQ(begun.code, 0) << begun.err;
  const auto id = id_in(begun);
  ASSERT_TRUE(eventually([&] { return services.running("1.1.0") == 2; }));
  alarm.answer("200 OK");
  ASSERT_TRUE(eventually([&] { return services.all_run("1.0.0"); }, 40s));
  EXPECT_TRUE(eventually([&] { return server.state_of(id) == "RolledBack"; }, 60s));
}

TEST_F(Safety, AScheduledDeploymentStartsAtItsTimeAlsoAfterACrash) {
  const auto begun = deploy({"--strategy", "Direct", "--start-at", "4s"});
  ASSERT_EQ(begun.code, 0) << begun.err;
  const auto id = id_in(begun);
  EXPECT_EQ(server.state_of(id), "Planned");
  EXPECT_FALSE(cli::text_at(deployment(id), "startAt").empty());
  server.kill();
  server.start_again();
  EXPECT_EQ(server.final_state_of(id), "Succeeded");
  EXPECT_TRUE(services.all_run("1.1.0"));
}

TEST_F(Safety, AScheduledDeploymentIsPromotedOrCancelled) {
  const auto first = deploy({"--strategy", "Direct", "--start-at", "24h"});
  ASSERT_EQ(first.code, 0) << first.err;
  server.commands(id_in(first), "cancel");
  EXPECT_EQ(server.state_of(id_in(first)), "Cancelled");
  const auto second = deploy({"--strategy", "Direct", "--start-at", "24h"});
  ASSERT_EQ(second.code, 0) << second.err;
  server.commands(id_in(second), "promote");
  EXPECT_EQ(server.final_state_of(id_in(second)), "Succeeded");
}

TEST_F(Safety, AFreezeHaltsWhatRunsAndRefusesWhatComes) {
  const auto id = server.deploys("1.1.0", R"({"type":"Rolling","batchSize":1,"batchInterval":"PT1H",
      "healthCheckEnabled":false})");
  ASSERT_TRUE(eventually([&] { return services.running("1.1.0") == 1; }));
  const auto frozen = server.api().post(
      "/api/v1/calendar",
      json::Object{{"type", "freeze"}, {"halt", true}, {"reason", "black friday"}});
  ASSERT_TRUE(frozen) << frozen.error().detail;
  EXPECT_EQ(server.state_of(id), "Paused");
  EXPECT_TRUE(cli::text_at(deployment(id), "stateReason").contains("black friday"));
  server.commands(id, "cancel");
  const auto refused = deploy({"--strategy", "Direct"});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE((refused.out + refused.err).contains("black friday")) << refused.err;
  const auto silent = deploy({"--strategy", "Direct", "--force"});
  EXPECT_NE(silent.code, 0);
  const auto forced = deploy({"--strategy", "Direct", "--force", "--reason", "cannot wait"});
  ASSERT_EQ(forced.code, 0) << forced.err;
  EXPECT_EQ(server.final_state_of(id_in(forced)), "Succeeded");
}

TEST_F(Safety, WithoutAWayBackOnlyForceGoesOn) {
  auto config = json::parse(example_config("1.1.0"));
  config->as_object()->set("extra", 1);
  server.has_version("1.2.0", json::write(*config));
  ASSERT_EQ(server.final_state_of(server.deploys("1.2.0", kDirect)), "Succeeded");
  // What runs would be refused from now on.
  ASSERT_TRUE(server.api().post(
      "/api/v1/schemas",
      json::parse(R"({"name":"strict","schema":{"properties":{"extra":false}}})").value()));
  ASSERT_TRUE(server.api().call({.method = "PATCH",
                                 .path = cli::config_path(kProfile),
                                 .body = R"({"schemaId":"strict"})",
                                 .content_type = "application/merge-patch+json"}));
  const auto refused = deploy({"--strategy", "Direct"});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE((refused.out + refused.err).contains("could not be rolled back")) << refused.err;
  EXPECT_TRUE((refused.out + refused.err).contains("$.extra")) << refused.err;
  const auto shown = hotswap(server, {"deploy", kProfile, "1.1.0", "--dry-run"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_TRUE(shown.out.contains("no way back")) << shown.out;
  const auto forced = deploy({"--strategy", "Direct", "--force"});
  ASSERT_EQ(forced.code, 0) << forced.err;
  EXPECT_EQ(server.final_state_of(id_in(forced)), "Succeeded");
}

TEST_F(Safety, ARollbackWaitsForHealthToBeBackAndTheRecordsAreKept) {
  const auto callers = services.callers(40);
  ASSERT_TRUE(eventually([&] { return callers->requests() > 600; }));
  server.has_version("1.2.0", example_config("1.2.0"));
  const auto id =
      server.deploys("1.2.0", R"({"type":"Canary","phases":[30,100],"phaseInterval":"PT60S"})");
  ASSERT_TRUE(eventually([&] { return server.state_of(id) == "RolledBack"; }, 90s))
      << server.state_of(id);
  bool verified = false;
  for (const auto& event : server.timeline_of(id)) {
    if (cli::text_at(event, "kind") != "rollback.verified") continue;
    verified = true;
    EXPECT_TRUE(cli::text_at(event, "message").contains("health"))
        << cli::text_at(event, "message");
  }
  EXPECT_TRUE(verified);
  const auto answer = deployment(id);
  EXPECT_TRUE(cli::bool_at(answer, "proof.possible"));
  EXPECT_EQ(cli::text_at(answer, "judgement.overall"), "Fail");
}

}  // namespace
}  // namespace hotswap::e2e
