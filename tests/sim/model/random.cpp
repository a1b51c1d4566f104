#include "sim/model/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace hotswap::sim {
namespace {

std::uint64_t split_mix(std::uint64_t& x) {
  x += 0x9e3779b97f4a7c15U;
  auto z = x;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// Up to here counts are drawn by walking up the distribution.
constexpr double kSmallMean = 25;

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  auto x = seed * 0x2545f4914f6cdd1dU + stream;
  for (auto& word : state_) word = split_mix(x);
}

std::uint64_t Random::next() {
  const auto result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const auto shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log1p(-uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::exponential(double mean) { return -mean * std::log1p(-uniform()); }

/// Marsaglia and Tsang 2000.
double Random::gamma(double shape) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal();
    const double v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (std::log1p(-uniform()) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

std::uint64_t Random::poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean > kSmallMean) return poisson_large(mean);
  double term = std::exp(-mean);
  double rest = uniform() - term;
  std::uint64_t count = 0;
  while (rest > 0 && count < 200) {
    ++count;
    term *= mean / static_cast<double>(count);
    rest -= term;
  }
  return count;
}

/// Hörmann 1993, transformed rejection (PTRS).
std::uint64_t Random::poisson_large(double mean) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double bound = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform() - 0.5;
    const double v = 1 - uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= bound) return static_cast<std::uint64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = std::log(v * inverse_alpha / (a / (us * us) + b));
    if (left <= k * std::log(mean) - mean - log_gamma(k + 1)) return static_cast<std::uint64_t>(k);
  }
}

std::uint64_t Random::binomial(std::uint64_t n, double p) {
  if (n == 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const auto whole = static_cast<double>(n);
  if (p > 0.5) return n - binomial(n, 1 - p);
  if (whole * p > kSmallMean) {
    const double drawn = whole * p + std::sqrt(whole * p * (1 - p)) * normal();
    return static_cast<std::uint64_t>(std::clamp(std::round(drawn), 0.0, whole));
  }
  double term = std::pow(1 - p, whole);
  double rest = uniform() - term;
  std::uint64_t count = 0;
  while (rest > 0 && count < n) {
    term *= (whole - static_cast<double>(count)) / static_cast<double>(count + 1) * p / (1 - p);
    ++count;
    rest -= term;
    if (term < 1e-18 && count > 50) break;
  }
  return count;
}

double Wander::step(Random& random, double seconds) {
  const double kept = started_ ? std::exp(-seconds / memory_) : 0;
  started_ = true;
  value_ = kept * value_ + std::sqrt(1 - kept * kept) * random.normal();
  return value_;
}

}  // namespace hotswap::sim
