#include "domain/health/evidence.hpp"

#include <algorithm>
#include <random>

#include "../../support.hpp"
#include "domain/health/judge.hpp"
#include "domain/health/windows.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{std::chrono::hours(400'000)};

InstanceId id(int number) { return InstanceId("i-" + std::to_string(number)); }

Sample traffic(std::uint64_t requests, std::uint64_t errors) {
  Sample sample;
  sample.requests = requests;
  sample.errors = errors;
  sample.latency.record(10, requests);
  return sample;
}

HealthPolicy errors_only() {
  HealthPolicy policy;
  policy.criteria = {default_criteria().front()};
  return policy;
}

Evidence gather(const HealthWindows& windows, const Cohorts& cohorts, WallTime now,
                const std::optional<Baseline>& baseline = {}) {
  return gather_evidence(errors_only(), windows, cohorts, baseline, {}, now).at(0);
}

/// Ten instances, ten minutes of heartbeats each 5 s, until kStart.
struct Fleet {
  HealthWindows windows;
  std::vector<InstanceId> all;
  std::mt19937_64 random{7};

  explicit Fleet(int instances = 10) {
    for (int i = 0; i < instances; ++i) all.push_back(id(i));
  }
  void beat(WallTime at, double share, std::optional<int> other = {}, double others = 0) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double p = other && static_cast<std::size_t>(*other) == i ? others : share;
      std::poisson_distribution<std::uint64_t> arrivals(500);
      const auto requests = arrivals(random);
      std::binomial_distribution<std::uint64_t> errors(requests, p);
      windows.add(all[i], at + Duration(i * 400), traffic(requests, errors(random)));
    }
  }
  void live(WallTime from, WallTime to, double share, std::optional<int> other = {},
            double others = 0) {
    for (auto at = from; at < to; at += 5s) beat(at, share, other, others);
  }
  [[nodiscard]] Cohorts cohorts(std::size_t treated, WallTime since) const {
    Cohorts cohorts;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i < treated) {
        cohorts.treated.push_back({all[i], since});
      } else {
        cohorts.control.push_back(all[i]);
      }
    }
    return cohorts;
  }
};

TEST(Evidence, CountsWhatCameAfterTheVersionOnly) {
  HealthWindows windows;
  windows.add(id(0), kStart, traffic(100, 100));  // came together with "applied"
  windows.add(id(0), kStart + 5s, traffic(10, 1));
  windows.add(id(1), kStart + 5s, traffic(20, 2));
  windows.add(id(1), kStart - 5s, traffic(40, 4));
  windows.add(id(0), kStart + 20s, traffic(1000, 1000));  // after now
  const auto evidence = gather(windows, {{{id(0), kStart}}, {id(1)}}, kStart + 10s);
  EXPECT_EQ(evidence.treated.requests, 10U);
  EXPECT_EQ(evidence.control->requests, 20U);
  for (const auto& look : evidence.looks) EXPECT_EQ(look.treated.requests, 10U);
}

TEST(Evidence, LeavesOutAHeartbeatThatBeganBeforeTheVersion) {
  HealthWindows windows;
  windows.add(id(0), kStart - 3s, traffic(100, 0));
  windows.add(id(0), kStart + 2s, traffic(100, 50));  // three of its five seconds are older
  windows.add(id(0), kStart + 7s, traffic(100, 100));
  const auto evidence = gather(windows, {{{id(0), kStart}}, {}}, kStart + 10s);
  EXPECT_EQ(evidence.treated.requests, 100U);
  EXPECT_EQ(evidence.treated.errors, 100U);
}

TEST(Evidence, TakesNothingOfTheOldVersionOutOfASlotThatHasGrown) {
  for (int shift = 0; shift < 10; ++shift) {
    const auto since = kStart + shift * 470ms;
    HealthWindows windows;
    std::uint64_t beats = 0;
    for (auto at = kStart - 1min; at <= kStart + 3min; at += 500ms) {
      const bool before = at <= since;
      windows.add(id(0), at, traffic(10, before ? 10 : 1));
      beats += before ? 0 : 1;
    }
    const auto evidence = gather(windows, {{{id(0), since}}, {}}, kStart + 3min);
    EXPECT_EQ(evidence.treated.errors * 10, evidence.treated.requests) << shift;
    EXPECT_LE(evidence.treated.requests, beats * 10) << shift;
    EXPECT_GE(evidence.treated.requests, (beats - 9) * 10) << "one old slot at most; " << shift;
  }
}

TEST(Evidence, CutsLooksOfSeveralLengthsThatStartAnewBlockByBlock) {
  HealthWindows windows;
  for (auto at = kStart; at < kStart + 10min; at += 5s) windows.add(id(0), at, traffic(1, 0));
  const auto now = kStart + 400s;
  const auto evidence = gather(windows, {{{id(0), kStart}}, {}}, now);
  ASSERT_EQ(evidence.looks.size(), 3U);
  EXPECT_EQ(evidence.looks[0].length, Duration(300s));
  EXPECT_EQ(evidence.looks[0].index, 1U);
  EXPECT_EQ(evidence.looks[0].treated.requests, 21U);  // 300 s to 400 s
  EXPECT_EQ(evidence.looks[1].length, Duration(75s));
  EXPECT_EQ(evidence.looks[1].index, 5U);
  EXPECT_EQ(evidence.looks[1].treated.requests, 6U);
  EXPECT_EQ(evidence.treated.requests, 61U);  // the whole window
}

TEST(Evidence, WidensTheWindowWhereThereIsLittleTraffic) {
  HealthWindows windows;
  for (auto at = kStart + 1s; at < kStart + 12min; at += 20s) windows.add(id(0), at, traffic(1, 0));
  const auto evidence = gather(windows, {{{id(0), kStart}}, {}}, kStart + 12min);
  EXPECT_EQ(evidence.treated.requests, 36U);
  EXPECT_EQ(evidence.covered, Duration(12min));
}

TEST(Evidence, HasAMeasurementOnlyWhileItIsFresh) {
  HealthPolicy policy;
  policy.criteria.emplace_back();
  policy.criteria[0].name = "lag";
  policy.criteria[0].kind = CriterionKind::Query;
  const Cohorts cohorts{{{id(0), kStart}}, {}};
  const auto at = [&](WallTime measured, WallTime now) {
    const Measurements all{{"lag", {measured, "lag", 1, {}, {}}}};
    return gather_evidence(policy, {}, cohorts, {}, all, now).at(0).measurement.has_value();
  };
  EXPECT_TRUE(at(kStart + 1s, kStart + 10s));
  EXPECT_FALSE(at(kStart - 1s, kStart + 10s));  // of the old version
  EXPECT_FALSE(at(kStart + 1s, kStart + 10min));
}

TEST(Baseline, IsNothingWithoutSamples) {
  EXPECT_FALSE(measure_baseline({}, {id(0)}, kStart - 5min, kStart));
}

TEST(Baseline, MeasuresHowMuchErrorsClump) {
  Fleet calm;
  calm.live(kStart - 5min, kStart, 0.01);
  const auto steady = measure_baseline(calm.windows, calm.all, kStart - 5min, kStart);
  ASSERT_TRUE(steady);
  EXPECT_LT(steady->error_dispersion, 1.6);
  EXPECT_EQ(steady->instances.size(), 10U);
  Fleet clumped;
  for (auto at = kStart - 5min; at < kStart; at += 5s) {
    for (const auto& each : clumped.all) {
      clumped.windows.add(each, at, traffic(500, at.time_since_epoch() / 5s % 20 == 0 ? 100 : 0));
    }
  }
  const auto bursts = measure_baseline(clumped.windows, clumped.all, kStart - 5min, kStart);
  EXPECT_GT(bursts->error_dispersion, 20);
  EXPECT_GT(bursts->error_shock, bursts->error_dispersion);
}

TEST(Baseline, KnowsWhoGoesBadAndRecoversAgainAndAgain) {
  HealthWindows windows;
  for (int i = 0; i < 60; ++i) {
    const auto at = kStart - 5min + i * 5s;
    windows.add(id(0), at, traffic(100, i / 6 % 2 == 0 ? 60 : 0));
    windows.add(id(1), at, traffic(100, i < 30 ? 60 : 0));  // bad once
  }
  const auto baseline = measure_baseline(windows, {id(0), id(1)}, kStart - 5min, kStart);
  EXPECT_EQ(baseline->flapping, std::vector{id(0)});
}

TEST(Baseline, KnowsHowLongSingleHostsAreInTrouble) {
  Fleet fleet;
  fleet.live(kStart - 14min, kStart - 10min, 0.01);
  fleet.live(kStart - 10min, kStart - 10min + 20s, 0.01, 4, 0.2);  // longer ago than the baseline
  fleet.live(kStart - 10min + 20s, kStart, 0.01);
  const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
  EXPECT_GT(baseline->error_trouble, Duration(15s));
  EXPECT_LE(baseline->error_trouble, Duration(20s));
  EXPECT_EQ(baseline->latency_trouble, Duration(0s));
  EXPECT_TRUE(baseline->flapping.empty());
}

TEST(Baseline, KnowsHowMuchOfAHeartbeatTroubleTook) {
  const auto trouble = [](std::vector<std::uint64_t> errors) {
    HealthWindows windows;
    auto at = kStart - 5min;
    for (int i = 0; i < 20; ++i) windows.add(id(0), at += 5s, traffic(1000, 10));
    for (const auto each : errors) windows.add(id(0), at += 5s, traffic(1000, 10 + each));
    while (at < kStart - 5s) windows.add(id(0), at += 5s, traffic(1000, 10));
    return measure_baseline(windows, {id(0)}, kStart - 5min, kStart)->error_trouble;
  };
  const auto near = [&](std::vector<std::uint64_t> errors, Duration expected) {
    const auto length = trouble(std::move(errors));
    EXPECT_LE(std::chrono::abs(length - expected), 300ms) << length.count();
  };
  near({100, 100}, 10s);
  near({50, 100, 50}, 10s);
  near({50, 100}, 7500ms);
  near({60}, 5s);
  near({100, 80, 120, 200}, 20s);
}

TEST(BaselineJson, ReadsWhatItWritesAndWhatWasWrittenBefore) {
  Fleet fleet;
  fleet.live(kStart - 5min, kStart, 0.02);
  auto baseline = *measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
  baseline.custom_dispersion["depth"] = 2.5;
  baseline.flapping = {id(3)};
  baseline.error_trouble = 12500ms;
  const auto read = baseline_from_json(to_json(baseline));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, baseline);
  const auto old = baseline_from_json(to_json(baseline.all));
  ASSERT_TRUE(old) << old.error().detail;
  EXPECT_EQ(old->all, baseline.all);
  EXPECT_FALSE(baseline_from_json(parsed(R"({"all":{},"errorDispersion":0})")));
  EXPECT_FALSE(baseline_from_json(parsed("[]")));
}

/// What a fleet's deployment ends in: the time of the first Fail, looked at every 5 s.
std::optional<Duration> first_fail(Fleet& fleet, std::size_t treated, Duration lasts, double share,
                                   std::optional<int> other, double others) {
  const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
  for (auto at = kStart; at < kStart + lasts; at += 5s) {
    fleet.beat(at, share, other, others);
    const auto now = at + 4900ms;
    const auto evidence = gather_evidence(errors_only(), fleet.windows,
                                          fleet.cohorts(treated, kStart), baseline, {}, now);
    const auto judgement = judge(errors_only(), evidence, {now - kStart, false});
    if (judgement.overall == Outcome::Fail) return now - kStart;
  }
  return std::nullopt;
}

TEST(Deployment, IsFoundBadWithinAMinuteWhenOneOfTenHasSixPointsMoreErrors) {
  for (int run = 0; run < 20; ++run) {
    Fleet fleet;
    fleet.random.seed(static_cast<std::uint64_t>(run));
    fleet.live(kStart - 5min, kStart, 0.01);
    const auto found = first_fail(fleet, 1, 2min, 0.01, 0, 0.07);
    ASSERT_TRUE(found) << run;
    EXPECT_LE(*found, Duration(60s)) << run;
  }
}

TEST(Deployment, IsNotDilutedByMinutesOfGoodData) {
  Fleet fleet;
  fleet.live(kStart - 5min, kStart, 0.01);
  ASSERT_FALSE(first_fail(fleet, 1, 4min, 0.01, {}, 0));
  const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
  std::optional<Duration> found;
  for (auto at = kStart + 4min; at < kStart + 6min && !found; at += 5s) {
    fleet.beat(at, 0.01, 0, 0.2);
    const auto evidence = gather_evidence(errors_only(), fleet.windows, fleet.cohorts(1, kStart),
                                          baseline, {}, at + 4900ms);
    if (judge(errors_only(), evidence, {5min, false}).overall == Outcome::Fail) {
      found = at - kStart - 4min;
    }
  }
  ASSERT_TRUE(found);
  EXPECT_LE(*found, Duration(60s));
}

TEST(Deployment, DoesNotMissTheDataOfThoseWhoHaveJustGotTheVersion) {
  Fleet fleet;
  fleet.live(kStart - 5min, kStart, 0.005, 0, 0.1);  // the first one was bad before: left out
  const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
  fleet.live(kStart, kStart + 11min, 0.005, 0, 0.1);
  auto cohorts = fleet.cohorts(1, kStart);
  cohorts.treated.push_back({fleet.all[1], kStart + 11min});
  std::erase(cohorts.control, fleet.all[1]);
  const auto end = [&](WallTime now) {
    const auto evidence = gather_evidence(errors_only(), fleet.windows, cohorts, baseline, {}, now);
    return judge(errors_only(), evidence, {now - kStart, false}).overall;
  };
  EXPECT_EQ(end(kStart + 11min + 5s), Outcome::Inconclusive);
  for (const auto& untreated : cohorts.control)
    fleet.windows.add(untreated, kStart + 21min, traffic(500, 2));
  EXPECT_EQ(end(kStart + 22min), Outcome::Fail) << "ten minutes later it is missing";
}

TEST(Deployment, IsNotBlamedForAnOutageThatHitsEverybody) {
  Fleet fleet;
  fleet.live(kStart - 5min, kStart, 0.01);
  EXPECT_FALSE(first_fail(fleet, 3, 3min, 0.2, {}, 0));
}

TEST(Deployment, IsNotExcusedByAnUntreatedHostThatBreaks) {
  Fleet fleet(4);
  fleet.live(kStart - 10min, kStart, 0.01);
  const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 10min, kStart);
  for (auto at = kStart + 5s; at < kStart + 60s; at += 5s) {
    fleet.windows.add(id(0), at, traffic(500, 100));
    fleet.windows.add(id(1), at, traffic(500, 500));
    for (const int healthy : {2, 3}) fleet.windows.add(id(healthy), at, traffic(500, 5));
  }
  const auto evidence = gather_evidence(errors_only(), fleet.windows, fleet.cohorts(1, kStart),
                                        baseline, {}, kStart + 60s);
  EXPECT_EQ(judge(errors_only(), evidence, {.waited = 60s}).overall, Outcome::Fail);
}

TEST(BaselineJson, ReadsSumsOfMoreThanOneHeartbeatMayHold) {
  Baseline baseline;
  baseline.all = traffic(std::uint64_t{1} << 50, 3);
  const auto read = baseline_from_json(to_json(baseline));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, baseline);
}

TEST(Deployment, IsNotBlamedForAnInstanceThatWasAsBadBefore) {
  for (const std::size_t treated : {1U, 3U}) {
    Fleet fleet;
    fleet.live(kStart - 5min, kStart, 0.01, 0, 0.15);
    EXPECT_FALSE(first_fail(fleet, treated, 3min, 0.01, 0, 0.15)) << treated;
    const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
    const auto evidence =
        gather(fleet.windows, fleet.cohorts(treated, kStart), kStart + 3min, baseline);
    EXPECT_EQ(evidence.instances.at(0).left_out, treated > 1) << treated;
  }
}

TEST(Deployment, IsNotBlamedForABurstOfOneHost) {
  Fleet fleet;
  fleet.live(kStart - 5min, kStart, 0.01);
  const auto baseline = measure_baseline(fleet.windows, fleet.all, kStart - 5min, kStart);
  for (auto at = kStart; at < kStart + 3min; at += 5s) {
    const bool burst = at >= kStart + 40s && at < kStart + 48s;
    fleet.beat(at, 0.01, 0, burst ? 0.15 : 0.01);
    const auto evidence = gather_evidence(errors_only(), fleet.windows, fleet.cohorts(1, kStart),
                                          baseline, {}, at + 4900ms);
    const auto judgement = judge(errors_only(), evidence, {1min, false});
    EXPECT_NE(judgement.overall, Outcome::Fail) << judgement.verdicts[0].explanation;
  }
}

TEST(Deployment, IsBlamedWithoutReasonLessOftenThanOnceInAThousandTimesAHundredLooks) {
  constexpr int kRuns = 2000;
  constexpr int kLooks = 100;
  auto policy = errors_only();
  policy.criteria[0].threshold = 1;  // far stricter than the default, so that chance has a chance
  std::mt19937_64 random(2026);
  std::poisson_distribution<std::uint64_t> arrivals(50);
  const auto sample = [&] {
    const auto requests = arrivals(random);
    std::binomial_distribution<std::uint64_t> errors(requests, 0.02);
    Sample drawn;
    drawn.requests = requests;
    drawn.errors = errors(random);
    return drawn;
  };
  int alarms = 0;
  for (int run = 0; run < kRuns; ++run) {
    HealthWindows windows;
    for (auto at = kStart - 1min; at < kStart; at += 5s) {
      for (int i = 0; i < 4; ++i) windows.add(id(i), at, sample());
    }
    const std::vector<InstanceId> all{id(0), id(1), id(2), id(3)};
    const auto baseline = measure_baseline(windows, all, kStart - 1min, kStart);
    const Cohorts cohorts{{{id(0), kStart}}, {id(1), id(2), id(3)}};
    for (int look = 1; look <= kLooks; ++look) {
      const auto now = kStart + look * 5s;
      for (int i = 0; i < 4; ++i) windows.add(id(i), now, sample());
      const auto evidence = gather_evidence(policy, windows, cohorts, baseline, {}, now);
      if (judge(policy, evidence, {now - kStart, false}).overall != Outcome::Fail) continue;
      ++alarms;
      break;
    }
  }
  EXPECT_LE(alarms, kRuns / 1000);
}

}  // namespace
}  // namespace hotswap
