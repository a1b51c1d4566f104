#pragma once
#include "domain/base/mutex.hpp"
#include "domain/ports/random.hpp"

namespace hotswap::testing {

/// The same ids and numbers at every run with the same seed. Thread-safe.
class FakeRandom : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : state_(seed) {}

  /// Well-formed version 4 GUIDs, all different.
  [[nodiscard]] std::string guid() override;
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) override;

 private:
  std::uint64_t next() HS_REQUIRES(mutex_);

  Mutex mutex_;
  std::uint64_t state_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
