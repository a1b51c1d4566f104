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
/// Slot: every instance stages the version beside the active one, then one activate switches all.
/// Pool: the pool without traffic gets the version, then the traffic router switches to it.
enum class SwitchMode { Slot, Pool };
struct BlueGreen {
  SwitchMode switch_mode = SwitchMode::Slot;
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

/// What happens when nobody answers a manual gate within gateTimeout.
enum class OnGateTimeout { Rollback, Promote, Pause };

/// When a hook is called, as Flagger has them. A 2xx answer passes.
enum class HookKind {
  ConfirmRollout,    ///< gate before the first step: asked again every `interval` until it passes
  PreRollout,        ///< before the first step; failing ones count against failure_limit
  ConfirmStep,       ///< gate before every further step
  EachStep,          ///< after each step's soak, before health is judged; failing ones count
  ConfirmPromotion,  ///< gate before the deployment succeeds; health is still watched meanwhile
  PostRollout,       ///< after the end, whatever it was; its failure is only told
  Rollback           ///< asked every `interval` while running: a 2xx answer means roll back now
};

struct Hook {
  std::string name;  ///< unique in the strategy
  HookKind kind = HookKind::ConfirmRollout;
  std::string url;                               ///< http or https
  Duration timeout = std::chrono::seconds(10);   ///< of one call
  Duration interval = std::chrono::seconds(10);  ///< until it is called again
  std::uint32_t failure_limit = 0;  ///< PreRollout, EachStep: failing calls tolerated per step
  bool operator==(const Hook&) const = default;
};

/// Bounds of every strategy beside its steps.
struct Safeguards {
  std::optional<Duration> gate_timeout;  ///< of manual and confirm gates; nothing: they wait
  OnGateTimeout on_gate_timeout = OnGateTimeout::Rollback;
  /// Without a target or phase moving for this long (soaks and gates apart): rolled back.
  Duration progress_deadline = std::chrono::minutes(10);
  /// Targets that may be told, silent or failed at once; a step hands out no more. Nothing: no
  /// limit.
  std::optional<Share> max_unavailable;
  std::uint32_t ack_retries = 1;  ///< deliveries repeated to one who stays silent, before Failed
  /// How long a rollback waits for health within thresholds of the baseline.
  Duration verify_timeout = std::chrono::seconds(30);
  std::vector<Hook> hooks;  ///< at most 16
  bool operator==(const Safeguards&) const = default;
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
  Safeguards safeguards;  ///< its members stand beside the others in JSON
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
