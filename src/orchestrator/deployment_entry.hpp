#pragma once
// One deployment in the runner's hands. Internal to the runner's sources.

#include "domain/flow/cpu_share.hpp"
#include "orchestrator/deployment_records.hpp"
#include "orchestrator/deployment_runner.hpp"

namespace hotswap {

/// Targets from which on work for all of them is put off until they have been told.
inline constexpr std::size_t kLargeFleet = 1000;

/// Of the deployment's version, or of the way back.
[[nodiscard]] inline bool is_told(const Target& target) { return target.generation > 0; }

/// A store that failed is asked again after this long.
inline constexpr Duration kStoreRetry = std::chrono::seconds(1);

/// What the world said since the deployment was handled last.
struct DeploymentNews {
  std::vector<TargetReport> reports;
  WallTime first_report{};
  bool refused = false;  ///< one of them is bad news
  std::vector<InstanceId> vanished;
  std::vector<HookAnswered> answers;
  std::vector<TrafficSwitched> switches;
  bool health = false;
  bool changed = false;  ///< another node has saved it

  [[nodiscard]] bool empty() const {
    return reports.empty() && vanished.empty() && answers.empty() && switches.empty() && !health &&
           !changed;
  }
  /// More than what thousands say, which may be gathered.
  [[nodiscard]] bool urgent() const {
    return refused || !vanished.empty() || !answers.empty() || !switches.empty() || changed;
  }
  /// What came before stands before what came since.
  void put_back(DeploymentNews before) {
    const auto join = [](auto& into, auto& first) {
      into.insert(into.begin(), first.begin(), first.end());
    };
    join(reports, before.reports);
    join(vanished, before.vanished);
    join(answers, before.answers);
    join(switches, before.switches);
    if (!before.reports.empty()) first_report = before.first_report;
    refused = refused || before.refused;
    health = health || before.health;
    changed = changed || before.changed;
  }
};

struct DeploymentRunner::Entry {
  /// One thread at a time decides; guards everything up to the next lock.
  std::mutex mutex;
  DeploymentPtr deployment;
  bool retired = false;   ///< ended and taken out: whoever waited for it looks it up anew
  bool visiting = false;  ///< driven by another node, or by none: here for one command
  WallTime ticked_at{};
  WallTime judged_at{};
  Duration judge_pause{};     ///< between two looks
  bool judge_wanted = false;  ///< data came too soon after the last look
  bool record_wanted = false;
  /// Of a large fleet, the baseline until then is measured when everybody has been told.
  std::optional<WallTime> baseline_until;
  bool reverts = false;  ///< goes on after its end: its trace's root has been told of
  HealthRecorder recorder;
  CpuShare cpu;
  /// Hooks that were called, until their answer is taken: name, step, attempt.
  std::set<std::tuple<std::string, std::size_t, std::uint32_t>> asked;

  // Guarded by the runner's mutex.
  DeploymentNews news;
  DeploymentPtr published;  ///< as it was saved last
  std::size_t awaited = 0;  ///< of its targets, those that have not answered
  std::optional<Judgement> judgement;
  bool busy = false;
  std::optional<WallTime> due;
  WallTime rests_until{};  ///< it has used its share of the CPU
  bool waiting = false;    ///< for the store to come back: nothing is tried before `due`
  DeploymentId id;
  ProfileName profile;
  ServiceName service;
  std::string environment;

  /// A decision costs by the number of targets: what thousands say is taken together, until the
  /// last of them has spoken, or one says no.
  [[nodiscard]] Duration gathering() const {
    constexpr std::size_t kTargetsPerMillisecond = 40, kMilliseconds = 250;
    const auto targets = published->targets.size();
    if (targets < kLargeFleet) return Duration(0);
    return Duration(std::min(targets / kTargetsPerMillisecond, kMilliseconds));
  }
  [[nodiscard]] bool pending() const { return !waiting && !news.empty(); }
  [[nodiscard]] bool gathered() const {
    return news.urgent() || news.reports.empty() || news.reports.size() >= awaited;
  }
  /// When it is to be looked at, by what has come in and what is due; nothing: not at all.
  [[nodiscard]] std::optional<WallTime> wanted_at() const {
    std::optional<WallTime> at = due;
    if (pending()) {
      const auto news_at = gathered() ? WallTime{} : news.first_report + gathering();
      at = at ? std::min(*at, news_at) : news_at;
    }
    return at ? std::max(*at, rests_until) : at;
  }
  /// Whoever has it in hand looks for news again; who was told of some will.
  [[nodiscard]] bool will_be_looked_at() const { return busy || pending(); }
};

}  // namespace hotswap
