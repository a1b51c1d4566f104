#include "domain/health/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/health/calibration.hpp"

namespace hotswap::health {
namespace {

/// What a look must cover; `longest` is the length of the longest one.
Duration steady(const Look& look, Duration trouble, Duration longest) {
  if (look.length <= Duration{}) return kSteady;
  const auto least = std::min(kSteady, look.length / 2);
  if (trouble <= Duration{}) return least;
  const auto over = std::chrono::duration_cast<Duration>(trouble * kTroubleTimes);
  return std::max(least, std::min({over, kMostSteady, longest * 4 / 5}));
}

double square(double x) { return x * x; }

double drift_of(double share, double drift, double most) {
  return std::max(kLeastDrift, std::min(share * drift, most));
}

}  // namespace

bool Compared::crossed() const {
  return !with.empty() && std::ranges::all_of(with, &Comparison::crossed);
}

double Compared::statistic() const {
  if (with.empty()) return 0;
  return std::ranges::min_element(with, {}, &Comparison::statistic)->statistic;
}

const Comparison* Compared::strictest(Direction direction) const {
  if (with.empty()) return nullptr;
  return direction == Direction::Increase
             ? &*std::ranges::max_element(with, {}, &Comparison::reference)
             : &*std::ranges::min_element(with, {}, &Comparison::reference);
}

std::span<const Look> looks_of(const Evidence& evidence, const Look& window) {
  if (!evidence.looks.empty()) return evidence.looks;
  return {&window, 1};
}

Look window_of(const Evidence& evidence) {
  Look look;
  look.treated = evidence.treated;
  look.control = evidence.control;
  look.covered = std::max(kSteady, evidence.covered);
  if (!evidence.looks.empty()) look.dispersion = evidence.looks.front().dispersion;
  return look;
}

Tested test_looks(std::span<const Look> looks,
                  const std::function<Compared(const Look&)>& compare) {
  std::optional<Tested> best;
  for (const auto& look : looks) {
    Tested tested{compare(look), required_evidence(look.index, looks.size()), false};
    const auto& compared = tested.compared;
    tested.failed = compared.enough && compared.crossed() &&
                    look.covered >= steady(look, compared.trouble, looks.front().length) &&
                    std::ranges::all_of(compared.with, &Comparison::calm) &&
                    compared.statistic() >= tested.required;
    const auto lead = [](const Tested& each) { return each.compared.statistic() - each.required; };
    const bool better = !best || (tested.failed && !best->failed) ||
                        (tested.failed == best->failed && lead(tested) > lead(*best));
    if (better) best = std::move(tested);
  }
  return std::move(*best);
}

std::optional<Belief> belief_of_past(const SharePast& past, double drift, double most_drift) {
  if (!past.own && !past.fleet) return std::nullopt;
  const Counts fleet = past.fleet.value_or(Counts{});
  Counts seen = past.own.value_or(fleet);
  if (past.own) {
    const double weight = std::min(kFleetStrength, fleet.total);
    seen += {weight, weight * fleet.share()};
  }
  const double measured = seen.share();
  seen += {kPriorStrength, kPriorStrength * kPriorShare};
  const double share = std::max(measured, seen.share());
  const double sampling = past.dispersion * share * (1 - share) / seen.total;
  return Belief{share, std::sqrt(sampling + square(drift_of(share, drift, most_drift)))};
}

Belief belief_of_control(const Counts& control, const SharePast& past, double drift,
                         double most_drift) {
  const double share = control.share();
  const auto sampling = [&](const Counts& counts) {
    const Counts seen{counts.total + 1, counts.bad + kPriorShare};
    return past.dispersion * seen.share() * (1 - seen.share()) / seen.total;
  };
  Belief belief{share, 0};
  double variance = sampling(control);
  const bool comparable = past.own && past.control && past.own->total >= kFleetStrength &&
                          past.control->total >= kFleetStrength;
  if (comparable) {
    // Hosts differ: what they were apart before is not the version's doing.
    const double own = past.own->share();
    const double apart = own - past.control->share();
    belief.expected = std::clamp(share + apart, std::min(share, own), 1.0);
    variance += sampling(*past.own) + sampling(*past.control);
  }
  const auto& before = past.control ? past.control : past.fleet;
  const double incident = before ? std::max(0.0, share - before->share()) : 0;
  variance += square(drift_of(share, drift, most_drift)) + square(kIncidentDrift * incident);
  belief.deviation = std::sqrt(variance);
  return belief;
}

Counts deflated(const Counts& counts, double dispersion, bool only_outliers) {
  const double by =
      only_outliers ? std::max(1.0, dispersion) : std::clamp(dispersion, 1.0, kMostDispersion);
  return {counts.total / by, counts.bad / by};
}

std::string plain(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * 3600) return fmt::format("{:.0f} minutes", seconds / 60);
  return fmt::format("{:.1f} hours", seconds / 3600);
}

std::string lately(Duration duration) { return "the last " + plain(duration); }

std::string wait_for(double seen, double needed, Duration covered, std::string_view what) {
  if (seen <= 0) return fmt::format("No {} yet; {:.0f} are needed", what, needed);
  auto text =
      fmt::format("Only {:.0f} {} in {}; {:.0f} are needed", seen, what, lately(covered), needed);
  if (covered <= Duration{} || seen >= needed) return text;
  const auto more = std::chrono::duration_cast<Duration>(covered * ((needed - seen) / seen));
  return text + fmt::format(", which takes about {} more at this pace", plain(more));
}

}  // namespace hotswap::health
