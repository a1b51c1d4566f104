// Error rate and health checks: shares of what an instance counts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/health/calibration.hpp"
#include "domain/health/comparison.hpp"
#include "domain/health/criteria.hpp"
#include "domain/health/outliers.hpp"
#include "domain/health/proportion.hpp"

namespace hotswap::health {
namespace {

/// What differs between the two kinds.
struct Rate {
  const Criterion& criterion;
  const Evidence& evidence;
  double needed = 0;
  double dispersion = 1;
  double shock = 1;
  Duration trouble{};
  bool absolute = false;  ///< the threshold bounds the share itself, too

  [[nodiscard]] double threshold() const { return criterion.threshold / 100; }
  [[nodiscard]] Counts counts(const Sample& sample) const {
    return counts_of(sample, criterion, 0);
  }
  [[nodiscard]] std::optional<Counts> some(const std::optional<Sample>& sample) const {
    if (!sample || counts(*sample).total <= 0) return std::nullopt;
    return counts(*sample);
  }
};

SharePast past_of(const Rate& rate, bool beside_control) {
  SharePast past;
  past.own = rate.some(rate.evidence.treated_before);
  past.control = rate.some(rate.evidence.control_before);
  if (rate.evidence.baseline) past.fleet = rate.some(rate.evidence.baseline->all);
  past.dispersion = rate.dispersion;
  if (!beside_control && past.fleet) {
    // Nobody shows what hit everybody: the cohort's part of such shocks counts as noise.
    const double part = past.own ? std::min(1.0, past.own->total / past.fleet->total) : 1;
    past.dispersion = std::max(past.dispersion, 1 + (rate.shock - 1) * part);
  }
  return past;
}

Comparison compare_with(const Rate& rate, const Look& look, const Belief& belief,
                        double dispersion) {
  const auto treated = rate.counts(look.treated);
  const double threshold = rate.threshold();
  Comparison comparison;
  comparison.reference = belief.expected * 100;
  comparison.crossed = treated.share() - belief.expected > threshold &&
                       (!rate.absolute || treated.share() > threshold);
  if (look.calm && look.calm->total > 0) {
    comparison.calm = look.calm->bad / look.calm->total - belief.expected > threshold * kCalmPart;
  }
  const auto independent =
      deflated(treated, std::max(dispersion, look.dispersion), rate.evidence.only_outliers);
  comparison.statistic = evidence_of_share(independent, belief, threshold);
  return comparison;
}

Compared compare(const Rate& rate, const Look& look) {
  const auto treated = rate.counts(look.treated);
  Compared compared;
  compared.look = &look;
  compared.trouble = rate.trouble;
  compared.value = treated.share() * 100;
  compared.samples = static_cast<std::uint64_t>(treated.total);
  compared.enough = treated.total >= rate.needed && treated.bad >= kLeastBad;
  const auto control = rate.some(look.control);
  const bool beside_control = control && control->total >= rate.needed;
  const auto past = past_of(rate, beside_control);
  const double most_drift = rate.threshold() * kDriftOfThreshold;
  auto before = belief_of_past(past, kBaselineDrift, most_drift);
  // Where nothing is known, few errors are believed.
  if (!before && !beside_control) {
    auto nothing = past;
    nothing.fleet = Counts{};
    before = belief_of_past(nothing, kBaselineDrift, most_drift);
  }
  if (before) compared.with.push_back(compare_with(rate, look, *before, past.dispersion));
  if (beside_control) {
    const auto belief = belief_of_control(*control, past, kControlDrift, most_drift);
    compared.with.push_back(compare_with(rate, look, belief, past.dispersion));
    compared.with.back().untreated = true;
  }
  return compared;
}

void show(CriterionVerdict& verdict, const Rate& rate, const Compared& compared) {
  const auto treated = rate.counts(compared.look->treated);
  const auto* strictest = compared.strictest();
  verdict.value = compared.value;
  verdict.samples = compared.samples;
  verdict.baseline = strictest->reference;
  const double by = std::max(rate.dispersion, compared.look->dispersion);
  const auto bounds = always_valid_bounds(treated.bad / by, treated.total / by, kShownAlpha);
  verdict.lower = bounds.lower * 100 - strictest->reference;
  verdict.upper = bounds.upper * 100 - strictest->reference;
}

std::string references(const Rate& rate, const Compared& compared) {
  std::string text;
  const bool known = rate.evidence.baseline.has_value();
  for (const auto& comparison : compared.with) {
    if (!text.empty()) text += " and ";
    text += comparison.untreated
                ? fmt::format("{:.3g} % expected by the untreated instances", comparison.reference)
            : known ? fmt::format("{:.3g} % before", comparison.reference)
                    : std::string("nothing known from before");
  }
  return text;
}

std::string evidence_text(const CriterionVerdict& verdict) {
  return fmt::format("evidence {:.1f}, {:.1f} proves it", *verdict.statistic, verdict.required);
}

/// What the figures mean, after them.
std::string conclusion(const CriterionVerdict& verdict, const Rate& rate, const Compared& shown) {
  const double apart = shown.value - shown.strictest()->reference;
  const double allowed = rate.criterion.threshold;
  switch (verdict.outcome) {
    case Outcome::Fail:
      return fmt::format("{:.3g} points more, {:.3g} are allowed, and it is not chance ({}).",
                         apart, allowed, evidence_text(verdict));
    case Outcome::Inconclusive:
      return fmt::format("{:.3g} points more, {:.3g} are allowed, {} ({}).", apart, allowed,
                         *verdict.statistic < verdict.required
                             ? "without enough evidence yet"
                             : "but not for long enough to be sure",
                         evidence_text(verdict));
    case Outcome::Pass:
      return apart > 0 ? fmt::format("{:.3g} points more, {:.3g} are allowed.", apart, allowed)
                       : fmt::format("no more than expected, {:.3g} points are allowed.", allowed);
  }
  return {};
}

void name(CriterionVerdict& verdict, const Rate& rate) {
  const InstanceView view{[&](const Sample& sample) { return rate.counts(sample); },
                          [&](const Sample& sample) { return rate.counts(sample).share() * 100; },
                          verdict.baseline.value_or(0) / 100, " %"};
  name_instances(verdict, rate.evidence, view);
}

/// `what` is counted, `bad` is what some of them are.
CriterionVerdict judge_rate(const Rate& rate, std::string_view what, std::string_view bad) {
  const auto window = window_of(rate.evidence);
  const auto looks = looks_of(rate.evidence, window);
  const auto seen = rate.counts(window.treated).total;
  const auto now = compare(rate, window);
  CriterionVerdict verdict;
  verdict.samples = static_cast<std::uint64_t>(seen);
  const auto tested = test_looks(looks, [&](const Look& look) { return compare(rate, look); });
  verdict.statistic = tested.compared.statistic();
  verdict.required = tested.required;
  if (!tested.failed && seen < rate.needed && !now.crossed()) {
    verdict.no_data = true;
    verdict.explanation = wait_for(seen, rate.needed, rate.evidence.covered, what);
    if (seen > 0) show(verdict, rate, now);
    name(verdict, rate);
    return verdict;
  }
  const auto& shown = tested.failed ? tested.compared : now;
  verdict.outcome = tested.failed   ? Outcome::Fail
                    : now.crossed() ? Outcome::Inconclusive
                                    : Outcome::Pass;
  show(verdict, rate, shown);
  const auto counts = rate.counts(shown.look->treated);
  verdict.explanation =
      fmt::format("{:.3g} % of {:.0f} {} {} in {} ({:.0f}), against {}: {}", shown.value,
                  counts.total, what, bad, lately(shown.look->covered), counts.bad,
                  references(rate, shown), conclusion(verdict, rate, shown));
  name(verdict, rate);
  return verdict;
}

}  // namespace

CriterionVerdict judge_error_rate(const HealthPolicy& policy, const Criterion& criterion,
                                  const Evidence& evidence) {
  Rate rate{criterion, evidence, std::max(1.0, static_cast<double>(policy.min_samples))};
  if (evidence.baseline) {
    rate.dispersion = evidence.baseline->error_dispersion;
    rate.shock = evidence.baseline->error_shock;
    rate.trouble = evidence.baseline->error_trouble;
  }
  return judge_rate(rate, "requests", "failed");
}

CriterionVerdict judge_checks(const HealthPolicy& policy, const Criterion& criterion,
                              const Evidence& evidence) {
  Rate rate{criterion, evidence, std::max(1.0, static_cast<double>(policy.min_checks))};
  rate.absolute = true;
  return judge_rate(rate, "health checks", "failed");
}

}  // namespace hotswap::health
