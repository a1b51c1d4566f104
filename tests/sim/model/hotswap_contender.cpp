// Drives the judge as the orchestrator does: samples into the windows, a look at every arrival but
// at most every 200 ms, evidence, verdicts, budgets.

#include "domain/health/budget.hpp"
#include "domain/health/evidence.hpp"
#include "domain/health/judge.hpp"
#include "domain/health/windows.hpp"
#include "sim/model/contender.hpp"

namespace hotswap::sim {
namespace {

constexpr Duration kBaseline = std::chrono::minutes(5);

class HotSwapJudge : public Contender {
 public:
  HotSwapJudge(std::size_t instances, Duration at_most) : at_most_(at_most) {
    policy_.criteria = default_criteria();
    for (std::size_t i = 0; i < instances; ++i) ids_.emplace_back("instance-" + std::to_string(i));
  }

  void take(std::size_t instance, WallTime at, const Sample& sample) override {
    windows_.add(ids_[instance], at, sample);
  }

  void start(WallTime now) override {
    baseline_ = measure_baseline(windows_, ids_, now - kBaseline, now);
  }

  void step() override { tallies_.clear(); }

  [[nodiscard]] std::optional<WallTime> next_look() const override { return wanted_; }

  Ruling look(const Situation& situation) override {
    if (situation.now - looked_ < at_most_) {
      wanted_ = looked_ + at_most_;
      return last_;
    }
    looked_ = situation.now;
    wanted_.reset();
    const auto cohorts = cohorts_of(situation);
    const auto first = cohorts.first_treated();
    if (!first) return last_ = Ruling::Undecided;
    const auto evidence = gather_evidence(policy_, windows_, cohorts, baseline_, {}, situation.now);
    const auto judgement = judge(policy_, evidence, {situation.now - *first, false});
    const auto counted = count_judgement(tallies_, policy_, judgement, situation.now);
    return last_ = ruling(judgement.overall, counted);
  }

  [[nodiscard]] std::string why() const override { return why_; }

 private:
  [[nodiscard]] Cohorts cohorts_of(const Situation& situation) const {
    Cohorts cohorts;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (situation.treated[i]) {
        cohorts.treated.push_back({ids_[i], *situation.treated[i]});
      } else {
        cohorts.control.push_back(ids_[i]);
      }
    }
    return cohorts;
  }

  Ruling ruling(Outcome overall, const Counted& counted) {
    switch (counted.breach) {
      case BudgetBreach::None:
        break;
      case BudgetBreach::Failing:
        why_ = counted.reason;
        return Ruling::RollBack;
      case BudgetBreach::Inconclusive:
      case BudgetBreach::Erroring:
        why_ = counted.reason;
        return Ruling::Pause;
    }
    return overall == Outcome::Pass ? Ruling::Healthy : Ruling::Undecided;
  }

  Duration at_most_;
  HealthPolicy policy_;
  std::vector<InstanceId> ids_;
  HealthWindows windows_;
  std::optional<Baseline> baseline_;
  Tallies tallies_;
  WallTime looked_{};
  std::optional<WallTime> wanted_;
  Ruling last_ = Ruling::Undecided;
  std::string why_;
};

}  // namespace

std::unique_ptr<Contender> hotswap_judge(std::size_t instances, Duration at_most) {
  return std::make_unique<HotSwapJudge>(instances, at_most);
}

}  // namespace hotswap::sim
