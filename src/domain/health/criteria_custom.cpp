// Custom metrics: means of reported values, compared with the same instances before and with the
// untreated ones, or with a bound.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/health/calibration.hpp"
#include "domain/health/comparison.hpp"
#include "domain/health/criteria.hpp"

namespace hotswap::health {
namespace {

struct Mean {
  double value = 0;
  double count = 0;
  double variance = 0;  ///< of a single value
};

std::optional<Mean> mean_of(const Sample& sample, const std::string& metric) {
  const auto found = sample.custom.find(metric);
  if (found == sample.custom.end()) return std::nullopt;
  const auto& values = found->second;
  const auto count = static_cast<double>(values.count);
  if (count < kLeastValues || !std::isfinite(values.sum)) return std::nullopt;
  Mean mean{values.sum / count, count, 0};
  const double spread = values.squares / count - mean.value * mean.value;
  // Sums without squares come from before squares were kept.
  const bool unknown = values.squares <= 0 && mean.value != 0;
  mean.variance = unknown ? std::pow(kUnknownSpread * mean.value, 2)
                          : std::max(0.0, spread) * count / (count - 1);
  return mean;
}

std::optional<Mean> mean_of(const std::optional<Sample>& sample, const std::string& metric) {
  return sample ? mean_of(*sample, metric) : std::nullopt;
}

struct Reference {
  Mean mean;
  double shift = 0;  ///< what the treated instances were apart before
  bool untreated = false;
  [[nodiscard]] double expected() const { return mean.value + shift; }
};

struct Metric {
  const Criterion& criterion;
  const Evidence& evidence;

  [[nodiscard]] double sign() const { return criterion.direction == Direction::Increase ? 1 : -1; }
  [[nodiscard]] double dispersion() const {
    if (!evidence.baseline) return 1;
    const auto& all = evidence.baseline->custom_dispersion;
    const auto found = all.find(criterion.metric);
    return found == all.end() ? 1 : found->second;
  }
};

std::vector<Reference> references_of(const Metric& metric, const std::optional<Sample>& control) {
  const auto& name = metric.criterion.metric;
  const auto& evidence = metric.evidence;
  std::vector<Reference> references;
  auto own = mean_of(evidence.treated_before, name);
  const auto before = own                 ? own
                      : evidence.baseline ? mean_of(evidence.baseline->all, name)
                                          : std::nullopt;
  if (before) references.push_back({*before, 0, false});
  if (const auto beside = mean_of(control, name)) {
    const auto beside_before = mean_of(evidence.control_before, name);
    const double shift = own && beside_before ? own->value - beside_before->value : 0;
    references.push_back({*beside, shift, true});
  }
  return references;
}

/// In the bad direction: how much more than the reference is allowed, and the bound.
double allowed_of(const Metric& metric, const Reference& reference) {
  return std::abs(reference.expected()) * metric.criterion.threshold / 100;
}

double variance_of(const Metric& metric, const Mean& treated, const Mean* reference) {
  const double spread = std::max(treated.variance, reference == nullptr ? 0 : reference->variance);
  const double sampling = 1 / treated.count + (reference == nullptr ? 0 : 1 / reference->count);
  return spread * sampling * metric.dispersion();
}

bool calm_above(const Look& look, double sign, double bound) {
  if (!look.calm || look.calm->total <= 0) return true;
  return sign * (look.calm->bad / look.calm->total) > sign * bound;
}

Comparison compare_relative(const Metric& metric, const Look& look, const Mean& treated,
                            const Reference& reference) {
  const double sign = metric.sign();
  const double expected = reference.expected();
  const double worse = sign * (treated.value - expected);
  const double allowed = allowed_of(metric, reference);
  Comparison comparison;
  comparison.reference = expected;
  comparison.untreated = reference.untreated;
  comparison.crossed = worse > allowed && expected != 0;
  comparison.calm = calm_above(look, sign, expected + sign * allowed * kCalmPart);
  const Belief belief{0, std::min(std::abs(expected) * kMeanDrift, allowed * kDriftOfThreshold)};
  comparison.statistic = evidence_of_mean(worse, variance_of(metric, treated, &reference.mean),
                                          belief, std::max(allowed, 1e-300));
  return comparison;
}

/// Beyond a bound, and further beyond what is usual than chance explains.
Comparison compare_absolute(const Metric& metric, const Look& look, const Mean& treated,
                            const Reference* reference) {
  const double sign = metric.sign();
  const double bound = metric.criterion.threshold;
  const double usual = reference != nullptr ? reference->expected() : bound;
  // Who was beyond the bound already is not blamed for staying there.
  const bool was_beyond = reference != nullptr && sign * (usual - bound) > 0;
  const double room = std::max(sign * (bound - usual), std::abs(bound) / 10);
  Comparison comparison;
  comparison.reference = usual;
  comparison.untreated = reference != nullptr && reference->untreated;
  comparison.crossed = sign * (treated.value - bound) > 0 && !was_beyond;
  comparison.calm = calm_above(look, sign, bound - sign * room * (1 - kCalmPart));
  const double from = reference != nullptr ? usual : bound - sign * room;
  comparison.statistic = evidence_of_mean(
      sign * (treated.value - from),
      variance_of(metric, treated, reference == nullptr ? nullptr : &reference->mean),
      {0, room * kDriftOfThreshold}, room);
  return comparison;
}

Compared compare(const Metric& metric, const Look& look) {
  Compared compared;
  compared.look = &look;
  const auto treated = mean_of(look.treated, metric.criterion.metric);
  if (!treated) return compared;
  compared.value = treated->value;
  compared.samples = static_cast<std::uint64_t>(treated->count);
  compared.enough = true;
  const auto references = references_of(metric, look.control);
  for (const auto& reference : references) {
    compared.with.push_back(metric.criterion.absolute
                                ? compare_absolute(metric, look, *treated, &reference)
                                : compare_relative(metric, look, *treated, reference));
  }
  if (metric.criterion.absolute && references.empty()) {
    compared.with.push_back(compare_absolute(metric, look, *treated, nullptr));
  }
  return compared;
}

const Comparison& shown_of(const Metric& metric, const Compared& compared) {
  return *compared.strictest(metric.criterion.direction);
}

std::string against(const Metric& metric, const Compared& compared) {
  std::string text;
  for (const auto& comparison : compared.with) {
    const bool bound_only =
        metric.criterion.absolute && !metric.evidence.baseline && !comparison.untreated;
    if (bound_only) continue;
    text += fmt::format("{}{:.4g} {}", text.empty() ? ", against " : " and ", comparison.reference,
                        comparison.untreated ? "expected by the untreated instances" : "before");
  }
  return text;
}

std::string explain(const CriterionVerdict& verdict, const Metric& metric, const Compared& shown) {
  const auto& criterion = metric.criterion;
  const double reference = shown_of(metric, shown).reference;
  auto text =
      fmt::format("The mean of {} is {:.4g} ({} values in {}){}", criterion.metric, shown.value,
                  shown.samples, lately(shown.look->covered), against(metric, shown));
  if (criterion.absolute) {
    const bool beyond = metric.sign() * (shown.value - criterion.threshold) > 0;
    text +=
        fmt::format(": {} the bound of {:.4g}", beyond ? "beyond" : "within", criterion.threshold);
  } else if (reference == 0) {
    text += shown.value == 0 ? ": no change"
                             : ": no percentage of 0 can be told; use an absolute bound";
  } else {
    const double worse = metric.sign() * (shown.value - reference) / std::abs(reference) * 100;
    text += fmt::format(": {:.3g} % worse, {:.3g} % are allowed", std::max(0.0, worse),
                        criterion.threshold);
  }
  if (verdict.outcome == Outcome::Pass || !verdict.statistic) return text + ".";
  return text + fmt::format(", {} (evidence {:.1f}, {:.1f} proves it).",
                            verdict.outcome == Outcome::Fail ? "and it is not chance"
                                                             : "without enough evidence yet",
                            *verdict.statistic, verdict.required);
}

CriterionVerdict no_data(std::string explanation) {
  CriterionVerdict verdict;
  verdict.no_data = true;
  verdict.explanation = std::move(explanation);
  return verdict;
}

double value_in(const Sample& sample, const std::string& metric) {
  const auto found = sample.custom.find(metric);
  if (found == sample.custom.end() || found->second.count == 0) return 0;
  return found->second.sum / static_cast<double>(found->second.count);
}

void name(CriterionVerdict& verdict, const Metric& metric) {
  const auto& of = metric.criterion.metric;
  const double sign = metric.sign();
  const InstanceView view{[&](const Sample& sample) {
                            const auto found = sample.custom.find(of);
                            if (found == sample.custom.end()) return Counts{};
                            return Counts{static_cast<double>(found->second.count),
                                          sign * found->second.sum};
                          },
                          [&](const Sample& sample) { return value_in(sample, of); },
                          sign * verdict.baseline.value_or(0), ""};
  name_instances(verdict, metric.evidence, view);
}

Outcome outcome_of(const Metric& metric, const Tested& tested, const Compared& now) {
  if (tested.failed) return Outcome::Fail;
  if (now.crossed()) return Outcome::Inconclusive;
  if (metric.criterion.absolute) {
    const bool beyond = metric.sign() * (now.value - metric.criterion.threshold) > 0;
    return beyond ? Outcome::Inconclusive : Outcome::Pass;
  }
  // Of 0 there is no percentage: any change for the worse is neither good nor bad.
  const bool unknown = std::ranges::all_of(now.with, [&](const Comparison& comparison) {
    return comparison.reference == 0 && metric.sign() * now.value > 0;
  });
  return unknown ? Outcome::Inconclusive : Outcome::Pass;
}

}  // namespace

CriterionVerdict judge_custom(const Criterion& criterion, const Evidence& evidence) {
  const Metric metric{criterion, evidence};
  const auto window = window_of(evidence);
  const auto looks = looks_of(evidence, window);
  const auto now = compare(metric, window);
  if (now.samples == 0) {
    const auto found = evidence.treated.custom.find(criterion.metric);
    const auto seen =
        found == evidence.treated.custom.end() ? 0 : static_cast<double>(found->second.count);
    return no_data(wait_for(seen, kLeastValues, evidence.covered, "values of " + criterion.metric));
  }
  if (now.with.empty()) {
    return no_data(fmt::format("Fewer than {:.0f} values of {} to compare with", kLeastValues,
                               criterion.metric));
  }
  const auto tested = test_looks(looks, [&](const Look& look) { return compare(metric, look); });
  const auto& shown = tested.failed ? tested.compared : now;
  CriterionVerdict verdict;
  verdict.statistic = tested.compared.statistic();
  verdict.required = tested.required;
  verdict.value = shown.value;
  verdict.samples = shown.samples;
  verdict.baseline = shown_of(metric, shown).reference;
  verdict.outcome = outcome_of(metric, tested, now);
  verdict.explanation = explain(verdict, metric, shown);
  name(verdict, metric);
  return verdict;
}

}  // namespace hotswap::health
