// Custom metrics: means of reported values. Instances report sums and counts, no spread, so the
// rule is plain: the mean of at least kValues values on each side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "domain/health/criteria.hpp"

namespace hotswap::health {
namespace {

constexpr std::uint64_t kValues = 3;

struct Mean {
  double value = 0;
  std::uint64_t count = 0;
};

std::optional<Mean> mean_of(const Sample* sample, const std::string& metric) {
  if (sample == nullptr) return std::nullopt;
  const auto found = sample->custom.find(metric);
  if (found == sample->custom.end() || found->second.count < kValues) return std::nullopt;
  const auto count = found->second.count;
  return Mean{found->second.sum / static_cast<double>(count), count};
}

CriterionVerdict no_data(std::string explanation) {
  CriterionVerdict verdict;
  verdict.no_data = true;
  verdict.explanation = std::move(explanation);
  return verdict;
}

/// Percent of change in the bad direction; nothing if the reference is 0 and the change is bad.
std::optional<double> worsening(double value, double reference, Direction direction) {
  const double change = (value - reference) * (direction == Direction::Increase ? 1 : -1);
  if (change <= 0 && reference == 0) return 0;
  if (reference == 0) return std::nullopt;
  return change / std::abs(reference) * 100;
}

CriterionVerdict judge_absolute(const Criterion& criterion, const Evidence& evidence,
                                const Mean& treated) {
  const auto beyond = [&](double value) {
    return criterion.direction == Direction::Increase ? value > criterion.threshold
                                                      : value < criterion.threshold;
  };
  const auto control = mean_of(evidence.control ? &*evidence.control : nullptr, criterion.metric);
  const bool everybody = control && beyond(control->value);
  CriterionVerdict verdict;
  verdict.value = treated.value;
  verdict.samples = treated.count;
  if (control) verdict.baseline = control->value;
  verdict.outcome = !beyond(treated.value) ? Outcome::Pass
                    : everybody            ? Outcome::Inconclusive
                                           : Outcome::Fail;
  verdict.explanation = fmt::format(
      "mean {} {:.4g} ({} values), the bound is {:.4g}{}", criterion.metric, treated.value,
      treated.count, criterion.threshold,
      verdict.outcome == Outcome::Inconclusive ? "; the untreated instances are beyond it too"
                                               : "");
  return verdict;
}

CriterionVerdict judge_relative(const Criterion& criterion, const std::vector<Mean>& references,
                                const Mean& treated) {
  CriterionVerdict verdict;
  verdict.value = treated.value;
  verdict.samples = treated.count;
  std::optional<double> least;  // the comparison in which it looks best
  for (const auto& reference : references) {
    const auto worse = worsening(treated.value, reference.value, criterion.direction);
    if (!worse || (least && *worse >= *least)) continue;
    least = worse;
    verdict.baseline = reference.value;
  }
  if (!least) {
    verdict.baseline = 0;
    verdict.explanation =
        fmt::format("mean {} {:.4g} against 0: no percentage can be told; use an absolute bound",
                    criterion.metric, treated.value);
    return verdict;
  }
  verdict.outcome = *least > criterion.threshold ? Outcome::Fail : Outcome::Pass;
  verdict.explanation =
      fmt::format("mean {} {:.4g} ({} values) against {:.4g}: {:.3g} % worse, {:.3g} % are allowed",
                  criterion.metric, treated.value, treated.count, *verdict.baseline,
                  std::max(0.0, *least), criterion.threshold);
  return verdict;
}

}  // namespace

CriterionVerdict judge_custom(const Criterion& criterion, const Evidence& evidence) {
  const auto treated = mean_of(&evidence.treated, criterion.metric);
  if (!treated) {
    return no_data(fmt::format("fewer than {} values of {}", kValues, criterion.metric));
  }
  if (criterion.absolute) return judge_absolute(criterion, evidence, *treated);
  std::vector<Mean> references;
  for (const auto* sample : {evidence.baseline ? &evidence.baseline->all : nullptr,
                             evidence.control ? &*evidence.control : nullptr}) {
    if (const auto mean = mean_of(sample, criterion.metric)) references.push_back(*mean);
  }
  if (references.empty()) {
    return no_data(
        fmt::format("fewer than {} values of {} to compare with", kValues, criterion.metric));
  }
  return judge_relative(criterion, references, *treated);
}

}  // namespace hotswap::health
