#pragma once
// When an issuer's keys are fetched again. Pure: whoever fetches tells what came of it.

#include <optional>

#include "domain/base/time.hpp"

namespace hotswap::api {

struct KeyRefreshTimes {
  Duration every = std::chrono::minutes(10);  ///< while all is well
  /// A token may name a key that is not known yet: then at once, but no more often than this.
  Duration wish_gap = std::chrono::seconds(30);
  Duration retry_first = std::chrono::seconds(5);  ///< after a failure; doubles
  Duration retry_max = std::chrono::minutes(5);
  Duration keep = std::chrono::hours(24);  ///< keys that could not be fetched anew count so long
};

class KeyRefresh {
 public:
  explicit KeyRefresh(KeyRefreshTimes times) : times_(times) {}

  [[nodiscard]] bool due(MonoTime now, bool wished) const;
  /// `fresh_for`: what the issuer said of it; longer than `every` is not believed.
  void succeeded(MonoTime now, std::optional<Duration> fresh_for);
  void failed(MonoTime now);
  /// Whether keys that were fetched once have been kept for too long.
  [[nodiscard]] bool outlived(MonoTime now) const;
  [[nodiscard]] bool failing() const { return failures_ > 0; }
  [[nodiscard]] std::optional<Duration> age(MonoTime now) const;  ///< nothing: never fetched

 private:
  static constexpr Duration kFreshMin = std::chrono::seconds(30);
  static constexpr int kDoublings = 16;

  KeyRefreshTimes times_;
  std::optional<MonoTime> tried_, had_;
  std::optional<MonoTime> next_;
  int failures_ = 0;
};

}  // namespace hotswap::api
