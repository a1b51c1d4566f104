#include "domain/health/sequential.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "domain/health/calibration.hpp"

namespace hotswap::health {
namespace {

constexpr std::array<double, 4> kEffects{1, 2, 4, 8};
constexpr double kHighestShare = 0.98;
constexpr double kLeastStrength = 2;

/// std::lgamma writes a global sign; its arguments here are positive, where that is not needed.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

/// The logarithm of the chance of these counts, if their share is drawn from the Beta distribution
/// with this mean and deviation.
double log_chance(const Counts& counts, double mean, double deviation) {
  const double spread = mean * (1 - mean);
  const double strength = std::max(kLeastStrength, spread / (deviation * deviation) - 1);
  const double a = mean * strength;
  const double b = (1 - mean) * strength;
  return log_beta(counts.bad + a, counts.total - counts.bad + b) - log_beta(a, b);
}

}  // namespace

double evidence_of_share(const Counts& counts, const Belief& belief, double effect) {
  if (counts.total <= 0) return 0;
  const double expected = std::clamp(belief.expected, kLeastDrift, kHighestShare);
  const double before = log_chance(counts, expected, std::max(belief.deviation, kLeastDrift));
  std::array<double, kEffects.size()> worse{};
  for (std::size_t i = 0; i < kEffects.size(); ++i) {
    const double apart = kEffects[i] * effect;
    worse[i] = log_chance(counts, std::min(expected + apart, kHighestShare), apart / 3);
  }
  const double most = *std::ranges::max_element(worse);
  double sum = 0;
  for (const double each : worse) sum += std::exp(each - most);
  return most + std::log(sum / static_cast<double>(kEffects.size())) - before;
}

double evidence_of_mean(double mean, double variance, const Belief& belief, double effect) {
  const double apart = mean - belief.expected;
  const double noise = variance + belief.deviation * belief.deviation;
  if (apart <= 0 || !(noise > 0) || !std::isfinite(apart)) return 0;
  const double prior = effect * effect;
  // Normal with variance noise + prior against normal with variance noise.
  return 0.5 * (apart * apart / noise * (prior / (noise + prior)) - std::log1p(prior / noise));
}

double required_evidence(std::uint64_t index, std::size_t lengths) {
  const auto block = static_cast<double>(index);
  // 1/((k+1)(k+2)) over all k adds up to 1.
  return std::log((block + 1) * (block + 2) *
                  static_cast<double>(std::max<std::size_t>(1, lengths)) / kFalseAlarm);
}

}  // namespace hotswap::health
