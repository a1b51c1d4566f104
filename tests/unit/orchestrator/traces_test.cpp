// A deployment's trace, whoever drives it.
#include "domain/rollout/spans.hpp"
#include "unit/orchestrator/rollout_world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;
using tracing::Span;

Caller traced(bool sampled = true) {
  Caller caller = kAdmin;
  caller.trace = *tracing::parse_context("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  caller.trace.sampled = sampled;
  caller.trace_id = caller.trace.trace.hex();
  return caller;
}

class Traces : public RolloutWorld {
 protected:
  void SetUp() override {
    fleet_on_first_version(4);
    spans_.clear();
    node().tracer.clear();
  }
  DeploymentId traced_start(const json::Value& strategy, const Caller& caller = traced()) {
    const auto begun =
        node().deployments.start(caller, request_for("1.1.0", strategy, "pay.production"));
    EXPECT_TRUE(begun) << begun.error().detail;
    if (!begun) return {};
    node().runner.run_due();
    return begun->id;
  }
  /// Also of nodes that have died.
  std::vector<Span> spans(std::string_view name = {}) {
    auto all = spans_;
    std::ranges::copy(node().tracer.spans(), std::back_inserter(all));
    if (!name.empty()) std::erase_if(all, [&](const Span& span) { return span.name != name; });
    return all;
  }
  Span only(std::string_view name) {
    const auto found = spans(name);
    EXPECT_EQ(found.size(), 1u) << name;
    return found.empty() ? Span{} : found.front();
  }
  void dies_and_another_goes_on() {
    std::ranges::copy(node().tracer.spans(), std::back_inserter(spans_));
    restart();
  }
  static json::Object unjudged(Duration = {}) {
    return with(canary(), "healthCheckEnabled", false);
  }
  void expect_one_tree(const DeploymentId& id) {
    const auto root = root_context(now(id));
    std::set<tracing::SpanId> ids;
    for (const Span& span : spans()) {
      EXPECT_EQ(span.context.trace.hex(), "4bf92f3577b34da6a3ce929d0e0e4736") << span.name;
      EXPECT_TRUE(ids.insert(span.context.span).second) << span.name << " was told of twice";
      EXPECT_LE(span.start, span.end) << span.name;
    }
    for (const Span& span : spans()) {
      if (span.context.span == root.span) continue;
      EXPECT_TRUE(ids.contains(span.parent)) << span.name << " hangs in the air";
    }
  }
  std::vector<Span> spans_;
};

TEST_F(Traces, OfACanaryThatSucceedsIsOneTreeWithRealTimes) {
  const auto id = traced_start(unjudged());
  run_to_end(id);
  ASSERT_EQ(state(id), "Succeeded");
  expect_one_tree(id);
  const auto root = only("config.deploy");
  EXPECT_EQ(root.parent.hex(), "00f067aa0ba902b7") << "the request that started it";
  EXPECT_FALSE(root.failed);
  EXPECT_EQ(root.start, now(id).created_at);
  for (const auto& [key, value] :
       std::map<std::string, std::string>{{"hotswap.deployment", id.value},
                                          {"hotswap.profile", "pay.production"},
                                          {"hotswap.version", "1.1.0"},
                                          {"hotswap.service", "pay"},
                                          {"hotswap.environment", "Production"},
                                          {"hotswap.strategy", "Canary"},
                                          {"hotswap.state", "Succeeded"},
                                          {"hotswap.targets", "4"}})
    EXPECT_EQ(attribute(root, key), value) << key;
  const auto instances = spans("config.deploy.instance");
  ASSERT_EQ(instances.size(), 4u);
  EXPECT_EQ(attribute(instances[0], "hotswap.step"), "0");
  EXPECT_EQ(attribute(instances[3], "hotswap.step"), "1");
  EXPECT_EQ(attribute(instances[0], "hotswap.outcome"), "Applied");
  EXPECT_EQ(instances[0].parent, root.context.span);
  const auto pushes = spans("config.push");
  ASSERT_EQ(pushes.size(), 4u);
  EXPECT_EQ(pushes[0].parent, instances[0].context.span);
  const auto complete = only("config.complete");
  EXPECT_EQ(complete.parent, root.context.span);
  EXPECT_LE(complete.end, root.end);
  EXPECT_EQ(only("config.validate").parent, root.context.span);
  std::size_t soaks = 0;
  for (const auto& step : spans("config.deploy.step"))
    if (attribute(step, "hotswap.phase") == "Soaking") {
      ++soaks;
      EXPECT_GE(step.end - step.start, 10s);
    }
  EXPECT_EQ(soaks, 2u);
}

TEST_F(Traces, InstancesFindTheirSpanByTheRootAndTheGeneration) {
  const auto id = traced_start(unjudged());
  const auto assigned = now(id).targets.front();
  run_to_end(id);
  const auto root = root_context(now(id));
  EXPECT_EQ(spans("config.deploy.instance").front().context.span,
            tracing::instance_span(root.span, assigned.instance.value, assigned.generation));
  EXPECT_TRUE(has_assigned(now(id), assigned.generation));
  EXPECT_FALSE(has_assigned(now(id), assigned.generation + 100));
}

TEST_F(Traces, OfARollbackShowWhoWentBackAndWhy) {
  const auto id = traced_start(canary());
  bad_rounds(id, 100);
  ASSERT_EQ(state(id), "RolledBack");
  expect_one_tree(id);
  const auto root = only("config.deploy");
  EXPECT_TRUE(root.failed);
  EXPECT_TRUE(root.failure.starts_with("health failed")) << root.failure;
  const auto rollback = only("config.rollback");
  EXPECT_EQ(rollback.parent, root.context.span);
  EXPECT_FALSE(rollback.failed) << "it went back as it should";
  EXPECT_LT(rollback.start, rollback.end);
  const auto check = spans("config.health.check");
  ASSERT_FALSE(check.empty());
  EXPECT_TRUE(check.back().failed);
  EXPECT_EQ(attribute(check.back(), "hotswap.verdict"), "Fail");
  std::size_t restored = 0;
  for (const auto& span : spans("config.deploy.instance"))
    if (attribute(span, "hotswap.outcome") == "Restored") {
      ++restored;
      EXPECT_EQ(span.parent, rollback.context.span);
    }
  EXPECT_EQ(restored, 2u);
}

TEST_F(Traces, OfAnotherNodeGoOnInTheSameTree) {
  const auto id = traced_start(unjudged());
  rounds(3);
  ASSERT_EQ(phase(id), "Soaking");
  dies_and_another_goes_on();
  run_to_end(id);
  ASSERT_EQ(state(id), "Succeeded");
  expect_one_tree(id);
  const auto takeover = only("config.deploy.takeover");
  EXPECT_EQ(takeover.parent, root_context(now(id)).span);
  ASSERT_EQ(takeover.links.size(), 1u);
  const auto steps = spans("config.deploy.step");
  const auto linked = std::ranges::find(steps, takeover.links[0].span,
                                        [](const Span& span) { return span.context.span; });
  ASSERT_NE(linked, steps.end()) << "the link leads to the phase that it was in";
  EXPECT_EQ(attribute(*linked, "hotswap.phase"), "Soaking");
}

TEST_F(Traces, NothingIsToldOfWhatIsNotSampledUnlessItFails) {
  const auto good = traced_start(unjudged(), traced(false));
  run_to_end(good);
  ASSERT_EQ(state(good), "Succeeded");
  EXPECT_EQ(spans().size(), 0u);
}

TEST_F(Traces, AnUnsampledFailureIsToldOfFromItsRollbackOn) {
  const auto id = traced_start(canary(), traced(false));
  bad_rounds(id, 100);
  ASSERT_EQ(state(id), "RolledBack");
  const auto root = only("config.deploy");
  EXPECT_TRUE(root.failed);
  EXPECT_FALSE(root.parent.valid()) << "the request was not recorded";
  EXPECT_EQ(only("config.rollback").parent, root.context.span);
  EXPECT_EQ(spans("config.push").size(), 2u) << "the way back alone";
  expect_one_tree(id);
}

TEST_F(Traces, ARefusedStartAndADryRunAreSpansOfTheirOwn) {
  auto request = request_for("1.0.0", kDirect, "pay.production");
  EXPECT_FALSE(node().deployments.start(traced(), request)) << "it is live already";
  auto refused = only("config.deploy");
  EXPECT_TRUE(refused.failed);
  EXPECT_EQ(refused.failure, "deployment.already_stable");
  node().tracer.clear();
  request = request_for("1.1.0", kDirect, "pay.production");
  request.dry_run = true;
  ASSERT_TRUE(node().deployments.start(traced(), request));
  EXPECT_EQ(attribute(only("config.deploy"), "hotswap.dry_run"), "true");
  EXPECT_EQ(only("config.validate").parent, only("config.deploy").context.span);
}

TEST_F(Traces, ADeploymentThatIsTakenBackAfterItsEndHasOneRoot) {
  const auto id = traced_start(kDirect);
  run_to_end(id);
  ASSERT_EQ(state(id), "Succeeded");
  const auto done = node().deployments.command(traced(), id, Rollback{"second thoughts", {}});
  ASSERT_TRUE(done) << done.error().detail;
  run_to_end(id);
  ASSERT_EQ(state(id), "RolledBack");
  expect_one_tree(id);
  EXPECT_EQ(spans("config.deploy").size(), 1u);
  EXPECT_TRUE(attribute(only("config.rollback"), "hotswap.reason").contains("second thoughts"));
}

TEST_F(Traces, OfARefusalKeepTheInstancesWordsToTheTimeline) {
  const auto id = traced_start(unjudged());
  heartbeats([](const InstanceId&) { return false; }, [](const InstanceId&) { return good(); });
  const auto target = now(id).targets.front();
  Caller self = caller_with(Role::Instance, target.instance.value);
  self.principal.instance = target.instance;
  Heartbeat beat;
  Observation refusal;
  refusal.profile = ProfileName("pay.production");
  refusal.version = SemVer::parse("1.1.0").value();
  refusal.generation = target.generation;
  refusal.state = ObservedState::Rejected;
  refusal.error = "password hunter2 is too short";
  beat.observed.push_back(std::move(refusal));
  ASSERT_TRUE(node().fleet.heartbeat(self, target.instance, std::move(beat)));
  node().runner.run_due();
  run_to_end(id);
  ASSERT_EQ(state(id), "RolledBack");
  for (const Span& span : spans()) {
    EXPECT_FALSE(span.failure.contains("hunter2")) << span.name;
    for (const auto& one : span.attributes)
      EXPECT_FALSE(attribute(span, one.key).contains("hunter2")) << span.name << ' ' << one.key;
  }
}

TEST_F(Traces, UploadsAndProfilesAreSpansBelowTheRequest) {
  auto draft = profile_draft_from_json(json::Object{
      {"name", "new.production"}, {"serviceName", "new"}, {"environment", "Production"}});
  ASSERT_TRUE(node().configs.create(traced(), std::move(*draft)));
  EXPECT_EQ(only("config.create").parent.hex(), "00f067aa0ba902b7");
  Upload upload;
  upload.number = SemVer::parse("1.0.0").value();
  upload.data = json::Object{{"a", 1}};
  ASSERT_TRUE(node().configs.upload(traced(), ProfileName("new.production"), upload));
  const auto span = only("config.version.upload");
  EXPECT_EQ(attribute(span, "hotswap.profile"), "new.production");
  EXPECT_EQ(attribute(span, "hotswap.version"), "1.0.0");
  upload.data = json::Object{{"a", 2}};
  EXPECT_FALSE(node().configs.upload(traced(), ProfileName("new.production"), upload));
  EXPECT_EQ(spans("config.version.upload").back().failure, "version.exists");
}

TEST_F(Traces, HooksAreCalledInTheDeploymentsTrace) {
  const json::Array hooks{json::Object{
      {"name", "gate"}, {"type", "confirm-rollout"}, {"url", "http://hooks.example/gate"}}};
  const auto id = traced_start(with(unjudged(), "hooks", hooks));
  ASSERT_EQ(node().hooks.calls().size(), 1u);
  EXPECT_EQ(node().hooks.calls()[0].traceparent, tracing::traceparent(root_context(now(id))));
}

}  // namespace
}  // namespace hotswap::testing
