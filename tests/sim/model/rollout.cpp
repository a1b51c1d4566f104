#include "sim/model/rollout.hpp"

#include <algorithm>
#include <cmath>

#include "domain/rollout/plan.hpp"

namespace hotswap::sim {
namespace {

using std::chrono::seconds;

constexpr WallTime kOrigin{std::chrono::hours(24 * 365 * 50)};
/// As judging_limit() of the state machine: health that cannot be judged for so long pauses.
constexpr Duration kJudgingLimit = std::chrono::minutes(11);
/// From the heartbeat's last request to its arrival.
constexpr double kTransport = 0.02;

WallTime wall(double at) { return kOrigin + Duration(std::llround(at * 1000)); }
double since_origin(WallTime at) { return static_cast<double>((at - kOrigin).count()) / 1000; }

double horizon(const Plan& plan) {
  const auto longest = expected_duration(plan) + kJudgingLimit * plan.steps.size();
  return kHistory + static_cast<double>(longest.count()) / 1000 + 60;
}

class Course {
 public:
  Course(const Scenario& scenario, Judge judge, std::uint64_t seed)
      : scenario_(scenario),
        plan_(plan(scenario.strategy, scenario.service.instances)),
        world_(scenario.service, seed, horizon(plan_)),
        random_(seed, 2),
        contender_(make(judge, scenario.service.instances, scenario.look_at_most)) {
    situation_.treated.resize(scenario.service.instances);
    applied_.resize(scenario.service.instances);
    for (std::size_t i = 0; i < scenario.service.instances; ++i)
      hosts_.emplace_back(world_, i, seed);
  }

  Run run() {
    while (next_beat() < kHistory) report();
    contender_->start(wall(kHistory));
    now_ = kHistory;
    hand_out();
    while (!ended_) advance();
    return result_;
  }

 private:
  /// Whatever comes first: a heartbeat, a look that the judge asked for, the end of a soak.
  void advance() {
    const double beat = next_beat();
    const auto asked = contender_->next_look();
    const double look_at = asked ? std::max(now_, since_origin(*asked)) : 1e18;
    const double next = std::min({beat, look_at, deadline()});
    now_ = next;
    if (beat <= next) report();
    if (beat <= next || look_at <= next) look();
    if (!ended_) progress();
  }

  [[nodiscard]] double next_beat() const {
    double next = 1e18;
    for (const auto& host : hosts_) next = std::min(next, host.next_beat() + kTransport);
    return next;
  }

  void report() {
    const auto first = std::ranges::min_element(hosts_, {}, &Host::next_beat);
    const auto index = static_cast<std::size_t>(first - hosts_.begin());
    const double at = first->next_beat() + kTransport;
    contender_->take(index, wall(at), first->beat(applied_[index], scenario_.fault));
  }

  /// Everybody of the step runs the version within half a second.
  void hand_out() {
    const auto& step = plan_.steps[result_.step];
    double last = now_;
    for (std::size_t i = 0; i < step.cohort; ++i) {
      if (applied_[i]) continue;
      applied_[i] = now_ + random_.uniform(0.02, 0.5);
      situation_.treated[i] = wall(*applied_[i] + kTransport);
      last = std::max(last, *applied_[i]);
    }
    soak_ends_ = last + static_cast<double>(step.soak.count()) / 1000;
    contender_->step();
    ruling_ = Ruling::Undecided;
  }

  void look() {
    situation_.now = wall(now_);
    ruling_ = contender_->look(situation_);
    if (ruling_ == Ruling::RollBack) finish(End::RolledBack);
    if (ruling_ == Ruling::Pause) finish(End::Paused);
  }

  [[nodiscard]] double deadline() const {
    const double limit = soak_ends_ + static_cast<double>(kJudgingLimit.count()) / 1000;
    return now_ < soak_ends_ ? soak_ends_ : limit;
  }

  void progress() {
    if (now_ < soak_ends_) return;
    if (ruling_ == Ruling::Healthy) {
      if (result_.step + 1 == plan_.steps.size()) return finish(End::Succeeded);
      ++result_.step;
      return hand_out();
    }
    if (now_ >= soak_ends_ + static_cast<double>(kJudgingLimit.count()) / 1000) {
      finish(End::Paused);
    }
  }

  void finish(End end) {
    ended_ = true;
    result_.end = end;
    result_.lasted = now_ - kHistory;
    result_.why = contender_->why();
    const auto& fault = scenario_.fault;
    const auto first = applied_[fault.only.value_or(0)];
    if (fault.any() && first) result_.after = now_ - (*first + fault.delay);
  }

  const Scenario& scenario_;
  Plan plan_;
  World world_;
  Random random_;
  std::unique_ptr<Contender> contender_;
  std::vector<Host> hosts_;
  std::vector<std::optional<double>> applied_;
  Situation situation_;
  Ruling ruling_ = Ruling::Undecided;
  double now_ = 0;
  double soak_ends_ = 0;
  bool ended_ = false;
  Run result_;
};

}  // namespace

Run simulate(const Scenario& scenario, Judge judge, std::uint64_t seed) {
  return Course(scenario, judge, seed).run();
}

}  // namespace hotswap::sim
