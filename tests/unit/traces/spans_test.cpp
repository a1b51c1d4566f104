// A deployment's spans, decision by decision, without a store or a clock.
#include "domain/rollout/spans.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "testing/memory_tracer.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using testing::attribute;
using tracing::Span;

const WallTime kStart{std::chrono::hours(480'000)};
constexpr auto kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Decides as the runner does, and keeps what it would tell.
struct Told {
  explicit Told(const char* strategy, std::size_t targets, bool sampled = true) {
    now.id = DeploymentId("d-1");
    now.profile = ProfileName("shop.production");
    now.version = SemVer(2, 0, 0);
    now.strategy = strategy_from_json(*json::parse(strategy), "$").value();
    now.plan = plan(now.strategy, targets);
    now.created_at = kStart;
    now.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    auto caller = *tracing::parse_context(kParent);
    caller.sampled = sampled;
    json::Object request;
    remember_trace(request, caller);
    now.request = std::move(request);
    for (std::size_t i = 0; i < targets; ++i) {
      Target target;
      target.instance = InstanceId("i" + std::to_string(i));
      target.previous = SemVer(1, 0, 0);
      now.targets.push_back(target);
    }
  }
  void decides(const DeploymentEvent& event, Duration after) {
    auto decision = decide(now, event, kStart + after).value();
    for (const Effect& effect : decision.effects)
      if (const auto* assign = std::get_if<Assign>(&effect)) {
        ++generation;
        for (const auto index : assign->targets)
          decision.next.targets[index].generation = generation;
      }
    for (auto& span : ended_spans({now, decision.next, decision.changed_targets, decision.effects,
                                   kStart + after, kStart + after + 1ms, false}))
      spans.push_back(std::move(span));
    now = std::move(decision.next);
  }
  void answers(TargetState state, Duration after, const std::string& reason = {}) {
    Reported reported;
    for (const auto& target : now.targets)
      if (target.state == TargetState::Assigned || target.state == TargetState::Received)
        reported.reports.push_back({target.instance, target.generation, state, reason});
    decides(reported, after);
  }
  [[nodiscard]] std::vector<Span> named(std::string_view name) const {
    auto found = spans;
    std::erase_if(found, [&](const Span& span) { return span.name != name; });
    return found;
  }
  [[nodiscard]] Span only(std::string_view name) const {
    const auto found = named(name);
    EXPECT_EQ(found.size(), 1u) << name;
    return found.empty() ? Span{} : found.front();
  }

  Deployment now;
  std::uint64_t generation = 0;
  std::vector<Span> spans;
};

TEST(DeploymentSpans, EndWithWhatTheyTellOfAndHaveItsTimes) {
  Told told("\"Direct\"", 2);
  told.decides(Tick{}, 10ms);
  EXPECT_TRUE(told.named("config.deploy.instance").empty()) << "nobody has answered";
  told.answers(TargetState::Received, 20ms);
  EXPECT_EQ(told.named("config.push").size(), 2u);
  told.answers(TargetState::Applied, 50ms);
  ASSERT_TRUE(std::holds_alternative<Succeeded>(told.now.state));
  const auto root = told.only("config.deploy");
  EXPECT_EQ(root.context.span, root_context(told.now).span);
  EXPECT_EQ(root.parent.hex(), "00f067aa0ba902b7");
  EXPECT_EQ(root.start, kStart);
  EXPECT_EQ(root.end, kStart + 51ms);
  EXPECT_FALSE(root.failed);
  EXPECT_EQ(told.only("config.complete").parent, root.context.span);
  const auto instances = told.named("config.deploy.instance");
  ASSERT_EQ(instances.size(), 2u);
  EXPECT_EQ(instances[0].context.span, tracing::instance_span(root.context.span, "i0", 1));
  EXPECT_EQ(instances[0].parent, root.context.span);
  EXPECT_EQ(instances[0].start, kStart + 10ms);
  EXPECT_EQ(instances[0].end, kStart + 50ms);
  EXPECT_EQ(attribute(instances[0], "hotswap.outcome"), "Applied");
  const auto pushes = told.named("config.push");
  EXPECT_EQ(pushes[0].parent, instances[0].context.span);
  EXPECT_EQ(pushes[0].end, kStart + 20ms);
}

TEST(DeploymentSpans, OfARefusalGoBackBelowTheRollbackWithoutTheInstancesWords) {
  Told told("\"Direct\"", 2);
  told.decides(Tick{}, 10ms);
  told.answers(TargetState::Rejected, 20ms, "hunter2 is too short");
  for (int i = 1; i < 100 && !is_terminal(told.now.state); ++i) {
    told.answers(TargetState::Applied, 20ms + i * 1s);
    told.decides(Tick{}, 20ms + i * 1s);
  }
  ASSERT_TRUE(is_terminal(told.now.state));
  const auto root = told.only("config.deploy");
  EXPECT_TRUE(root.failed);
  EXPECT_EQ(told.only("config.rollback").parent, root.context.span);
  for (const auto& span : told.spans) {
    EXPECT_FALSE(span.failure.contains("hunter2")) << span.name;
    for (const auto& one : span.attributes)
      EXPECT_FALSE(attribute(span, one.key).contains("hunter2")) << span.name << ' ' << one.key;
  }
}

TEST(DeploymentSpans, AreNotMadeOfWhatIsNotSampledUntilItFails) {
  Told good("\"Direct\"", 2, false);
  good.decides(Tick{}, 10ms);
  good.answers(TargetState::Applied, 20ms);
  ASSERT_TRUE(std::holds_alternative<Succeeded>(good.now.state));
  EXPECT_TRUE(good.spans.empty());
  EXPECT_FALSE(root_context(good.now).sampled);

  Told bad("\"Direct\"", 2, false);
  bad.decides(Tick{}, 10ms);
  bad.decides(Rollback{"no", "ada"}, 20ms);
  EXPECT_TRUE(root_context(bad.now).sampled) << "instances are told so as well";
  for (int i = 1; i < 100 && !is_terminal(bad.now.state); ++i) {
    bad.answers(TargetState::Applied, 20ms + i * 1s);
    bad.decides(Tick{}, 20ms + i * 1s);
  }
  EXPECT_FALSE(bad.only("config.deploy").parent.valid());
  EXPECT_EQ(bad.only("config.rollback").parent, bad.only("config.deploy").context.span);
}

TEST(DeploymentSpans, ATakeoverLinksToWhatItWasIn) {
  Told told("\"Direct\"", 2);
  told.decides(Tick{}, 10ms);
  const auto span =
      takeover_span(told.now, *tracing::span_id_from_hex("00000000000000aa"), kStart + 15ms);
  ASSERT_TRUE(span);
  told.answers(TargetState::Applied, 20ms);
  ASSERT_EQ(span->links.size(), 1u);
  const auto steps = told.named("config.deploy.step");
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(span->links[0].span, steps[0].context.span);
}

}  // namespace
}  // namespace hotswap
