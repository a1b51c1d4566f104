#pragma once
#include <cstdint>
#include <string>

namespace hotswap {

/// The only source of randomness: ids and jitter.
class Random {
 public:
  virtual ~Random() = default;
  /// Lowercase RFC 4122 version 4 GUID.
  [[nodiscard]] virtual std::string guid() = 0;
  /// Uniform in [0, bound); bound > 0.
  [[nodiscard]] virtual std::uint64_t below(std::uint64_t bound) = 0;
};

}  // namespace hotswap
