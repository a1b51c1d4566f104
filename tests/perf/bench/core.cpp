// What one decision and one judgement cost: pure functions, no server.

#include <array>

#include "domain/health/judge.hpp"
#include "domain/rollout/decide.hpp"
#include "perf/bench/benches.hpp"
#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTargets = 1000;
constexpr int kRounds = 201;

/// A Direct deployment to 1,000 instances, all assigned, none answered.
Deployment assigned(WallTime now) {
  Deployment deployment;
  deployment.id = DeploymentId("0d5a");
  deployment.profile = ProfileName("bench.profile");
  deployment.version = SemVer(1, 0, 0);
  deployment.strategy.kind = Direct{};
  deployment.health.criteria = default_criteria();
  deployment.plan = plan(deployment.strategy, kTargets);
  deployment.created_at = now;
  for (std::size_t i = 0; i < kTargets; ++i) {
    Target target;
    target.instance = InstanceId("instance-" + std::to_string(i));
    target.zone = "zone";
    deployment.targets.push_back(std::move(target));
  }
  auto started = must(decide(deployment, Tick{}, now), "decide");
  for (auto& target : started.next.targets) target.generation = 1;
  return std::move(started.next);
}

Reported reports(std::size_t count) {
  Reported reported;
  for (std::size_t i = 0; i < count; ++i) {
    reported.reports.push_back(
        {InstanceId("instance-" + std::to_string(i)), 1, TargetState::Applied, {}});
  }
  return reported;
}

Sample traffic(double slowness) {
  Sample sample;
  sample.requests = 100'000;
  sample.errors = 100;
  for (int i = 1; i <= 500; ++i) sample.latency.record(i * slowness, 200);
  sample.checks = 1000;
  return sample;
}

}  // namespace

Rows bench_core() {
  const auto now = WallTime{} + 1000h;
  const auto deployment = assigned(now);
  const auto one = reports(1), all = reports(kTargets);
  const auto decided = [&](const Reported& reported) {
    return median_microseconds(
        kRounds, [&] { static_cast<void>(must(decide(deployment, reported, now), "decide")); });
  };
  Evidence each;
  each.treated = traffic(1);
  each.control = traffic(1);
  each.baseline.emplace().all = traffic(1.1);
  const std::vector<Evidence> evidence(deployment.health.criteria.size(), each);
  const auto judged = median_microseconds(
      kRounds, [&] { static_cast<void>(judge(deployment.health, evidence, {5min, false})); });
  return {{.bench = "core",
           .what = "decide(), 1,000 targets, 1 report",
           .value = decided(one),
           .unit = "µs"},
          {.bench = "core",
           .what = "decide(), 1,000 targets, 1,000 reports",
           .value = decided(all),
           .unit = "µs"},
          {.bench = "core",
           .what = "judge(), default criteria, 100,000 requests",
           .value = judged,
           .unit = "µs"}};
}

}  // namespace hotswap::perf
