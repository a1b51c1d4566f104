// Four eyes over HTTP: who may let a deployment start, and who may do without.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

struct Approvals : ::testing::Test {
  World world{ApprovalPolicy{{"Production"}, 24h}};

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", R"({"v":1})");
    world.join("one");
  }
  std::string token_of(const std::string& who, Role role) {
    Claims claims;
    claims.principal.subject = who;
    claims.principal.roles = {role};
    claims.expires = world.clock.wall() + 48h;
    return mint(claims, World::key());
  }
  Answer as(const std::string& who, Method method, const std::string& target,
            const std::string& body = "", Role role = Role::Operator) {
    return world.ask(world.request(method, target, token_of(who, role), body));
  }
  Answer start(const std::string& who, const std::string& more = "") {
    return as(who, Method::Post, "/api/v1/deployments",
              R"({"configName":"pay.production","configVersion":"1.0.0")" + more + "}");
  }
  Answer decides(const std::string& who, const std::string& verb, const std::string& id,
                 Role role = Role::Operator) {
    return as(who, Method::Post, "/api/v1/deployments/" + id + "/" + verb, R"({"reason":"r"})",
              role);
  }
  std::string state(const std::string& id) {
    return world.get("/api/v1/deployments/" + id).text("state");
  }
  Answer access(const std::string& lists, Role role = Role::Admin) {
    auto request = world.request(Method::Patch, "/api/v1/configs/pay.production",
                                 token_of("a-" + std::string(to_string(role)), role),
                                 R"({"access":)" + lists + "}");
    request.headers.back().value = "application/merge-patch+json";
    return world.ask(request);
  }
  std::size_t notices(const std::string& text) {
    std::size_t found = 0;
    for (const auto& item : world.memory.outbox(world.clock.wall(), 100).value())
      found += json::write(item.payload).contains(text) ? 1 : 0;
    return found;
  }
};

TEST_F(Approvals, NothingMovesBeforeASecondPersonSaidYes) {
  const auto asked = start("ann", R"(,"reason":"new prices")");
  ASSERT_EQ(asked.status, 202) << *asked.response.body;
  EXPECT_EQ(*asked.body.find("approval")->find("state"), json::Value("Waiting"));
  const auto id = asked.text("id");
  EXPECT_EQ(notices("ann asks for an approval"), 1U);
  for (int i = 0; i < 5; ++i) {
    world.runner.run_due();
    world.clock.advance(1h);
  }
  EXPECT_EQ(state(id), "Planned");
  EXPECT_EQ(world.post("/api/v1/deployments/" + id + "/promote", "").text("reason"),
            "deployment.awaits_approval");
  EXPECT_EQ(decides("ann", "approve", id).text("reason"), "deployment.own_approval");
  EXPECT_EQ(decides("ann", "approve", id, Role::Admin).status, 403);
  EXPECT_EQ(decides("eve", "approve", id, Role::Developer).status, 403);
  const auto done = decides("bob", "approve", id);
  ASSERT_EQ(done.status, 200) << *done.response.body;
  EXPECT_EQ(*done.body.find("approval")->find("by"), json::Value("bob"));
  world.runner.run_due();
  EXPECT_EQ(state(id), "Running");
  EXPECT_EQ(decides("bob", "approve", id).text("reason"), "deployment.not_awaiting_approval");
}

TEST_F(Approvals, ADenialOfOnesOwnIsOnRecordOnce) {
  const auto id = start("ann").text("id");
  static_cast<void>(decides("ann", "approve", id));
  const auto denied = world.get("/api/v1/audit?action=deployment.approve");
  const auto& entries = *denied.body.find("items")->as_array();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(*entries[0].find("outcome")->as_string(), "denied");
  EXPECT_EQ(*entries[0].find("actor")->as_string(), "ann");
}

TEST_F(Approvals, OnlyTheProfilesOperatorsDecide) {
  ASSERT_EQ(access(R"({"operators":["ann","bob"]})").status, 200);
  const auto id = start("ann").text("id");
  EXPECT_EQ(decides("eve", "approve", id).text("reason"), "access.forbidden");
  EXPECT_EQ(decides("eve", "reject", id).status, 403);
  EXPECT_EQ(decides("bob", "reject", id).status, 200);
  EXPECT_EQ(state(id), "Cancelled");
  EXPECT_EQ(notices("rejected by bob"), 1U);
}

TEST_F(Approvals, TargetsAreThoseWhoAreThereWhenItStarts) {
  const auto id = start("ann").text("id");
  world.join("two");
  world.clock.advance(1h);
  ASSERT_EQ(decides("bob", "approve", id).status, 200);
  world.runner.run_due();
  const auto running = world.get("/api/v1/deployments/" + id);
  EXPECT_EQ(running.text("state"), "Running");
  EXPECT_EQ(running.body.find("targets")->as_array()->size(), 2U);
}

TEST_F(Approvals, OneThatNobodyGivesEndsIt) {
  const auto id = start("ann").text("id");
  world.clock.advance(24h);
  EXPECT_EQ(decides("bob", "approve", id).text("reason"), "deployment.approval_expired");
  world.runner.run_due();
  EXPECT_EQ(state(id), "Cancelled");
  EXPECT_EQ(notices("nobody approved it"), 1U);
  EXPECT_EQ(start("ann").status, 202);
}

TEST_F(Approvals, AFreezeLeavesWhatWaitsAloneAndStopsItWhenItWouldStart) {
  const auto id = start("ann").text("id");
  ASSERT_EQ(world.post("/api/v1/calendar", R"({"type":"freeze","reason":"fire"})").status, 201);
  EXPECT_EQ(state(id), "Planned");
  ASSERT_EQ(decides("bob", "approve", id).status, 200);
  world.runner.run_due();
  EXPECT_EQ(state(id), "Cancelled");
}

TEST_F(Approvals, TheGlassIsBrokenByThoseWhoAreNamedAndAlarms) {
  const auto glass = R"(,"breakGlass":{"reason":"prices are wrong"})";
  EXPECT_EQ(start("ann", glass).status, 403);
  ASSERT_EQ(access(R"({"operators":["ann","bob"]})").status, 200);
  EXPECT_EQ(start("ann", R"(,"breakGlass":{})").status, 422);
  EXPECT_EQ(start("ann", R"(,"breakGlass":{"reason":""})").status, 422);
  const auto broken = start("ann", glass);
  ASSERT_EQ(broken.status, 202) << *broken.response.body;
  EXPECT_EQ(*broken.body.find("approval")->find("state"), json::Value("BreakGlass"));
  world.runner.run_due();
  EXPECT_EQ(state(broken.text("id")), "Running");
  EXPECT_EQ(notices("ann broke the glass"), 1U);
  const auto events = world.memory.events({}, 0, 1000).value();
  EXPECT_EQ(std::ranges::count(events, std::string("approval.bypassed"),
                               [](const auto& event) { return event.kind; }),
            1);
}

TEST_F(Approvals, WhereNobodyElseIsNeededThereIsNoGlass) {
  ASSERT_EQ(access(R"({"approval":"none"})").status, 200);
  EXPECT_EQ(start("ann", R"(,"breakGlass":{"reason":"x"})").status, 422);
  EXPECT_TRUE(start("ann").body.find("approval")->is_null());
}

TEST_F(Approvals, OnlyAnAdminLetsAProfileOffAndPeopleAreTold) {
  EXPECT_EQ(access(R"({"approval":"none"})", Role::Developer).text("reason"), "access.approval");
  EXPECT_EQ(access(R"({"approval":"required"})", Role::Developer).status, 200);
  EXPECT_EQ(access(R"({"approval":"none"})", Role::Developer).status, 403);
  EXPECT_EQ(access(R"({"approval":"sometimes"})").status, 422);
  EXPECT_EQ(access(R"({"approval":"none"})").status, 200);
  EXPECT_EQ(notices("switched off that deployments need a second person"), 1U);
  const auto made = world.ask(
      Role::Developer, Method::Post, "/api/v1/configs",
      R"({"name":"x","serviceName":"x","environment":"Production","access":{"approval":"none"}})");
  EXPECT_EQ(made.text("reason"), "access.approval");
}

TEST_F(Approvals, NobodyLocksThemselvesOut) {
  EXPECT_EQ(access(R"({"owners":["somebody"]})", Role::Developer).text("reason"), "access.lockout");
  EXPECT_EQ(access(R"({"owners":["a-Developer"]})", Role::Developer).status, 200);
  EXPECT_EQ(access(R"({"owners":["somebody"]})").status, 200);
}

TEST_F(Approvals, AScheduledOneStartsAtItsTimeOnceItIsApproved) {
  const auto later = format_time(world.clock.wall() + 3h);
  const auto id = start("ann", R"(,"startAt":")" + later + "\"").text("id");
  world.clock.advance(1h);
  ASSERT_EQ(decides("bob", "approve", id).status, 200);
  world.runner.run_due();
  EXPECT_EQ(state(id), "Planned");
  world.clock.advance(2h);
  world.runner.run_due();
  EXPECT_EQ(state(id), "Running");
}

TEST_F(Approvals, ARollbackOfARunningDeploymentNeedsNobodyElse) {
  const auto id = start("ann").text("id");
  ASSERT_EQ(decides("bob", "approve", id).status, 200);
  world.runner.run_due();
  EXPECT_EQ(as("ann", Method::Post, "/api/v1/deployments/" + id + "/rollback").status, 200);
}

TEST_F(Approvals, ADryRunTellsThatOneIsNeededAndAsksNobody) {
  const auto planned = start("ann", R"(,"dryRun":true)");
  EXPECT_EQ(planned.status, 200);
  EXPECT_EQ(*planned.body.find("approval")->find("state"), json::Value("Waiting"));
  EXPECT_EQ(notices("asks for an approval"), 0U);
}

/// Owners, operators and viewers by name and by team, on every route of one profile.
TEST(AccessLists, NarrowEveryRouteOfAProfileToThoseWhoAreListed) {
  World world;
  world.make_profile();
  world.upload("1.0.0", R"({"v":1})");
  world.upload("1.1.0", R"({"v":2})");
  world.join("one");
  const auto narrowed = world.ask([&] {
    auto request =
        world.request(Method::Patch, "/api/v1/configs/pay.production", world.token(Role::Admin),
                      R"({"access":{"owners":["own","team:o"],"operators":["op","team:p"],)"
                      R"("viewers":["view","team:v"]}})");
    request.headers.back().value = "application/merge-patch+json";
    return request;
  }());
  ASSERT_EQ(narrowed.status, 200);
  const std::string one = "/api/v1/configs/pay.production";
  struct Case {
    Method method;
    std::string target, body;
    Role role;
    std::string name, team;  ///< who is listed
  };
  const std::vector<Case> cases = {
      {Method::Get, one, "", Role::Viewer, "view", "v"},
      {Method::Get, one + "/versions", "", Role::Viewer, "view", "v"},
      {Method::Get, one + "/versions/1.0.0", "", Role::Viewer, "view", "v"},
      {Method::Get, one + "/versions/1.0.0/diff/1.1.0", "", Role::Viewer, "view", "v"},
      {Method::Get, one + "/history", "", Role::Viewer, "view", "v"},
      {Method::Put, one + "/versions/1.0.0/tags/beta", "", Role::Developer, "own", "o"},
      {Method::Delete, one + "/versions/1.0.0/tags/beta", "", Role::Developer, "own", "o"},
      {Method::Post, one + "/versions", R"({"version":"9.0.0","data":{}})", Role::Developer, "own",
       "o"},
      {Method::Post, one + "/rollback", R"({"toVersion":"1.0.0"})", Role::Operator, "op", "p"},
      {Method::Post, "/api/v1/deployments",
       R"({"configName":"pay.production","configVersion":"1.0.0","dryRun":true})", Role::Operator,
       "op", "p"}};
  const auto ask = [&](const Case& each, const std::string& who, std::vector<std::string> teams) {
    Claims claims;
    claims.principal.subject = who;
    claims.principal.roles = {each.role};
    claims.principal.teams = std::move(teams);
    claims.expires = world.clock.wall() + 1h;
    return world.ask(world.request(each.method, each.target, mint(claims, World::key()), each.body))
        .status;
  };
  for (const auto& each : cases) {
    EXPECT_EQ(ask(each, "stranger", {"other"}), 403) << each.target;
    EXPECT_EQ(ask(each, "team:" + each.team, {}), 403) << each.target;
    EXPECT_LT(ask(each, each.name, {}), 300) << each.target;
    EXPECT_NE(ask(each, "stranger", {"other", each.team}), 403) << each.target;
  }
}

}  // namespace
}  // namespace hotswap::api::testing
