// Flagger's and Argo's way: a query per interval against a fixed number. Flagger (interval 1m,
// threshold 5, request-success-rate min, request-duration max): failed checks are cumulative, no
// values are a failed check, a failed check halts the advance. Argo: more than failureLimit failed
// measurements abort (default 0), and so do 5 errors in a row (consecutiveErrorLimit 4), which is
// what an empty answer is.

#include "sim/model/history.hpp"

namespace hotswap::sim {
namespace {

constexpr double kErrorPoints = 0.05;
constexpr double kLatencyGrowth = 1.5;
constexpr double kCheckFailures = 0.1;
constexpr Duration kBaseline = std::chrono::minutes(5);

class Fixed : public Contender {
 public:
  Fixed(std::size_t instances, const FixedThreshold& settings)
      : history_(instances), settings_(settings) {}

  void take(std::size_t instance, WallTime at, const Sample& sample) override {
    history_.take(instance, at, sample);
  }

  void start(WallTime now) override {
    const auto before = history_.sum(now - kBaseline, now);
    errors_max_ = error_rate(before) + kErrorPoints;
    p99_max_ = before.latency.quantile(0.99).value_or(0) * kLatencyGrowth;
    due_ = now + settings_.interval;
  }

  [[nodiscard]] std::optional<WallTime> next_look() const override { return due_; }

  Ruling look(const Situation& situation) override {
    if (situation.now < due_) return last_;
    due_ += settings_.interval;
    const auto now = history_.treated(situation, situation.now - settings_.window, situation.now);
    if (now.requests == 0 && settings_.empty) {
      return last_ = ++empty_ >= *settings_.empty ? Ruling::RollBack : Ruling::Undecided;
    }
    empty_ = 0;
    const bool failed = !good(now);
    if (failed && ++failures_ >= settings_.failures) return Ruling::RollBack;
    return last_ = failed ? Ruling::Undecided : Ruling::Healthy;
  }

 private:
  [[nodiscard]] bool good(const Sample& now) const {
    if (now.requests == 0) return false;
    const bool checks_fail =
        static_cast<double>(now.failed_checks) > kCheckFailures * static_cast<double>(now.checks);
    return error_rate(now) <= errors_max_ && *now.latency.quantile(0.99) <= p99_max_ &&
           !checks_fail;
  }

  History history_;
  FixedThreshold settings_;
  double errors_max_ = 0, p99_max_ = 0;
  WallTime due_{};
  unsigned failures_ = 0;
  unsigned empty_ = 0;
  Ruling last_ = Ruling::Undecided;
};

}  // namespace

std::unique_ptr<Contender> fixed_threshold(std::size_t instances, const FixedThreshold& settings) {
  return std::make_unique<Fixed>(instances, settings);
}

}  // namespace hotswap::sim
