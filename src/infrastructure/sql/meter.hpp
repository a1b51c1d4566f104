#pragma once
// How long the store's operations take, and how busy its connections are, as metrics.

#include <chrono>

#include "domain/ports/metrics.hpp"

namespace hotswap::sql {

struct Meter {
  Meter(Metrics& metrics, std::size_t readers);

  Distribution& read;      ///< one statement, or a few that need not agree
  Distribution& snapshot;  ///< several that see one moment
  Distribution& commit;    ///< from being asked for to being durable
  Distribution& wait;      ///< for a free connection, of those who had to
  Gauge& in_use;           ///< connections for reading
  Gauge& committing;       ///< change sets that wait to be written, or are being written
};

/// Tells a histogram how long it lived; null: nothing is measured.
class Stopwatch {
 public:
  explicit Stopwatch(Distribution* told) : told_(told) {
    if (told_ != nullptr) begun_ = std::chrono::steady_clock::now();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    if (told_ == nullptr) return;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_;
    told_->observe(took.count());
  }

 private:
  Distribution* told_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace hotswap::sql
