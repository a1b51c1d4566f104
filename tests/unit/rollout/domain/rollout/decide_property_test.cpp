// Random events in random order: whatever happens, the machine keeps its promises. The seed is
// printed with a failure.
#include <random>

#include "../../support.hpp"
#include "domain/rollout/decide.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{std::chrono::hours(480'000)};
constexpr std::size_t kSeeds = 400;
constexpr std::size_t kEvents = 250;

constexpr const char* kHooks =
    R"("hooks":[{"name":"confirm","type":"confirm-rollout","url":"https://ci.example"},
        {"name":"pre","type":"pre-rollout","url":"https://ci.example","failureLimit":3},
        {"name":"step","type":"confirm-step","url":"https://ci.example"},
        {"name":"each","type":"each-step","url":"https://ci.example","failureLimit":3},
        {"name":"end","type":"confirm-promotion","url":"https://ci.example"},
        {"name":"done","type":"post-rollout","url":"https://ci.example"},
        {"name":"pager","type":"rollback","url":"https://ci.example"}])";

std::vector<std::string> strategies() {
  const std::string hooks = kHooks;
  return {
      R"({"type":"Canary","phaseInterval":"PT10S"})",
      R"({"type":"Canary","phaseInterval":"PT10S","autoPromote":false,"gateTimeout":"PT5M"})",
      R"({"type":"Canary","autoPromote":false,"gateTimeout":"PT10M","maxUnavailable":2,)" + hooks +
          "}",
      R"({"type":"Rolling","batchSize":3,"stopOnFailure":false,"failureBudget":2,
          "maxUnavailable":"25%","ackRetries":3})",
      R"({"type":"BlueGreen","failureBudget":3,"maxUnavailable":3})",
      R"({"type":"BlueGreen","gateTimeout":"PT2M","onGateTimeout":"pause",)" + hooks + "}",
      R"({"type":"BlueGreen","switchMode":"pool","failureBudget":2})",
      R"({"type":"BlueGreen","switchMode":"pool","gateTimeout":"PT3M","onGateTimeout":"promote",)" +
          hooks + "}",
      R"({"type":"Direct","healthCheckEnabled":true,"bakeTime":"PT5M","failureBudget":4,
          "ackRetries":0,"maxUnavailable":1})",
      R"({"type":"Custom","steps":[{"count":2,"manual":true},{"count":2,"soak":"PT1M"},
          {"percentage":100}],"progressDeadline":"PT1M",)" +
          hooks + "}"};
}

bool is_pending(const Target& target) {
  return target.state == TargetState::Assigned || target.state == TargetState::Received;
}

bool is_unavailable(const Target& target) {
  return !target.offline_at_start && (is_pending(target) || target.state == TargetState::Failed ||
                                      target.state == TargetState::Unreachable);
}

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed) {
    const auto all = strategies();
    deployment_.profile = ProfileName("shop");
    deployment_.version = SemVer(2, 0, 0);
    deployment_.strategy = strategy_from_json(parsed(all[below(all.size())]), "$").value();
    deployment_.health.criteria = default_criteria();
    deployment_.health.criteria[0].inconclusive_limit = 20;
    deployment_.created_at = kStart;
    arrange(2 + below(10));
    if (below(2) == 0) deployment_.baseline.emplace().all.requests = 100;
    if (below(8) == 0) deployment_.start_at = kStart + 1h;
  }

  void run() {
    for (std::size_t i = 0; i < kEvents && !testing::Test::HasFatalFailure(); ++i) {
      pass_time();
      happen(event());
    }
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::vector<Target> targets_of(std::size_t count) {
    std::vector<Target> targets(count);
    for (std::size_t i = 0; i < count; ++i) {
      targets[i].instance = InstanceId("i" + std::to_string(i));
      if (below(6) != 0) targets[i].previous = SemVer(1, 0, 0);
      targets[i].offline_at_start = below(8) == 0;
    }
    return targets;
  }

  void arrange(std::size_t count) {
    const auto* blue_green = std::get_if<BlueGreen>(&deployment_.strategy.kind);
    const bool pools = blue_green != nullptr && blue_green->switch_mode == SwitchMode::Pool;
    deployment_.targets = targets_of(count);
    deployment_.plan = plan(deployment_.strategy, count, pools ? (count + 1) / 2 : 0);
    if (pools) deployment_.pools = PoolSwitch{"blue", "green", {}, 0, ""};
  }

  /// To the next deadline, or by a little.
  void pass_time() {
    const auto next = next_deadline(deployment_, now_);
    if (next && *next > now_ && below(8) == 0) {
      now_ = *next;
    } else {
      now_ += Duration(below(4'000));
    }
  }

  DeploymentEvent event() {
    switch (below(24)) {
      case 0:
        return Promote{below(4) == 0, "pat"};
      case 1:
        if (below(3) != 0) return Tick{};
        return Pause{"", "pat"};
      case 2:
      case 3:
        return Resume{"pat"};
      case 4:
        if (below(60) == 0) return Cancel{"", "pat"};
        return Tick{};
      case 5:
        if (below(40) == 0) return Rollback{"", "pat"};
        return Tick{};
      case 6:
        if (below(8) != 0) return Tick{};
        return Vanished{{any_target().instance}};
      case 7:
        return prepared();
      case 8:
      case 9:
        return switched();
      case 10:
      case 11:
      case 12:
        return judged();
      case 13:
      case 14:
      case 15:
        return answered();
      case 16:
        return Tick{};
      default:
        return reported();
    }
  }

  const Target& any_target() { return deployment_.targets[below(deployment_.targets.size())]; }

  DeploymentEvent prepared() {
    return Prepared{targets_of(deployment_.targets.size()),
                    deployment_.plan,
                    {},
                    {},
                    deployment_.pools,
                    deployment_.baseline,
                    false};
  }

  DeploymentEvent switched() {
    const auto generation = deployment_.pools ? deployment_.pools->generation : 0;
    return TrafficSwitched{generation - (below(5) == 0 ? 1U : 0U), below(3) != 0, "503"};
  }

  DeploymentEvent judged() {
    Judgement judgement;
    const auto dice = below(120);
    judgement.overall = dice == 0   ? Outcome::Fail
                        : dice < 30 ? Outcome::Inconclusive
                                    : Outcome::Pass;
    for (const auto& criterion : deployment_.health.criteria) {
      CriterionVerdict verdict;
      verdict.criterion = criterion.name;
      verdict.outcome = judgement.overall;
      verdict.explanation = "dice";
      if (judgement.overall == Outcome::Inconclusive && below(3) == 0) verdict.error = "down";
      judgement.verdicts.push_back(verdict);
    }
    return Judged{judgement};
  }

  DeploymentEvent answered() {
    const auto due = due_hooks(deployment_, now_ + 10s);
    if (due.empty()) return HookAnswered{"confirm", below(3), 1, true, ""};
    const auto& call = due[below(due.size())];
    const bool polled = call.hook.kind == HookKind::Rollback;
    const bool passes = polled ? below(200) == 0 : below(4) != 0;
    const auto late = below(8) == 0 ? 1U : 0U;
    return HookAnswered{call.hook.name, call.step, call.attempt - late, passes, "answer"};
  }

  DeploymentEvent reported() {
    constexpr std::array kStates{TargetState::Received, TargetState::Staged, TargetState::Applied,
                                 TargetState::Applied, TargetState::Applied};
    Reported reported;
    for (std::size_t i = 0; i <= below(12); ++i) {
      const auto& target = any_target();
      TargetReport report{target.instance, target.generation, kStates[below(5)], "", {}};
      if (below(400) == 0) report.state = TargetState::Rejected;
      if (below(8) == 0) report.generation -= 1;
      if (below(8) == 0) report.version = SemVer(1, 0, 0);
      reported.reports.push_back(report);
    }
    return reported;
  }

  void happen(const DeploymentEvent& event) {
    const auto before = deployment_;
    auto decision = decide(before, event, now_);
    if (!decision) {
      EXPECT_EQ(decision.error().code, ErrorCode::Conflict);
      return;
    }
    take(*decision);
    check_end(before, *decision);
    check_assignments(before, *decision);
    check_cohort();
    check_rest();
  }

  void take(const Decision& decision) {
    deployment_ = decision.next;
    for (const auto& effect : decision.effects) {
      if (std::holds_alternative<SwitchTraffic>(effect)) ++deployment_.pools->generation;
      const auto* assign = std::get_if<Assign>(&effect);
      if (assign == nullptr) continue;
      ++generation_;
      for (const auto i : assign->targets) deployment_.targets.at(i).generation = generation_;
    }
  }

  /// What is over stays over, unless a success is reverted; and every end calls its hooks once.
  void check_end(const Deployment& before, const Decision& decision) {
    const bool was = is_terminal(before.state);
    const bool is = is_terminal(decision.next.state);
    if (was && before.state != decision.next.state) {
      EXPECT_TRUE(std::holds_alternative<Succeeded>(before.state));
    }
    const auto calls = std::ranges::count_if(decision.effects, [](const Effect& effect) {
      return std::holds_alternative<CallPostHook>(effect);
    });
    const auto hooks =
        std::ranges::count(decision.next.plan.safeguards.hooks, HookKind::PostRollout, &Hook::kind);
    const bool ended = is && before.state != decision.next.state;
    EXPECT_EQ(calls, ended ? hooks : 0);
  }

  void check_assignments(const Deployment& before, const Decision& decision) const {
    if (before.targets.size() != decision.next.targets.size()) return;
    const auto& next = decision.next;
    bool handed_out = false;
    for (std::size_t i = 0; i < next.targets.size(); ++i) {
      const auto was = before.targets[i].state;
      const bool had_none = was == TargetState::Waiting || was == TargetState::Staged;
      const bool silent = next.targets[i].offline_at_start;
      handed_out = handed_out || (had_none && !silent && is_pending(next.targets[i]));
    }
    const auto& most = next.plan.safeguards.max_unavailable;
    const bool forward = std::holds_alternative<Running>(next.state);
    if (!most || !handed_out || !forward) return;
    EXPECT_LE(static_cast<std::size_t>(std::ranges::count_if(next.targets, is_unavailable)),
              most->of(next.targets.size()));
  }

  /// Nobody beyond the step's cohort was told anything.
  void check_cohort() const {
    const auto* running = std::get_if<Running>(&deployment_.state);
    if (running == nullptr) return;
    const auto& steps = deployment_.plan.steps;
    ASSERT_LT(running->step, steps.size());
    for (std::size_t i = steps[running->step].cohort; i < deployment_.targets.size(); ++i) {
      EXPECT_EQ(deployment_.targets[i].state, TargetState::Waiting);
    }
  }

  /// Level-triggered, never late, never endless, and as stored.
  void check_rest() const {
    const auto again = decide(deployment_, Tick{}, now_);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->nothing() || std::holds_alternative<Planned>(deployment_.state));
    const bool planned = std::holds_alternative<Planned>(deployment_.state);
    if (const auto next = next_deadline(deployment_, now_); next && !planned) {
      EXPECT_GT(*next, now_);
    }
    EXPECT_LE(deployment_.hook_calls.size(),
              deployment_.plan.safeguards.hooks.size() * deployment_.plan.steps.size());
    const auto stored = deployment_state_from_json(to_json(deployment_.state));
    ASSERT_TRUE(stored);
    EXPECT_TRUE(*stored == deployment_.state);
  }

  std::mt19937_64 random_;
  Deployment deployment_;
  WallTime now_ = kStart;
  std::uint64_t generation_ = 10;
};

TEST(DecideProperty, KeepsItsPromisesWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Chaos chaos(seed);
    chaos.run();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hotswap
