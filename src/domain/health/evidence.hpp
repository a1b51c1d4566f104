#pragma once
// What the judge looks at, cut out of the fleet's samples. Pure, so that a replay cuts the recorded
// samples in the very same way.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/health/sample.hpp"

namespace hotswap {

class HealthWindows;
struct Criterion;
struct HealthPolicy;

/// What the targets measured before the first assignment; frozen then, stored with the deployment.
struct Baseline {
  Sample all;
  std::map<InstanceId, Sample> instances;  ///< at most kInstances, those with the most requests
  /// How much more the counts of one instance and slot vary than independent requests would, ≥ 1:
  /// bursts and differences between hosts. Evidence is divided by it.
  double error_dispersion = 1;
  double latency_dispersion = 1;
  /// The same for all instances together, by the time: what hits everybody at once.
  double error_shock = 1;
  double latency_shock = 1;
  /// The longest stretch in which one instance alone was in trouble for a while, in all that is
  /// known of them: evidence must reach over more time than that.
  Duration error_trouble{}, latency_trouble{};
  /// How much more the means of a metric's values vary than independent values would, ≥ 1.
  std::map<std::string, double> custom_dispersion;
  /// Went bad and recovered more than once, at most kInstances: a verdict leaves them out.
  std::vector<InstanceId> flapping;
  static constexpr std::size_t kInstances = 200;
  bool operator==(const Baseline&) const = default;
};
[[nodiscard]] json::Value to_json(const Baseline& baseline);
[[nodiscard]] Result<Baseline> baseline_from_json(const json::Value& value);

/// One answer of a metrics source, for both cohorts where the query tells them apart.
struct Measurement {
  WallTime at{};
  std::string query;              ///< that was asked for the treated cohort
  std::optional<double> value;    ///< nothing and no error: the source has no data
  std::optional<double> control;  ///< the same for those untreated
  std::string error;              ///< why the source could not be asked
  bool operator==(const Measurement&) const = default;
};
using Measurements = std::map<std::string, Measurement>;  ///< newest, by criterion

/// Who is compared with whom.
struct Cohorts {
  struct Treated {
    InstanceId instance;
    WallTime since{};  ///< runs the version since then; later samples count
  };
  std::vector<Treated> treated;
  std::vector<InstanceId> control;
  [[nodiscard]] std::optional<WallTime> first_treated() const;
};

struct InstanceEvidence {
  InstanceId instance;
  Sample now;  ///< latencies only of those with many slow requests
  std::optional<Sample> before;
  /// Was as bad before the deployment, or flapped: not in the sums, unless nobody else is.
  bool left_out = false;
};

/// One stretch of time that is tested by itself: blocks of several lengths (the criterion's window
/// and shorter ones), each cumulative from its start, so that its test may be looked at at any
/// time; `index` counts the blocks of that length, among which the risk of a false alarm is shared.
struct Look {
  Duration length{};
  std::uint64_t index = 0;
  Sample treated;
  std::optional<Sample> control;
  Duration covered{};     ///< by what was measured in it
  double dispersion = 1;  ///< of the treated counts within it, ≥ 1
  /// The better half of its time, as `total` observations of which `bad` are bad (Custom: a sum of
  /// values); nothing if it is too short to be halved. A burst does not reach into it.
  struct Half {
    double total = 0;
    double bad = 0;
  };
  std::optional<Half> calm;
};

/// For one criterion.
struct Evidence {
  Sample treated;                    ///< since it was treated, within the window
  std::optional<Sample> control;     ///< untreated instances in the same minutes
  std::optional<Baseline> baseline;  ///< without its single instances
  /// Of the baseline: those treated (not left out), and those of the control cohort.
  std::optional<Sample> treated_before, control_before;
  std::size_t control_instances = 0;
  bool only_outliers = false;  ///< the treated cohort has nobody who is not one
  Duration covered{};  ///< by `treated`: the window, or longer where there is little traffic
  Duration waited = Duration::max();  ///< since the first one who counts was treated, if known
  std::vector<InstanceEvidence> instances;  ///< of the treated cohort, in the window
  std::vector<Look> looks;                  ///< longest first
  std::optional<Measurement> measurement;   ///< Query only
};

/// Samples in [from, to) before the deployment; nothing if there are none.
[[nodiscard]] std::optional<Baseline> measure_baseline(const HealthWindows& windows,
                                                       const std::vector<InstanceId>& targets,
                                                       WallTime from, WallTime to);

/// One Evidence per criterion, in the policy's order. Only samples up to `now` count.
[[nodiscard]] std::vector<Evidence> gather_evidence(const HealthPolicy& policy,
                                                    const HealthWindows& windows,
                                                    const Cohorts& cohorts,
                                                    const std::optional<Baseline>& baseline,
                                                    const Measurements& measurements, WallTime now);

}  // namespace hotswap
