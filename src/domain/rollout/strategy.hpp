#pragma once
// How a version reaches its targets, as people write it. A strategy only plans (see plan.hpp).

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// A count, or a percentage of the targets (rounded up, at least 1).
struct Share {
  double amount = 1;
  bool percent = false;
  [[nodiscard]] std::size_t of(std::size_t total) const;  ///< ≤ total
  bool operator==(const Share&) const = default;
};

struct Canary {
  std::vector<double> phases = {10, 30, 50, 100};  ///< percent, ascending, last = 100
  Duration phase_interval = std::chrono::minutes(5);
  bool auto_promote = true;
  bool operator==(const Canary&) const = default;
};
struct BlueGreen {  ///< slot mode: stage everywhere, check, then one activate
  Duration verification_period = std::chrono::minutes(10);
  Duration keep_blue_duration = std::chrono::minutes(30);
  bool operator==(const BlueGreen&) const = default;
};
struct Rolling {
  Share batch_size;
  Duration batch_interval = std::chrono::minutes(2);
  bool stop_on_failure = true;  ///< false: failed instances are counted, the rollout goes on
  bool operator==(const Rolling&) const = default;
};
struct Direct {
  bool operator==(const Direct&) const = default;
};
struct Linear {  ///< AWS AppConfig's LINEAR: equal growth at equal slices of the duration
  double growth_factor = 20;  ///< percent per step
  Duration duration = std::chrono::minutes(30);
  bool operator==(const Linear&) const = default;
};
struct Exponential {  ///< growthFactor · 2^n percent at step n
  double growth_factor = 10;
  Duration duration = std::chrono::minutes(20);
  bool operator==(const Exponential&) const = default;
};
struct CustomStep {
  Share cohort;  ///< cumulative
  Duration soak{};
  bool manual = false;
  bool operator==(const CustomStep&) const = default;
};
struct Custom {
  std::vector<CustomStep> steps;
  bool operator==(const Custom&) const = default;
};

struct Strategy {
  std::variant<Canary, BlueGreen, Rolling, Direct, Linear, Exponential, Custom> kind = Canary{};
  bool health_check_enabled = true;  ///< default false for Direct
  Duration bake_time{};              ///< health is watched this long after the last step
  Duration ack_timeout = std::chrono::seconds(30);
  Duration revert_window = std::chrono::hours(72);
  Share failure_budget{0, false};  ///< Failed + Rejected + Unreachable targets that are tolerated
  /// Delivery of one step is spread over this long; unset: 0 up to 1,000 targets, then 1 s per
  /// 10,000.
  std::optional<Duration> delivery_spread;
  bool operator==(const Strategy&) const = default;
};

/// `Canary`, `BlueGreen`, …
[[nodiscard]] std::string_view kind_name(const Strategy& strategy);
/// `{"type":"Canary","canaryPercentage":10,"phases":[…],"phaseInterval":"PT5M",…}`; all parameters
/// written out with their defaults.
[[nodiscard]] json::Value to_json(const Strategy& strategy);
/// Unknown type or parameter, absurd values: Invalid `strategy.invalid` with every bad field.
/// A bare string is the type with defaults. `canaryPercentage` sets or must equal the first phase.
[[nodiscard]] Result<Strategy> strategy_from_json(const json::Value& value,
                                                  const std::string& path);

}  // namespace hotswap
