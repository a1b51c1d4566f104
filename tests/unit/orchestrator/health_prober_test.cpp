#include "orchestrator/health_prober.hpp"

#include "domain/ports/trace_scope.hpp"
#include "domain/rollout/spans.hpp"
#include "testing/memory_metrics.hpp"
#include "testing/memory_tracer.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

/// Remembers what it was asked; answers when the test says so.
class FakeProber : public Prober {
 public:
  bool probe(const std::string& url, Duration, Done done) override {
    if (full) return false;
    asked.emplace_back(url, std::move(done));
    if (const auto* work = TraceScope::current()) traces.emplace(url, work->context);
    return true;
  }
  void answer_all(const Answer& answer) {
    for (auto& [url, done] : std::exchange(asked, {})) done(answer);
  }
  std::vector<std::pair<std::string, Done>> asked;
  std::map<std::string, tracing::Context> traces;  ///< by URL, of those that were asked in one
  bool full = false;
};

class HealthProberTest : public World {
 protected:
  void register_with_url(int count) {
    for (int i = 0; i < count; ++i) {
      Registration request;
      request.id = InstanceId("pay-" + std::to_string(i));
      request.instance.service = ServiceName("pay");
      request.instance.environment = "Production";
      request.instance.health_url = "http://10.0.0.1/" + std::to_string(i);
      ASSERT_TRUE(node().fleet.register_instance(kAdmin, std::move(request)));
    }
  }
  HealthProber& prober() {
    if (!prober_) prober_.emplace(node().fleet, fake_, metrics_, clock_, ProbeOptions{});
    return *prober_;
  }
  double skipped() const { return metrics_.value("hotswap_probes_total", {{"result", "skipped"}}); }

  FakeProber fake_;
  MemoryMetrics metrics_;
  std::optional<HealthProber> prober_;
};

TEST_F(HealthProberTest, EveryoneIsLookedAtOncePerIntervalEvenlySpread) {
  register_with_url(1000);
  prober();
  std::map<std::string, int> looks;
  std::size_t most = 0;
  for (int tick = 0; tick < 240; ++tick) {  // two intervals
    pass(250ms);
    prober().run_due();
    most = std::max(most, fake_.asked.size());
    for (const auto& [url, done] : fake_.asked) ++looks[url];
    fake_.answer_all({true, "200", 1ms});
  }
  EXPECT_EQ(looks.size(), 1000u);
  for (const auto& [url, count] : looks) EXPECT_EQ(count, 2) << url;
  EXPECT_LE(most, 30u) << "1000 looks in 120 ticks are 8.3 at a time";
}

TEST_F(HealthProberTest, ALateCallCatchesUpOnce) {
  register_with_url(10);
  prober();
  pass(10min);
  prober().run_due();
  EXPECT_EQ(fake_.asked.size(), 10u);
  prober().run_due();
  EXPECT_EQ(fake_.asked.size(), 10u);
}

TEST_F(HealthProberTest, WhatIsFoundIsTheInstancesCheck) {
  register_with_url(1);
  prober();
  pass(30s);
  prober().run_due();
  fake_.answer_all({false, "503", 12ms});
  const auto view = node().fleet.get(kAdmin, InstanceId("pay-0"));
  ASSERT_TRUE(view->probe);
  EXPECT_EQ(view->probe->detail, "503");
  EXPECT_EQ(view->probe->took, 12ms);
  EXPECT_EQ(
      node().fleet.sum(InstanceId("pay-0"), clock_.wall() - 1s, clock_.wall() + 1ms).failed_checks,
      1u);
  EXPECT_EQ(metrics_.value("hotswap_probes_total", {{"result", "unhealthy"}}), 1);
}

TEST_F(HealthProberTest, AnAnswerThatDoesNotComeIsNotAskedForTwice) {
  register_with_url(5);
  prober();
  for (int i = 0; i < 3; ++i) {
    pass(30s);
    prober().run_due();
  }
  EXPECT_EQ(fake_.asked.size(), 5u);
  EXPECT_EQ(skipped(), 10);
}

TEST_F(HealthProberTest, AFullQueueIsNobodysFault) {
  register_with_url(5);
  prober();
  fake_.full = true;
  pass(30s);
  prober().run_due();
  EXPECT_EQ(skipped(), 5);
  EXPECT_EQ(node().fleet.sum(InstanceId("pay-0"), clock_.wall() - 1s, clock_.wall() + 1ms).checks,
            0u);
  fake_.full = false;
  pass(30s);
  prober().run_due();
  EXPECT_EQ(fake_.asked.size(), 5u);
}

TEST_F(HealthProberTest, AnswersAfterItsEndAreDropped) {
  register_with_url(1);
  prober();
  pass(30s);
  prober().run_due();
  prober_.reset();
  fake_.answer_all({false, "503", 1ms});
  EXPECT_FALSE(node().fleet.get(kAdmin, InstanceId("pay-0"))->probe);
}

TEST_F(HealthProberTest, NobodyIsLookedAtWithoutAnIntervalOrAUrl) {
  register_instances(3, "orders");
  register_with_url(1);
  HealthProber none(node().fleet, fake_, metrics_, clock_, {.interval = 0s, .timeout = 5s});
  prober();
  pass(1min);
  none.run_due();
  EXPECT_TRUE(fake_.asked.empty());
  prober().run_due();
  EXPECT_EQ(fake_.asked.size(), 1u);
}

TEST_F(HealthProberTest, LooksForADeploymentBelongToItsTraceAndAllOthersToNone) {
  register_with_url(3);
  auto deployment = std::make_shared<Deployment>();
  deployment->id = DeploymentId("d-1");
  deployment->trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  for (int i = 0; i < 2; ++i) {
    Target target;
    target.instance = InstanceId("pay-" + std::to_string(i));
    target.generation = i == 0 ? 7 : 0;
    deployment->targets.push_back(target);
  }
  const auto active = [&] { return std::vector<std::shared_ptr<const Deployment>>{deployment}; };
  prober().trace_with(nullptr, active);
  pass(30s);
  prober().run_due();
  ASSERT_EQ(fake_.asked.size(), 3u);
  EXPECT_TRUE(fake_.traces.empty());
  fake_.answer_all({true, "200", 1ms});
  MemoryTracer tracer(clock_);
  prober().trace_with(&tracer, active);
  pass(30s);
  prober().run_due();
  ASSERT_EQ(fake_.asked.size(), 3u);
  ASSERT_EQ(fake_.traces.size(), 1u) << "only who was told of the version is watched for it";
  EXPECT_EQ(fake_.traces.begin()->first, "http://10.0.0.1/0");
  EXPECT_EQ(fake_.traces.begin()->second, root_context(*deployment));
}

}  // namespace
}  // namespace hotswap::testing
