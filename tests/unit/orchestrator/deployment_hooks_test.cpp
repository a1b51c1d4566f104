#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

class DeploymentHooksTest : public RolloutWorld {
 protected:
  void SetUp() override { fleet_on_first_version(4); }

  static json::Value hook(const std::string& type) {
    return json::Object{{"name", type}, {"type", type}, {"url", "http://hooks.example/" + type}};
  }
  static json::Object hooked(std::initializer_list<std::string> types) {
    json::Array hooks;
    for (const auto& type : types) hooks.push_back(hook(type));
    return with(with(canary(), "hooks", std::move(hooks)), "healthCheckEnabled", false);
  }
  void answer(bool passed) {
    node().hooks.answer_with([passed](const ScriptedHooks::Call&) {
      return HookCaller::Answer{passed, passed ? "200 OK" : "503 not yet"};
    });
  }
  std::size_t calls() { return node().hooks.calls().size(); }
};

TEST_F(DeploymentHooksTest, AGateBeforeTheFirstStepIsAskedUntilItPasses) {
  answer(false);
  const auto id = started(hooked({"confirm-rollout"}));
  EXPECT_EQ(phase(id), "Confirming");
  EXPECT_EQ(calls(), 1u);
  node().runner.run_due();
  EXPECT_EQ(calls(), 1u) << "not before its interval";
  pass(10s);
  node().runner.run_due();
  EXPECT_EQ(calls(), 2u);
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
  answer(true);
  pass(10s);
  node().runner.run_due();
  EXPECT_EQ(phase(id), "Assigning");
}

TEST_F(DeploymentHooksTest, ACallSaysWhichDeploymentWhereItStandsAndWhichAttempt) {
  const auto id = started(hooked({"confirm-rollout"}));
  ASSERT_EQ(calls(), 1u);
  const auto call = node().hooks.calls().front();
  EXPECT_EQ(call.url, "http://hooks.example/confirm-rollout");
  EXPECT_EQ(call.id, id.value + "/confirm-rollout/0/1");
  EXPECT_EQ(call.timeout, 10s);
  const auto text = [&](const char* name) { return *call.body.find(name)->as_string(); };
  EXPECT_EQ(text("deployment"), id.value);
  EXPECT_EQ(text("profile"), "pay.production");
  EXPECT_EQ(text("service"), "pay");
  EXPECT_EQ(text("environment"), "Production");
  EXPECT_EQ(text("version"), "1.1.0");
  EXPECT_EQ(text("previousVersion"), "1.0.0");
  EXPECT_EQ(text("phase"), "Confirming");
  EXPECT_EQ(text("hook"), "confirm-rollout");
  for (const char* name : {"step", "percentage", "attempt"})
    EXPECT_NE(call.body.find(name), nullptr) << name;
}

TEST_F(DeploymentHooksTest, ACallOnItsWayIsNotMadeAgain) {
  // A hook that hangs: while it does, the deployment is handled again and again.
  std::size_t inside = 0;
  node().hooks.answer_with([&](const ScriptedHooks::Call&) {
    ++inside;
    pass(30s);
    heartbeats();
    return HookCaller::Answer{false, "slow"};
  });
  const auto id = started(hooked({"confirm-rollout"}));
  ASSERT_EQ(phase(id), "Confirming");
  std::set<std::string> ids;
  for (const auto& call : node().hooks.calls()) EXPECT_TRUE(ids.insert(call.id).second) << call.id;
  EXPECT_EQ(inside, calls());
}

TEST_F(DeploymentHooksTest, AfterACrashTheSameCallIsMadeAgain) {
  answer(false);
  const auto id = started(hooked({"confirm-rollout"}));
  // The answer of the second call dies with the process.
  node().hooks.answer_with([this](const ScriptedHooks::Call&) {
    store_.set_down(true);
    return HookCaller::Answer{true, "200 OK"};
  });
  pass(10s);
  node().runner.run_due();
  ASSERT_EQ(calls(), 2u);
  const std::string second = node().hooks.calls().back().id;
  store_.set_down(false);
  restart();
  node().runner.run_due();
  ASSERT_GE(calls(), 1u);
  EXPECT_EQ(node().hooks.calls().front().id, second);
  EXPECT_EQ(phase(id), "Assigning");
}

TEST_F(DeploymentHooksTest, AHookAfterEachStepThatFailsRollsBack) {
  answer(true);
  const auto id = started(hooked({"each-step"}));
  answer(false);
  run_to_end(id, 60);
  EXPECT_EQ(state(id), "RolledBack");
  EXPECT_TRUE(std::get<RolledBack>(now(id).state).reason.contains("each-step"));
}

TEST_F(DeploymentHooksTest, ARollbackHookThatSaysYesRollsBackAtOnce) {
  answer(false);
  const auto id = started(hooked({"rollback"}));
  rounds(3);
  EXPECT_EQ(state(id), "Running");
  answer(true);
  run_to_end(id, 30);
  EXPECT_EQ(state(id), "RolledBack");
  EXPECT_EQ(desired_of(InstanceId("pay-0")), "1.0.0");
}

TEST_F(DeploymentHooksTest, PromoteDoesNotWaitForAGate) {
  answer(false);
  const auto id = started(hooked({"confirm-rollout"}));
  ASSERT_EQ(phase(id), "Confirming");
  const auto done = command(id, Promote{});
  ASSERT_TRUE(done) << done.error().detail;
  node().runner.run_due();
  EXPECT_EQ(phase(id), "Assigning");
}

TEST_F(DeploymentHooksTest, TheEndIsToldThroughTheOutbox) {
  const auto id = started(hooked({"post-rollout"}));
  EXPECT_EQ(calls(), 0u);
  run_to_end(id);
  ASSERT_EQ(state(id), "Succeeded");
  std::size_t hooks = 0;
  for (const auto& item : store_.outbox(clock_.wall() + 1h, 100).value()) {
    if (item.kind != "hook") continue;
    ++hooks;
    EXPECT_EQ(*item.payload.find("url")->as_string(), "http://hooks.example/post-rollout");
    EXPECT_EQ(*item.payload.find("timeout")->as_string(), "PT10S");
    EXPECT_EQ(*item.payload.find("body")->find("phase")->as_string(), "Succeeded");
  }
  EXPECT_EQ(hooks, 1u);
}

TEST_F(DeploymentHooksTest, WhatIsNotifiedSaysOfWhichDeploymentAndHowBadItIs) {
  answer(false);
  const auto id = started(hooked({"each-step"}));
  run_to_end(id, 60);
  std::vector<Notice> notices;
  for (const auto& item : store_.outbox(clock_.wall() + 1h, 100).value())
    if (item.kind == "notification") notices.push_back(notice_from_json(item.payload).value());
  ASSERT_FALSE(notices.empty());
  std::set<std::string> ids;
  for (const Notice& notice : notices) EXPECT_TRUE(ids.insert(notice.id).second);
  std::erase_if(notices, [&](const Notice& notice) { return notice.deployment != id.value; });
  ASSERT_FALSE(notices.empty());
  EXPECT_EQ(notices.front().profile, "pay.production");
  EXPECT_EQ(notices.front().environment, "Production");
  EXPECT_EQ(notices.front().version, "1.1.0");
  EXPECT_TRUE(std::ranges::any_of(
      notices, [](const Notice& notice) { return notice.severity == Severity::Critical; }));
}

}  // namespace
}  // namespace hotswap::testing
