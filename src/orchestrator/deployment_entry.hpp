#pragma once
// One deployment in the runner's hands. Internal to the runner's sources.

#include "domain/flow/cpu_share.hpp"
#include "orchestrator/deployment_records.hpp"
#include "orchestrator/deployment_runner.hpp"

namespace hotswap {

/// A store that failed is asked again after this long.
inline constexpr Duration kStoreRetry = std::chrono::seconds(1);

/// What the world said since the deployment was handled last.
struct DeploymentNews {
  std::vector<TargetReport> reports;
  std::vector<InstanceId> vanished;
  std::vector<HookAnswered> answers;
  std::vector<TrafficSwitched> switches;
  bool health = false;
  bool changed = false;  ///< another node has saved it

  [[nodiscard]] bool empty() const {
    return reports.empty() && vanished.empty() && answers.empty() && switches.empty() && !health &&
           !changed;
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
  bool reverts = false;  ///< goes on after its end: its trace's root has been told of
  HealthRecorder recorder;
  CpuShare cpu;
  /// Hooks that were called, until their answer is taken: name, step, attempt.
  std::set<std::tuple<std::string, std::size_t, std::uint32_t>> asked;

  // Guarded by the runner's mutex.
  DeploymentNews news;
  DeploymentPtr published;  ///< as it was saved last
  std::optional<Judgement> judgement;
  bool busy = false;
  std::optional<WallTime> due;
  WallTime rests_until{};  ///< it has used its share of the CPU
  bool waiting = false;    ///< for the store to come back: nothing is tried before `due`
  DeploymentId id;
  ProfileName profile;
  ServiceName service;
  std::string environment;

  /// A decision costs by the number of targets: what thousands say is taken together.
  [[nodiscard]] Duration gathering() const {
    constexpr std::size_t kMany = 1000, kTargetsPerMillisecond = 100, kMilliseconds = 100;
    const auto targets = published->targets.size();
    if (targets < kMany) return Duration(0);
    return Duration(std::min(targets / kTargetsPerMillisecond, kMilliseconds));
  }
  [[nodiscard]] bool pending() const { return !waiting && !news.empty(); }
  /// Whoever has it in hand looks for news again; who was told of some will.
  [[nodiscard]] bool will_be_looked_at() const { return busy || pending(); }
};

}  // namespace hotswap
