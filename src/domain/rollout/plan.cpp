#include "domain/rollout/plan.hpp"

#include <algorithm>
#include <cmath>

#include "domain/base/assert.hpp"
#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

/// The steps of each kind; percentages and spreads are filled in afterwards.
struct MakeSteps {
  std::size_t targets;
  std::size_t idle;

  [[nodiscard]] std::size_t part(double percent) const { return Share{percent, true}.of(targets); }

  std::vector<Step> operator()(const Canary& canary) const {
    std::vector<Step> steps;
    for (const double phase : canary.phases) {
      add(steps, part(phase), canary.phase_interval,
          canary.auto_promote ? Gate::None : Gate::Manual);
    }
    return steps;
  }

  std::vector<Step> operator()(const BlueGreen& blue_green) const {
    return blue_green.switch_mode == SwitchMode::Pool ? by_pools(blue_green) : by_slots(blue_green);
  }

  /// No plan has more than kSteps steps: in a fleet too large for it the batch grows.
  std::vector<Step> operator()(const Rolling& rolling) const {
    const auto least = (targets + limits::kSteps - 1) / limits::kSteps;
    const auto batch = std::max(rolling.batch_size.of(targets), least);
    std::vector<Step> steps;
    for (std::size_t done = batch; done < targets; done += batch) {
      add(steps, done, rolling.batch_interval, Gate::None);
    }
    add(steps, targets, rolling.batch_interval, Gate::None);
    return steps;
  }

  std::vector<Step> operator()(const Direct&) const {
    std::vector<Step> steps;
    add(steps, targets, Duration::zero(), Gate::None);
    return steps;
  }

  /// The first slice starts with the first growth, not before it: nothing is learnt by waiting
  /// with nobody treated.
  std::vector<Step> operator()(const Linear& linear) const {
    const auto slices = static_cast<int>(std::ceil(100 / linear.growth_factor - 1e-9));
    std::vector<double> percents;
    for (int i = 1; i <= slices; ++i) percents.push_back(std::min(100.0, linear.growth_factor * i));
    return evenly(percents, linear.duration);
  }

  std::vector<Step> operator()(const Exponential& exponential) const {
    std::vector<double> percents;
    for (double percent = exponential.growth_factor; percent < 100; percent *= 2) {
      percents.push_back(percent);
    }
    percents.push_back(100);
    return evenly(percents, exponential.duration);
  }

  /// As written: a person who lists a step twice wants it twice.
  std::vector<Step> operator()(const Custom& custom) const {
    std::vector<Step> steps;
    std::size_t reached = 0;
    for (const auto& wanted : custom.steps) {
      Step step;
      // A count may overtake a percentage of few targets; a cohort never shrinks.
      reached = std::max(reached, wanted.cohort.of(targets));
      step.cohort = reached;
      step.soak = wanted.soak;
      step.gate = wanted.manual ? Gate::Manual : Gate::None;
      steps.push_back(step);
    }
    return steps;
  }

 private:
  [[nodiscard]] std::vector<Step> by_slots(const BlueGreen& blue_green) const {
    Step stage;
    stage.cohort = targets;
    stage.mode = AssignMode::Stage;
    stage.judged = false;  // nobody runs the version yet
    Step activate;
    activate.cohort = targets;
    activate.mode = AssignMode::Activate;
    activate.soak = blue_green.verification_period;
    return {stage, activate};
  }

  /// The old pool keeps the old version, warm, until keepBlueDuration is over.
  [[nodiscard]] std::vector<Step> by_pools(const BlueGreen& blue_green) const {
    std::vector<Step> steps;
    if (idle > 0) {
      add(steps, idle, blue_green.verification_period, Gate::None);
      steps.back().idle = true;
      Step change;
      change.cohort = idle;
      change.mode = AssignMode::Switch;
      change.soak = std::max(blue_green.verification_period, blue_green.keep_blue_duration);
      steps.push_back(change);
    }
    // Nobody sees a soak of the old pool: it has no traffic any more.
    add(steps, targets, Duration::zero(), Gate::None);
    return steps;
  }

  /// Leaves a step out that adds nobody: watching the same instances twice proves nothing new.
  static void add(std::vector<Step>& steps, std::size_t cohort, Duration soak, Gate gate) {
    if (!steps.empty() && steps.back().cohort == cohort) return;
    Step step;
    step.cohort = cohort;
    step.soak = soak;
    step.gate = gate;
    steps.push_back(step);
  }

  [[nodiscard]] std::vector<Step> evenly(const std::vector<double>& percents,
                                         Duration duration) const {
    std::vector<Step> steps;
    const auto soak = duration / static_cast<std::int64_t>(percents.size());
    for (const double percent : percents) add(steps, part(percent), soak, Gate::None);
    return steps;
  }
};

/// One second for 10,000 instances, so that a large fleet does not ask for the bytes at once.
Duration default_spread(std::size_t added) {
  if (added <= 1000) return Duration::zero();
  return Duration(static_cast<Duration::rep>(added) / 10);
}

bool continues_on_failure(const Strategy& strategy) {
  const auto* rolling = std::get_if<Rolling>(&strategy.kind);
  return rolling != nullptr && !rolling->stop_on_failure;
}

}  // namespace

Plan plan(const Strategy& strategy, std::size_t targets, std::size_t idle) {
  HS_ASSERT(targets >= 1 && idle <= targets);
  Plan plan;
  plan.steps = std::visit(MakeSteps{targets, idle}, strategy.kind);
  std::size_t before = 0;
  for (auto& step : plan.steps) {
    step.percentage = static_cast<double>(step.cohort) * 100 / static_cast<double>(targets);
    step.judged = step.judged && strategy.health_check_enabled;
    const bool all_at_once = step.mode == AssignMode::Activate || step.mode == AssignMode::Switch;
    const auto added = all_at_once ? 0 : step.cohort - before;
    step.delivery_spread = strategy.delivery_spread && !all_at_once ? *strategy.delivery_spread
                                                                    : default_spread(added);
    before = step.cohort;
  }
  plan.bake = strategy.bake_time;
  plan.ack_timeout = strategy.ack_timeout;
  plan.revert_window = strategy.revert_window;
  plan.failure_budget = strategy.failure_budget.of(targets);
  plan.safeguards = strategy.safeguards;
  plan.continue_on_failure = continues_on_failure(strategy);
  return plan;
}

Duration expected_duration(const Plan& plan) {
  Duration total = plan.bake;
  for (const auto& step : plan.steps) total += step.soak;
  return total;
}

}  // namespace hotswap
