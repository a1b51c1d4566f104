// Kayenta's NetflixACAJudge: per metric a Mann–Whitney U test with confidence 0.98; "High" if the
// interval of the location shift is above 0.25 · |estimated shift| and the ratio of the means is at
// least `allowedIncrease`. A metric that is High and critical fails the canary.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/model/history.hpp"

namespace hotswap::sim {
namespace {

constexpr double kConfidenceZ = 2.3263478740408408;  ///< two-sided 98 %
constexpr double kTolerance = 0.25;
constexpr double kErrorPoints = 0.05;
constexpr double kLatencyGrowth = 1.5;
constexpr double kCheckFailures = 0.1;
constexpr Duration kInterval = std::chrono::minutes(1);
constexpr Duration kBaseline = std::chrono::minutes(5);
constexpr Duration kLookback = std::chrono::minutes(5);
constexpr std::size_t kPointsLeast = 5;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Points of both sides, one metric.
struct Series {
  std::vector<double> treated, control;

  void add(double t, double c, std::size_t kept) {
    treated.push_back(t);
    control.push_back(c);
    if (treated.size() <= kept) return;
    treated.erase(treated.begin());
    control.erase(control.begin());
  }

  [[nodiscard]] bool high(double allowed_increase) const {
    if (treated.size() < kPointsLeast || control.size() < kPointsLeast) return false;
    std::vector<double> shifts;
    shifts.reserve(treated.size() * control.size());
    for (const double t : treated) {
      for (const double c : control) shifts.push_back(t - c);
    }
    const auto n = static_cast<double>(treated.size());
    const auto m = static_cast<double>(control.size());
    const double width = kConfidenceZ * std::sqrt(n * m * (n + m + 1) / 12);
    const double rank = std::floor(n * m / 2 - width);
    if (rank < 1) return false;
    const double lower = nth(shifts, static_cast<std::size_t>(rank) - 1);
    const double estimate = nth(shifts, shifts.size() / 2);
    if (lower <= kTolerance * std::abs(estimate)) return false;
    const double reference = mean(control);
    return reference <= 0 || mean(treated) / reference >= allowed_increase;
  }

 private:
  static double nth(std::vector<double>& values, std::size_t n) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(n);
    std::ranges::nth_element(values, at);
    return *at;
  }
};

class Kayenta : public Contender {
 public:
  explicit Kayenta(std::size_t instances) : history_(instances) {}

  void take(std::size_t instance, WallTime at, const Sample& sample) override {
    history_.take(instance, at, sample);
    if (instance == 0 && taken_) interval_ = at - *taken_;
    if (instance == 0) taken_ = at;
  }

  void start(WallTime now) override {
    const auto before = error_rate(history_.sum(now - kBaseline, now));
    errors_increase_ = before > 0 ? (before + kErrorPoints) / before : 1;
    point_ = std::chrono::round<std::chrono::seconds>(interval_);
    due_ = now + kInterval;
    pointed_ = now;
  }

  [[nodiscard]] std::optional<WallTime> next_look() const override { return due_; }

  Ruling look(const Situation& situation) override {
    for (; pointed_ + point_ <= situation.now; pointed_ += point_) add_points(situation);
    if (situation.now < due_) return Ruling::Healthy;
    due_ += kInterval;
    const bool failing = errors_.high(errors_increase_) || latency_.high(kLatencyGrowth) ||
                         checks_.high(1 + kCheckFailures);
    return failing ? Ruling::RollBack : Ruling::Healthy;
  }

 private:
  void add_points(const Situation& situation) {
    const auto to = pointed_ + point_;
    const auto treated = history_.treated(situation, pointed_, to);
    const auto control = history_.control(situation, pointed_, to);
    // Compared in pairs of the same minutes; without untreated ones there is nothing to compare.
    if (treated.requests == 0 || control.requests == 0) return;
    const auto kept = static_cast<std::size_t>(kLookback / point_);
    errors_.add(error_rate(treated), error_rate(control), kept);
    latency_.add(*treated.latency.quantile(0.99), *control.latency.quantile(0.99), kept);
    checks_.add(failed(treated), failed(control), kept);
  }

  static double failed(const Sample& sample) {
    return sample.checks == 0
               ? 0
               : static_cast<double>(sample.failed_checks) / static_cast<double>(sample.checks);
  }

  History history_;
  std::optional<WallTime> taken_;
  Duration interval_ = std::chrono::seconds(5);
  Duration point_{};
  WallTime due_{}, pointed_{};
  double errors_increase_ = 1;
  Series errors_, latency_, checks_;
};

}  // namespace

std::unique_ptr<Contender> mann_whitney(std::size_t instances) {
  return std::make_unique<Kayenta>(instances);
}

}  // namespace hotswap::sim
