#pragma once
// A look at the treated cohort is compared with what its instances were before and with those
// untreated; only what is worse than each of them counts. Internal to domain/health.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/health/judge.hpp"
#include "domain/health/sequential.hpp"

namespace hotswap::health {

struct Comparison {
  double reference = 0;    ///< in the criterion's unit
  bool crossed = false;    ///< the threshold, as an effect size
  bool calm = true;        ///< the better half of the time crosses most of it, too
  double statistic = 0;    ///< a logarithm
  bool untreated = false;  ///< with the control cohort, else with before
};

/// One look, compared with everything there is.
struct Compared {
  const Look* look = nullptr;
  double value = 0;  ///< in the criterion's unit
  std::uint64_t samples = 0;
  bool enough = false;  ///< samples, and bad ones among them
  std::vector<Comparison> with;
  Duration trouble{};  ///< of single hosts, as long as it was before

  [[nodiscard]] bool crossed() const;
  [[nodiscard]] double statistic() const;  ///< the least
  /// The comparison in which the treated cohort looks best.
  [[nodiscard]] const Comparison* strictest(Direction direction = Direction::Increase) const;
};

/// The look that fails, or the one that comes closest.
struct Tested {
  Compared compared;
  double required = 0;
  bool failed = false;
};

/// The looks of the evidence; the window alone if it was not cut into looks.
[[nodiscard]] std::span<const Look> looks_of(const Evidence& evidence, const Look& window);
/// The window as a look, for what is shown and for Pass.
[[nodiscard]] Look window_of(const Evidence& evidence);

/// `compare` a look; nothing to compare with is an empty vector, which never fails.
[[nodiscard]] Tested test_looks(std::span<const Look> looks,
                                const std::function<Compared(const Look&)>& compare);

/// Beliefs about the treated share from its own past beside the fleet's, and from the control
/// cohort corrected by how both were apart before. `drift` as a part of the share.
struct SharePast {
  std::optional<Counts> own, fleet, control;
  double dispersion = 1;
};
[[nodiscard]] std::optional<Belief> belief_of_past(const SharePast& past, double drift,
                                                   double most_drift);
[[nodiscard]] Belief belief_of_control(const Counts& control, const SharePast& past, double drift,
                                       double most_drift);

/// By at most kMostDispersion, unless nobody but outliers can be judged: those who flap are that
/// uneven by themselves.
[[nodiscard]] Counts deflated(const Counts& counts, double dispersion, bool only_outliers);
/// `the last 5 minutes`, `the last 20 s`.
[[nodiscard]] std::string lately(Duration duration);
/// `90 s`, `12 minutes`, `3.5 hours`.
[[nodiscard]] std::string plain(Duration duration);

/// How many more observations are needed and how long that takes at this pace.
[[nodiscard]] std::string wait_for(double seen, double needed, Duration covered,
                                   std::string_view what);

/// Fills drivers (only if `bad`) and outliers; `value` of an instance in the criterion's unit.
struct InstanceView {
  std::function<Counts(const Sample&)> counts;
  std::function<double(const Sample&)> value;
  double expected = 0;  ///< share (or mean) that is no excess
  std::string unit;     ///< ` %`, ` ms`
};
void name_instances(CriterionVerdict& verdict, const Evidence& evidence, const InstanceView& view);

}  // namespace hotswap::health
