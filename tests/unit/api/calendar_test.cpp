#include "domain/base/limits.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto kPath = "/api/v1/calendar";
constexpr auto kWindow =
    R"({"type":"window","scope":{"profile":"pay.production"},"days":["Thu"],"from":"09:00",)"
    R"("to":"17:00","timeZone":"Test/East"})";

/// The clock starts on Thursday, 2026-01-01 at 00:00, which is 02:00 in Test/East.
struct Calendar : ::testing::Test {
  World world;

  void SetUp() override {
    world.make_profile();
    world.upload("1.0.0", R"({"v":1})");
    world.upload("2.0.0", R"({"v":2})");
    world.join("one");
  }
  Answer start(const std::string& more = "", const std::string& version = "1.0.0") {
    return world.post("/api/v1/deployments", R"({"configName":"pay.production","configVersion":")" +
                                                 version + "\"" + more + "}");
  }
  Answer freeze(const std::string& more = "") {
    return world.post(kPath, R"({"type":"freeze","reason":"incident 7")" + more + "}");
  }
  std::string states() {
    std::string found;
    for (const auto& item : *world.get(kPath).body.find("items")->as_array()) {
      found += std::string(*item.find("state")->as_string()) + " ";
    }
    return found;
  }
  std::size_t count(const std::string& kind) {
    const auto events = world.memory.events({}, 0, 1000).value();
    return static_cast<std::size_t>(
        std::ranges::count(events, kind, [](const auto& event) { return event.kind; }));
  }
};

TEST_F(Calendar, AWindowIsOpenedListedAndClosed) {
  const auto added = world.post(kPath, kWindow);
  ASSERT_EQ(added.status, 201) << *added.response.body;
  EXPECT_EQ(added.header("Location"), std::string(kPath) + "/" + added.text("id"));
  EXPECT_EQ(added.text("state"), "closed");
  EXPECT_EQ(added.text("when"), "every Thu 09:00 to 17:00 Test/East");
  EXPECT_EQ(added.text("createdBy"), "a-Admin");
  world.clock.advance(std::chrono::hours(7));
  EXPECT_EQ(states(), "open ");
  EXPECT_EQ(world.ask(Role::Operator, Method::Delete, added.header("Location")).status, 204);
  EXPECT_EQ(states(), "");
  const auto again = world.ask(Role::Operator, Method::Delete, added.header("Location"));
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.text("reason"), "calendar.not_found");
  EXPECT_EQ(count("calendar.window_added"), 1u);
  EXPECT_EQ(count("calendar.window_removed"), 1u);
  AuditFilter filter;
  filter.action = "calendar.add_window";
  EXPECT_EQ(world.memory.audit(filter, {})->items.size(), 1u);
}

TEST_F(Calendar, AStartOutsideTheWindowsIsRefusedWithTheNextOpening) {
  ASSERT_EQ(world.post(kPath, kWindow).status, 201);
  const auto refused = start();
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.text("reason"), "deployment.outside_window");
  EXPECT_NE(refused.text("detail").find("2026-01-01T07:00:00Z"), std::string::npos)
      << refused.text("detail");
  EXPECT_EQ(start(R"(,"force":true)").status, 422);
  EXPECT_EQ(start(R"(,"dryRun":true)").status, 200);
  world.clock.advance(std::chrono::hours(7));
  EXPECT_EQ(start().status, 202);
}

TEST_F(Calendar, ForceWithAReasonPassesAndIsRemembered) {
  ASSERT_EQ(freeze().status, 201);
  EXPECT_EQ(start().text("reason"), "deployment.frozen");
  const auto forced = start(R"(,"force":true,"reason":"hotfix 9")");
  ASSERT_EQ(forced.status, 202) << *forced.response.body;
  EXPECT_NE(forced.text("reason").find("incident 7"), std::string::npos) << forced.text("reason");
}

TEST_F(Calendar, AFreezeWithHaltPausesWhatRunsInItsScope) {
  world.make_profile("other.production");
  world.upload("1.0.0", "{}", "other.production");
  const auto mine = start().text("id");
  const auto other = world
                         .post("/api/v1/deployments",
                               R"({"configName":"other.production","configVersion":"1.0.0"})")
                         .text("id");
  world.runner.run_due();
  const auto frozen = freeze(R"(,"halt":true,"scope":{"profile":"pay.production"})");
  ASSERT_EQ(frozen.status, 201) << *frozen.response.body;
  EXPECT_EQ(frozen.body.find("halted")->as_int(), 1);
  const auto& halted = *frozen.body.find("deployments")->as_array();
  ASSERT_EQ(halted.size(), 1u);
  EXPECT_EQ(*halted.front().find("id")->as_string(), mine);
  EXPECT_EQ(*halted.front().find("state")->as_string(), "Paused");
  const auto seen = world.get("/api/v1/deployments/" + mine);
  EXPECT_NE(seen.text("stateReason").find(frozen.text("id")), std::string::npos);
  EXPECT_EQ(world.get("/api/v1/deployments/" + other).text("state"), "Running");
}

TEST_F(Calendar, WhatWasPausedStaysPausedWhenTheFreezeIsLifted) {
  const auto id = start().text("id");
  world.runner.run_due();
  const auto frozen = freeze(R"(,"halt":true)");
  EXPECT_EQ(states(), "frozen ");
  EXPECT_EQ(world.ask(Role::Admin, Method::Delete, frozen.header("Location")).status, 204);
  world.runner.run_due();
  EXPECT_EQ(world.get("/api/v1/deployments/" + id).text("state"), "Paused");
  EXPECT_EQ(world.post("/api/v1/deployments/" + id + "/resume", "").status, 200);
  EXPECT_EQ(world.get("/api/v1/deployments/" + id).text("state"), "Running");
  EXPECT_EQ(count("calendar.unfrozen"), 1u);
}

TEST_F(Calendar, AFreezeWithoutHaltLetsWhatRunsGoOn) {
  const auto id = start().text("id");
  world.runner.run_due();
  const auto frozen = freeze(R"(,"endAt":"2026-01-02T00:00:00Z")");
  EXPECT_EQ(frozen.body.find("halted")->as_int(), 0);
  EXPECT_EQ(world.get("/api/v1/deployments/" + id).text("state"), "Running");
  world.clock.advance(std::chrono::hours(24));
  EXPECT_EQ(states(), "over ");
}

TEST_F(Calendar, AFreezeThatCouldNotHaltEverythingStandsAndSaysSo) {
  const auto id = start().text("id");
  world.runner.run_due();
  world.store.fail_before_commit(2);
  const auto frozen = freeze(R"(,"halt":true)");
  ASSERT_EQ(frozen.status, 201) << *frozen.response.body;
  EXPECT_FALSE(frozen.text("trouble").empty());
  EXPECT_EQ(frozen.body.find("halted")->as_int(), 0);
  EXPECT_EQ(states(), "frozen ");
  EXPECT_EQ(world.get("/api/v1/deployments/" + id).text("state"), "Running");
  const auto again = freeze(R"(,"halt":true)");
  EXPECT_EQ(again.body.find("halted")->as_int(), 1);
}

TEST_F(Calendar, AnAnswerThatWasLostLeavesNoFreezeForgotten) {
  world.store.fail_after_commit(1);
  EXPECT_EQ(freeze().status, 503);
  EXPECT_EQ(start().text("reason"), "deployment.frozen");
}

TEST_F(Calendar, NobodyStartsWhileTheCalendarCannotBeRead) {
  world.store.set_down(true);
  EXPECT_EQ(world.calendar.may_start(Profile()).error().reason, "store.unavailable");
  world.store.set_down(false);
  EXPECT_TRUE(world.calendar.may_start(Profile())->allowed);
}

TEST_F(Calendar, BadInputIsRefusedByName) {
  const auto refused = [&](const std::string& body, const std::string& path) {
    const auto answer = world.post(kPath, body);
    EXPECT_EQ(answer.status, 422) << body;
    EXPECT_EQ(answer.text("reason"), "calendar.invalid") << body;
    EXPECT_NE(answer.response.body->find("\"" + path + "\""), std::string::npos)
        << *answer.response.body;
  };
  refused(R"({"type":"freeze"})", "$.reason");
  refused(R"({"type":"freeze","reason":"x","endAt":"2025-12-31T00:00:00Z"})", "$.endAt");
  refused(R"({"type":"freeze","reason":"x","halt":true,"startAt":"2026-02-01T00:00:00Z"})",
          "$.halt");
  refused(R"({"type":"freeze","reason":"x","scope":{"service":"nobody"}})", "$.scope.service");
  refused(R"({"type":"window","days":[1],"from":"1:00","to":"2:00","timeZone":"Mars/Olympus"})",
          "$.timeZone");
  const auto unknown = freeze(R"(,"scope":{"profile":"nobody"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.text("reason"), "config.not_found");
  EXPECT_EQ(states(), "");
}

TEST_F(Calendar, IsWrittenByOperatorsOnlyAndOfAProfileByItsOwn) {
  world.make_profile("ours.production", R"(,"access":{"operators":["team:ours"]})");
  const std::string ours =
      R"({"type":"freeze","reason":"x","scope":{"profile":"ours.production"}})";
  EXPECT_EQ(world.ask(Role::Developer, Method::Post, kPath, ours).status, 403);
  EXPECT_EQ(world.ask(Role::Operator, Method::Post, kPath, ours).status, 403);
  const auto by_team =
      world.ask(world.request(Method::Post, kPath, world.token(Role::Operator, {"ours"}), ours));
  ASSERT_EQ(by_team.status, 201) << *by_team.response.body;
  EXPECT_EQ(world.ask(Role::Operator, Method::Delete, by_team.header("Location")).status, 403);
  EXPECT_EQ(world.ask(Role::Viewer, Method::Get, kPath).status, 200);
}

TEST_F(Calendar, OfProfilesThatMayNotBeReadIsNotShown) {
  world.make_profile("secret.production", R"(,"access":{"viewers":["team:secret"]})");
  ASSERT_EQ(freeze(R"(,"scope":{"profile":"secret.production"})").status, 201);
  const auto seen = [&](const std::string& token) {
    const auto answer = world.ask(world.request(Method::Get, kPath, token));
    return answer.body.find("items")->as_array()->size();
  };
  EXPECT_EQ(seen(world.token(Role::Viewer)), 0u);
  EXPECT_EQ(seen(world.token(Role::Viewer, {"secret"})), 1u);
}

TEST_F(Calendar, HoldsOnlySoMany) {
  ChangeSet many;
  for (std::size_t i = 0; i < limits::kCalendarEntries; ++i) {
    CalendarEntry entry;
    entry.id = "e-" + std::to_string(i);
    entry.reason = "x";
    entry.when = Once{WallTime(), world.clock.wall()};
    many.push_back(change::PutCalendarEntry{entry});
  }
  ASSERT_TRUE(world.memory.commit(std::move(many)));
  const auto full = freeze();
  EXPECT_EQ(full.status, 409);
  EXPECT_EQ(full.text("reason"), "calendar.full");
}

}  // namespace
}  // namespace hotswap::api::testing
