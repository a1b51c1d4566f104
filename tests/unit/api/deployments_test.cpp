#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

struct Rollout : ::testing::Test {
  World world;
  std::vector<World::Member> members;

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", R"({"v":1})");
    world.upload("2.0.0", R"({"v":2})");
    members = {world.join("one"), world.join("two")};
  }
  Answer start(const std::string& version, const std::string& more = "") {
    return world.post("/api/v1/deployments", R"({"configName":"pay.production","configVersion":")" +
                                                 version + "\"" + more + "}");
  }
  std::string complete(const std::string& version) {
    const auto id = start(version).text("id");
    world.runner.run_due();
    for (const auto& member : members) world.acknowledge(member);
    world.runner.run_due();
    return id;
  }
};

TEST_F(Rollout, IsStartedFollowedAndReported) {
  const auto started = start("1.0.0", R"(,"reason":"first")");
  ASSERT_EQ(started.status, 202) << *started.response.body;
  const auto location = started.header("Location");
  EXPECT_EQ(location, "/api/v1/deployments/" + started.text("id"));
  world.runner.run_due();
  const auto running = world.get(location);
  EXPECT_EQ(running.text("state"), "Running");
  EXPECT_EQ(running.body.find("step")->find("of")->as_int(), 1);
  EXPECT_EQ(running.body.find("counts")->find("Assigned")->as_int(), 2);
  EXPECT_EQ(running.body.find("targets")->as_array()->size(), 2u);
  EXPECT_FALSE(
      running.body.find("targets")->as_array()->front().find("hostname")->as_string()->empty());
  for (const auto& member : members) world.acknowledge(member);
  world.runner.run_due();
  const auto done = world.get(location);
  EXPECT_EQ(done.text("state"), "Succeeded") << *done.response.body;
  EXPECT_FALSE(done.text("finishedAt").empty());
  EXPECT_EQ(world.get(location + "/report").status, 200);
  EXPECT_EQ(world.get("/api/v1/configs/pay.production").text("stable"), "1.0.0");
  const auto listed = world.get("/api/v1/deployments?state=Succeeded&configName=pay.production");
  EXPECT_EQ(listed.body.find("items")->as_array()->size(), 1u);
}

TEST_F(Rollout, DryRunShowsThePlanAndChangesNothing) {
  const auto plan =
      start("1.0.0", R"(,"dryRun":true,"strategy":{"type":"Canary","phases":[50,100],)"
                     R"("canaryPercentage":50,"phaseInterval":"PT1M"})");
  ASSERT_EQ(plan.status, 200) << *plan.response.body;
  const auto& steps = *plan.body.find("plan")->find("steps")->as_array();
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].find("exposure")->find("instances")->as_int(), 1);
  EXPECT_EQ(*plan.body.find("plan")->find("expectedDuration")->as_string(), "PT2M");
  EXPECT_TRUE(world.get("/api/v1/deployments").body.find("items")->as_array()->empty());
}

TEST_F(Rollout, ObeysItsVerbs) {
  const auto id = start("1.0.0", R"(,"strategy":{"type":"Canary"})").text("id");
  const auto verb = [&](const std::string& name, const std::string& body = "") {
    return world.post("/api/v1/deployments/" + id + "/" + name, body);
  };
  world.runner.run_due();
  EXPECT_EQ(verb("resume").text("reason"), "deployment.not_paused");
  const auto paused = verb("pause", R"({"reason":"lunch"})");
  EXPECT_EQ(paused.text("state"), "Paused") << *paused.response.body;
  EXPECT_TRUE(paused.text("stateReason").contains("lunch"));
  EXPECT_EQ(verb("resume").text("state"), "Running");
  EXPECT_EQ(verb("promote", R"({"fool":true})").paths(), std::vector<std::string>{"$.fool"});
  const auto cancelled = verb("cancel", R"({"reason":"enough"})");
  EXPECT_EQ(cancelled.text("state"), "Cancelled") << *cancelled.response.body;
  EXPECT_EQ(verb("pause").text("reason"), "deployment.not_active");
}

TEST_F(Rollout, OfAnOlderContentIsANewVersion) {
  complete("1.0.0");
  complete("2.0.0");
  const auto back = world.post("/api/v1/configs/pay.production/rollback",
                               R"({"toVersion":"1.0.0","deploy":true})");
  ASSERT_EQ(back.status, 201) << *back.response.body;
  EXPECT_EQ(*back.body.find("version")->find("version")->as_string(), "2.0.1");
  EXPECT_EQ(*back.body.find("deployment")->find("configVersion")->as_string(), "2.0.1");
  const auto second = world.post("/api/v1/configs/pay.production/rollback",
                                 R"({"toVersion":"1.0.0","deploy":true})");
  EXPECT_EQ(second.text("reason"), "deployment.already_active");
  EXPECT_EQ(world.get("/api/v1/configs/pay.production/versions/2.0.2").status, 404);
}

TEST_F(Rollout, IsRefusedWithTheRemedy) {
  EXPECT_EQ(start("9.0.0").text("reason"), "version.not_found");
  EXPECT_EQ(start("1.0.0", R"(,"strategy":"Yolo")").paths(),
            std::vector<std::string>{"$.strategy"});
  EXPECT_EQ(start("1.0.0", R"(,"strategy":{"type":"Canary","phaseInterval":"-PT5M"})").status, 422);
  EXPECT_EQ(start("1.0.0", R"(,"strategy":{"type":"Canary","phaseInterval":"P900D"})").status, 422);
  EXPECT_EQ(start("1.0.0", R"(,"strategy":{"type":"Direct","speed":1})").status, 422);
  EXPECT_EQ(start("1.0.0", R"(,"targets":{"instances":["nobody"]})").text("reason"),
            "targets.unknown_instance");
  EXPECT_EQ(start("1.0.0", R"(,"dryrun":true)").paths(), std::vector<std::string>{"$.dryrun"});
  ASSERT_EQ(start("1.0.0").status, 202);
  const auto twice = start("2.0.0");
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(twice.text("reason"), "deployment.already_active");
}

TEST_F(Rollout, NeedsInstances) {
  const auto made = world.post("/api/v1/configs", R"({"name":"lonely","serviceName":"lonely",)"
                                                  R"("environment":"Staging"})");
  ASSERT_EQ(made.status, 201);
  world.upload("1.0.0", "{}", "lonely");
  const auto refused =
      world.post("/api/v1/deployments", R"({"configName":"lonely","configVersion":"latest"})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.text("reason"), "deployment.no_instances");
}

TEST_F(Rollout, ATimeToStartIsReadAndShown) {
  const auto at = format_time(world.clock.wall() + std::chrono::hours(1));
  const auto planned = start("1.0.0", R"(,"startAt":")" + at + "\"");
  ASSERT_EQ(planned.status, 202) << *planned.response.body;
  EXPECT_EQ(planned.text("state"), "Planned");
  EXPECT_EQ(planned.text("startAt"), at);
  world.runner.run_due();
  EXPECT_EQ(world.get(planned.header("Location")).text("state"), "Planned");
  for (const char* bad : {"tomorrow", "2000-01-01T00:00:00Z"}) {
    const auto refused = start("1.0.0", R"(,"startAt":")" + std::string(bad) + "\"");
    EXPECT_NE(refused.status, 202);
  }
}

TEST_F(Rollout, ADryRunShowsTheProofAndWhatTheCalendarSays) {
  complete("1.0.0");
  const auto shown = start("2.0.0", R"(,"dryRun":true)");
  ASSERT_EQ(shown.status, 200) << *shown.response.body;
  EXPECT_TRUE(*shown.body.find("proof")->find("possible")->as_bool());
  EXPECT_EQ(shown.body.find("proof")->find("held")->as_int(), 2);
  EXPECT_TRUE(*shown.body.find("calendar")->find("allowed")->as_bool());
  EXPECT_TRUE(shown.body.find("pools")->is_null());
}

}  // namespace
}  // namespace hotswap::api::testing
