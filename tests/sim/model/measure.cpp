#include "sim/model/measure.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace hotswap::sim {
namespace {

constexpr std::size_t kExamples = 5;
constexpr double kTailProbability = 0.025;

/// P(X ≤ k) of a binomial.
double cumulative(std::size_t k, std::size_t n, double p) {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  const auto whole = static_cast<double>(n);
  double log_term = whole * std::log1p(-p);
  double sum = std::exp(log_term);
  for (std::size_t i = 0; i < k; ++i) {
    const auto at = static_cast<double>(i);
    log_term += std::log((whole - at) / (at + 1)) + std::log(p) - std::log1p(-p);
    sum += std::exp(log_term);
  }
  return std::min(1.0, sum);
}

/// Where a falling function of p crosses `value`.
template <class F>
double crossing(F falling, double value) {
  double low = 0;
  double high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (falling(middle) > value ? low : high) = middle;
  }
  return (low + high) / 2;
}

void note(Tally& tally, const Run& run) {
  ++tally.runs;
  if (run.end == End::Paused) ++tally.paused;
  if (run.blamed()) ++tally.blamed;
  if (run.detected()) {
    ++tally.detected;
    tally.after.push_back(*run.after);
  }
  if (!run.why.empty() && tally.examples.size() < kExamples) {
    tally.examples.push_back(std::to_string(static_cast<int>(run.lasted)) + " s, step " +
                             std::to_string(run.step + 1) + ": " + run.why);
  }
}

}  // namespace

std::optional<double> Tally::detected_within(double share) const {
  if (runs == 0) return std::nullopt;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(runs) - 1e-9));
  if (rank == 0 || rank > after.size()) return std::nullopt;
  return after[rank - 1];
}

void Tally::add_counts(const Tally& other) {
  runs += other.runs;
  blamed += other.blamed;
  detected += other.detected;
  paused += other.paused;
}

Tally measure(const Scenario& scenario, Judge judge, std::size_t runs, std::uint64_t first_seed) {
  std::vector<Run> results(runs);
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([&] {
        for (auto index = next++; index < runs; index = next++) {
          results[index] = simulate(scenario, judge, first_seed + index);
        }
      });
    }
  }
  Tally tally;
  for (const auto& run : results) note(tally, run);
  std::ranges::sort(tally.after);
  return tally;
}

Interval proportion_interval(std::size_t hits, std::size_t total) {
  Interval interval;
  if (total == 0) return interval;
  if (hits > 0) {
    interval.lower =
        crossing([&](double p) { return cumulative(hits - 1, total, p); }, 1 - kTailProbability);
  }
  if (hits < total) {
    interval.upper =
        crossing([&](double p) { return cumulative(hits, total, p); }, kTailProbability);
  }
  return interval;
}

}  // namespace hotswap::sim
