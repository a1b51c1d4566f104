#include "orchestrator/metrics_poller.hpp"

#include <condition_variable>

#include "domain/ports/trace_scope.hpp"
#include "domain/rollout/spans.hpp"
#include "testing/memory_tracer.hpp"
#include "unit/orchestrator/world.hpp"

namespace hotswap::testing {
namespace {

using namespace std::chrono_literals;

/// Answers by what the test says of the query.
class FakeSource : public MetricsSource {
 public:
  Result<std::optional<double>> query(const std::string& expression, WallTime) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(expression);
      if (const auto* work = TraceScope::current()) traces.push_back(work->context);
    }
    return answer(expression);
  }
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<tracing::Context> traces;  ///< of those that were asked in one
  std::function<Result<std::optional<double>>(const std::string&)> answer = [](const std::string&) {
    return std::optional<double>(0.5);
  };

 private:
  std::mutex mutex_;
  std::vector<std::string> asked_;
};

Criterion query(const std::string& name, const std::string& text) {
  Criterion criterion;
  criterion.name = name;
  criterion.kind = CriterionKind::Query;
  criterion.query = text;
  criterion.interval = 30s;
  criterion.window = 5min;
  return criterion;
}

class MetricsPollerTest : public World {
 protected:
  MetricsPollerTest() {
    register_instances(4);
    deployment_.id = DeploymentId("d-1");
    deployment_.profile = ProfileName("pay.production");
    deployment_.service = ServiceName("pay");
    deployment_.environment = "Production";
    deployment_.version = SemVer::parse("2.0.0").value();
    deployment_.previous_stable = SemVer::parse("1.0.0").value();
    deployment_.state = Running{};
    for (int i = 0; i < 3; ++i) {
      Target target;
      target.instance = InstanceId("pay-" + std::to_string(i));
      target.state = i == 0 ? TargetState::Applied : TargetState::Waiting;
      deployment_.targets.push_back(target);
    }
  }
  MetricsPoller make(MetricsSource* source) {
    return MetricsPoller(
        source,
        [this] {
          std::vector<std::shared_ptr<const Deployment>> active;
          if (!over_) active.push_back(std::make_shared<const Deployment>(deployment_));
          return active;
        },
        node().fleet, clock_);
  }

  Deployment deployment_;
  bool over_ = false;
  FakeSource source_;
};

TEST_F(MetricsPollerTest, BothCohortsAreAskedByNameAndVersion) {
  deployment_.health.criteria = {query(
      "errors", R"(rate(e{host=~"{{instances}}",v="{{version}}",c="{{cohort}}"}[{{window}}]))")};
  auto poller = make(&source_);
  poller.run_due();
  ASSERT_EQ(source_.asked().size(), 2u);
  EXPECT_EQ(source_.asked()[0],
            R"(rate(e{host=~"(pay-0)(:[0-9]+)?",v="2.0.0",c="treated"}[300s]))");
  // pay-3 is no target of this deployment, and runs what was before.
  EXPECT_EQ(source_.asked()[1],
            R"(rate(e{host=~"(pay-1|pay-2|pay-3)(:[0-9]+)?",v="1.0.0",c="control"}[300s]))");
  const auto newest = poller.newest(deployment_.id);
  ASSERT_TRUE(newest.contains("errors"));
  EXPECT_EQ(newest.at("errors").value, 0.5);
  EXPECT_EQ(newest.at("errors").control, 0.5);
  EXPECT_EQ(newest.at("errors").query, source_.asked()[0]);
  EXPECT_EQ(newest.at("errors").at, clock_.wall());
}

TEST_F(MetricsPollerTest, AQueryOfEverybodyIsAskedOnce) {
  deployment_.health.criteria = {query("queue", "max(queue_depth)")};
  auto poller = make(&source_);
  poller.run_due();
  EXPECT_EQ(source_.asked().size(), 1u);
  EXPECT_FALSE(poller.newest(deployment_.id).at("queue").control);
}

TEST_F(MetricsPollerTest, EachIsAskedAtItsIntervalAndSoonerAfterAnError) {
  deployment_.health.criteria = {query("queue", "q")};
  auto poller = make(&source_);
  poller.run_due();
  pass(29s);
  poller.run_due();
  EXPECT_EQ(source_.asked().size(), 1u);
  source_.answer = [](const std::string&) -> Result<std::optional<double>> {
    return fail(ErrorCode::Unavailable, "metrics.unreachable", "Prometheus cannot be reached.");
  };
  pass(1s);
  poller.run_due();
  EXPECT_EQ(source_.asked().size(), 2u);
  EXPECT_EQ(poller.newest(deployment_.id).at("queue").error, "Prometheus cannot be reached.");
  EXPECT_FALSE(poller.newest(deployment_.id).at("queue").value);
  pass(10s);
  poller.run_due();
  EXPECT_EQ(source_.asked().size(), 3u);
}

TEST_F(MetricsPollerTest, NoDataIsNeitherAnErrorNorZero) {
  deployment_.health.criteria = {query("queue", "q")};
  source_.answer = [](const std::string&) { return std::optional<double>(); };
  auto poller = make(&source_);
  poller.run_due();
  const auto measured = poller.newest(deployment_.id).at("queue");
  EXPECT_FALSE(measured.value);
  EXPECT_TRUE(measured.error.empty());
}

TEST_F(MetricsPollerTest, HalfAComparisonIsAnError) {
  deployment_.health.criteria = {query("errors", "e{c=\"{{cohort}}\"}")};
  source_.answer = [](const std::string& asked) -> Result<std::optional<double>> {
    if (asked.contains("control")) return fail(ErrorCode::Invalid, "metrics.refused", "no");
    return 0.1;
  };
  auto poller = make(&source_);
  poller.run_due();
  EXPECT_EQ(poller.newest(deployment_.id).at("errors").error, "no");
  EXPECT_FALSE(poller.newest(deployment_.id).at("errors").value);
}

TEST_F(MetricsPollerTest, NobodyConfiguredIsAnErrorThatSaysSo) {
  deployment_.health.criteria = {query("queue", "q")};
  auto poller = make(nullptr);
  std::vector<DeploymentId> told;
  poller.on_measured([&](const DeploymentId& id) { told.push_back(id); });
  poller.run_due();
  EXPECT_EQ(poller.newest(deployment_.id).at("queue").error,
            "no Prometheus is configured (--prometheus-url)");
  EXPECT_EQ(told, std::vector{deployment_.id});
}

TEST_F(MetricsPollerTest, NothingIsAskedBeforeSomebodyRunsItOrWhenItIsOver) {
  deployment_.health.criteria = {query("queue", "q"), Criterion{}};
  deployment_.targets[0].state = TargetState::Assigned;
  auto poller = make(&source_);
  poller.run_due();
  EXPECT_TRUE(source_.asked().empty());
  deployment_.targets[0].state = TargetState::Applied;
  poller.run_due();
  EXPECT_EQ(source_.asked().size(), 1u);
  over_ = true;
  pass(1min);
  poller.run_due();
  EXPECT_EQ(source_.asked().size(), 1u);
  EXPECT_TRUE(poller.newest(deployment_.id).empty());
}

TEST_F(MetricsPollerTest, ASlowQueryHoldsUpNoOther) {
  deployment_.health.criteria = {query("slow", "slow"), query("quick", "quick")};
  std::mutex mutex;
  std::condition_variable changed;
  bool release = false;
  bool quick = false;
  source_.answer = [&](const std::string& asked) {
    std::unique_lock lock(mutex);
    if (asked == "slow") changed.wait_for(lock, 20s, [&] { return release; });
    return std::optional<double>(1);
  };
  auto poller = make(&source_);
  poller.on_measured([&](const DeploymentId& id) {
    const std::lock_guard lock(mutex);
    if (poller.newest(id).contains("quick")) quick = true;
    changed.notify_all();
  });
  poller.start();
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return quick; }));
    EXPECT_FALSE(poller.newest(deployment_.id).contains("slow"));
    release = true;
    changed.notify_all();
  }
  poller.stop();
}

TEST_F(MetricsPollerTest, QuestionsBelongToTheDeploymentsTrace) {
  deployment_.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  deployment_.health.criteria = {query("errors", "e{c=\"{{cohort}}\"}")};
  {
    auto untraced = make(&source_);
    untraced.run_due();
  }
  ASSERT_EQ(source_.asked().size(), 2u);
  EXPECT_TRUE(source_.traces.empty());
  MemoryTracer tracer(clock_);
  auto poller = make(&source_);
  poller.trace_with(&tracer);
  poller.run_due();
  EXPECT_EQ(source_.traces, std::vector(2, root_context(deployment_)));
  EXPECT_EQ(TraceScope::current(), nullptr) << "what comes next belongs to nobody again";
}

}  // namespace
}  // namespace hotswap::testing
