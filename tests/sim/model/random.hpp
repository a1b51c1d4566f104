#pragma once
// Seeded draws that are the same on every machine and standard library, and fast enough for tens
// of thousands of simulated deployments.

#include <array>
#include <cstdint>

namespace hotswap::sim {

/// xoshiro256++, one stream per (seed, stream).
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream);

  double uniform();  ///< [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal();
  double exponential(double mean);
  double gamma(double shape);  ///< shape ≥ 1, mean `shape`
  std::uint64_t poisson(double mean);
  std::uint64_t binomial(std::uint64_t n, double p);

 private:
  std::uint64_t next();
  std::uint64_t poisson_large(double mean);

  std::array<std::uint64_t, 4> state_;
};

/// A mean-reverting random walk of unit variance: what it was `seconds` ago has a weight of
/// exp(-seconds / memory).
class Wander {
 public:
  explicit Wander(double memory_seconds) : memory_(memory_seconds) {}
  double step(Random& random, double seconds);

 private:
  double memory_;
  double value_ = 0;
  bool started_ = false;
};

}  // namespace hotswap::sim
