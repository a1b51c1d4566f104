// Channels, dead letters, and what is told of a deployment, over HTTP.
#include "testing/memory_tracer.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

const std::string kChannels = "/api/v1/notifications/channels";
const std::string kBody =
    R"({"name":"chat","type":"slack","target":"https://hooks.example/T/secret"})";

TEST(Notifications, ChannelsAreMadeListedReplacedTestedAndDeleted) {
  World world;
  const auto made = world.post(kChannels, kBody);
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Location"), kChannels + "/chat");
  EXPECT_EQ(made.text("target"), "https://hooks.example/…");
  EXPECT_EQ(world.post(kChannels, kBody).text("reason"), "channel.exists");
  const auto listed = world.get(kChannels);
  EXPECT_EQ(listed.body.find("items")->as_array()->size(), 1u);
  EXPECT_FALSE(listed.response.body->contains("secret"));
  const auto put =
      world.ask(Role::Operator, Method::Put, kChannels + "/chat", R"({"severity":"critical"})");
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.text("severity"), "critical");
  EXPECT_EQ(world.memory.channels()->at(0).target, "https://hooks.example/T/secret");
  EXPECT_EQ(world.ask(Role::Admin, Method::Post, kChannels + "/chat/test").status, 204);
  ASSERT_EQ(world.channels.sent().size(), 1u);
  EXPECT_EQ(world.channels.sent()[0].second.state, "Test");
  EXPECT_EQ(world.ask(Role::Admin, Method::Delete, kChannels + "/chat").status, 204);
  EXPECT_EQ(world.ask(Role::Admin, Method::Delete, kChannels + "/chat").status, 404);
}

TEST(Notifications, EveryMistakeOfAChannelIsNamed) {
  World world;
  const auto answer = world.post(kChannels, R"({"name":"A B","type":"fax"})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.text("reason"), "channel.invalid");
  EXPECT_EQ(answer.body.find("errors")->as_array()->size(), 3u);
}

TEST(Notifications, DeadLettersAreListedReplayedAndThrownAway) {
  World world;
  for (const auto* id : {"d:1:2/chat", "d:1:3/chat"}) {
    ChangeSet changes;
    changes.push_back(change::EnqueueOutbox{
        id, "notification.channel",
        json::Object{{"channel", "chat"}, {"notice", json::Object{{"message", "m"}}}},
        world.clock.wall()});
    changes.push_back(change::BuryOutbox{id, 8, "503 Service Unavailable"});
    ASSERT_TRUE(world.committer.commit(std::move(changes)));
  }
  const std::string path = "/api/v1/notifications/dead-letters";
  const auto listed = world.get(path);
  ASSERT_EQ(listed.body.find("items")->as_array()->size(), 2u);
  const auto& first = listed.body.find("items")->as_array()->at(0);
  EXPECT_EQ(*first.find("receiver"), json::Value("chat"));
  EXPECT_EQ(world.ask(Role::Admin, Method::Post, path + "/d:1:2%2Fchat/replay").status, 204);
  EXPECT_EQ(world.store.outbox(world.clock.wall(), 10)->size(), 1u);
  EXPECT_EQ(world.ask(Role::Admin, Method::Delete, path + "/d:1:3%2Fchat").status, 204);
  EXPECT_EQ(world.ask(Role::Admin, Method::Delete, path + "/d:1:3%2Fchat").text("reason"),
            "dead_letter.not_found");
  EXPECT_TRUE(world.get(path).body.find("items")->as_array()->empty());
}

struct Told : ::testing::Test {
  World world;
  std::string path;

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", R"({"a":1,"key":{"type":"secret","value":"s3cr3t-one"}})");
    const auto member = world.join("web-1");
    const auto started = world.post("/api/v1/deployments",
                                    R"({"configName":"pay.production","configVersion":"1.0.0"})");
    ASSERT_EQ(started.status, 202) << *started.response.body;
    path = "/api/v1/deployments/" + started.text("id");
    world.runner.run_due();
    world.acknowledge(member);
    world.runner.run_due();
  }
  [[nodiscard]] Answer get_as(const std::string& target, const std::string& type) {
    auto request = world.request(Method::Get, target, world.token(Role::Viewer));
    request.headers.push_back({"Accept", type});
    return world.ask(request);
  }
};

TEST_F(Told, AReportIsJsonOrAPageThatMayRunNothing) {
  const auto report = world.get(path + "/report");
  EXPECT_EQ(report.status, 200);
  EXPECT_EQ(report.body.find("affected")->as_array()->size(), 1u);
  EXPECT_FALSE(report.response.body->contains("s3cr3t"));
  const auto page = get_as(path + "/report", "text/html");
  EXPECT_EQ(page.response.content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page.header("Content-Security-Policy").contains("default-src 'none'"));
  EXPECT_TRUE(page.response.body->contains("pay.production"));
  EXPECT_FALSE(page.response.body->contains("s3cr3t"));
}

TEST_F(Told, AnExplanationIsJsonOrPlainText) {
  const auto explanation = world.get(path + "/explanation");
  EXPECT_EQ(explanation.status, 200);
  EXPECT_EQ(explanation.text("state"), "Succeeded");
  const auto text = get_as(path + "/explanation", "text/plain");
  EXPECT_TRUE(text.response.body->contains("a-Admin started a Direct of pay.production 1.0.0"))
      << *text.response.body;
  EXPECT_EQ(world.get("/api/v1/deployments/none/explanation").status, 404);
}

TEST_F(Told, AReplayNeedsAPolicyAndSomethingThatWasMeasured) {
  EXPECT_EQ(world.post(path + "/replay", "{}").text("reason"), "health.invalid");
  EXPECT_EQ(world.post(path + "/replay", R"({"health":{"criteria":[{"name":"x"}]}})").status, 422);
  HealthRecord record;
  record.deployment = DeploymentId(path.substr(path.rfind('/') + 1));
  record.at = world.clock.wall();
  record.phase = "Soaking";
  ChangeSet changes;
  changes.push_back(change::AppendHealthRecord{record});
  ASSERT_TRUE(world.committer.commit(std::move(changes)));
  const auto replayed = world.post(path + "/replay", R"({"health":{}})");
  EXPECT_EQ(replayed.status, 200);
  EXPECT_EQ(*replayed.body.find("happened")->find("state"), json::Value("Succeeded"));
  EXPECT_FALSE(replayed.text("difference").empty());
}

TEST(Notifications, WhatARequestCallsIsCalledInItsTrace) {
  FakeClock clock;
  hotswap::testing::MemoryTracer tracer(clock);
  World world(tracer);
  ASSERT_EQ(world.post(kChannels, kBody).status, 201);
  auto request = world.request(Method::Post, kChannels + "/chat/test", world.token(Role::Admin));
  request.headers.push_back(
      {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
  const auto answer = world.ask(request);
  ASSERT_EQ(answer.status, 204);
  EXPECT_EQ(world.channels.traces(), std::vector{answer.header("traceparent")});
  EXPECT_EQ(TraceScope::current(), nullptr);
  World untraced;
  ASSERT_EQ(untraced.post(kChannels, kBody).status, 201);
  request.headers[0] = {"Authorization", "Bearer " + untraced.token(Role::Admin)};
  ASSERT_EQ(untraced.ask(request).status, 204);
  EXPECT_EQ(untraced.channels.traces(), std::vector<std::string>{""});
}

}  // namespace
}  // namespace hotswap::api::testing
