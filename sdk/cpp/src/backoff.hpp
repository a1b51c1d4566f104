#pragma once
// Exponential backoff with full jitter: each wait is drawn evenly from zero to a ceiling that
// doubles, so that a fleet that lost its server does not return in step.

#include <chrono>
#include <cstdint>
#include <random>

namespace hotswap::sdk {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, std::uint64_t seed)
      : min_(min), max_(max), ceiling_(min), random_(seed) {}

  /// The next wait, in [0, ceiling].
  std::chrono::milliseconds next();
  void reset() { ceiling_ = min_; }
  [[nodiscard]] std::chrono::milliseconds ceiling() const { return ceiling_; }

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::chrono::milliseconds ceiling_;
  std::mt19937_64 random_;
};

}  // namespace hotswap::sdk
