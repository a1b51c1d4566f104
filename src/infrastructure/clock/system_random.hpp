#pragma once
#include "domain/ports/random.hpp"

namespace hotswap {

/// The kernel's random numbers, fit for ids that nobody may guess. Thread-safe.
class SystemRandom : public Random {
 public:
  [[nodiscard]] std::string guid() override;
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) override;
};

}  // namespace hotswap
