// The answer of a metrics source: a number that is held against a bound, or against the same
// query's number for those untreated.
#include <fmt/format.h>

#include <cmath>

#include "domain/health/criteria.hpp"

namespace hotswap::health {
namespace {

/// In the bad direction.
double beyond(double value, double bound, Direction direction) {
  return direction == Direction::Increase ? value - bound : bound - value;
}

void judge_bound(CriterionVerdict& verdict, const Criterion& criterion) {
  const bool bad = beyond(*verdict.value, criterion.threshold, criterion.direction) > 0;
  const bool everybody =
      verdict.baseline && beyond(*verdict.baseline, criterion.threshold, criterion.direction) > 0;
  verdict.outcome = !bad ? Outcome::Pass : everybody ? Outcome::Inconclusive : Outcome::Fail;
  verdict.explanation = fmt::format(
      "The query answers {:.4g}, which is {} the bound of {:.4g}{}.", *verdict.value,
      bad ? "beyond" : "within", criterion.threshold,
      !bad || !verdict.baseline ? ""
      : everybody ? fmt::format("; so is {:.4g} of the untreated instances, so that this is not "
                                "blamed on the version",
                                *verdict.baseline)
                  : fmt::format("; the untreated instances are at {:.4g}", *verdict.baseline));
}

void judge_against_control(CriterionVerdict& verdict, const Criterion& criterion) {
  if (!verdict.baseline) {
    verdict.explanation = fmt::format(
        "The query answers {:.4g} for the treated instances and nothing for the untreated ones, "
        "so that there is nothing to compare with; an absolute bound needs none.",
        *verdict.value);
    return;
  }
  const double worse = beyond(*verdict.value, *verdict.baseline, criterion.direction);
  if (*verdict.baseline == 0 && worse > 0) {
    verdict.explanation = fmt::format(
        "The query answers {:.4g} against 0 of the untreated instances: no percentage can be "
        "told; use an absolute bound.",
        *verdict.value);
    return;
  }
  const double percent = *verdict.baseline == 0 ? 0 : worse / std::abs(*verdict.baseline) * 100;
  verdict.outcome = percent > criterion.threshold ? Outcome::Fail : Outcome::Pass;
  verdict.explanation = fmt::format(
      "The query answers {:.4g} for the treated and {:.4g} for the untreated instances: {:.3g} % "
      "worse, {:.3g} % are allowed.",
      *verdict.value, *verdict.baseline, std::max(0.0, percent), criterion.threshold);
}

}  // namespace

CriterionVerdict judge_query(const Criterion& criterion, const Evidence& evidence) {
  CriterionVerdict verdict;
  if (!evidence.measurement) {
    verdict.explanation = "The metrics source has not been asked yet.";
    return verdict;
  }
  const auto& measured = *evidence.measurement;
  verdict.query = measured.query;
  if (!measured.error.empty()) {
    verdict.error = measured.error;
    verdict.explanation = fmt::format("The metrics source could not be asked: {}.", measured.error);
    return verdict;
  }
  if (!measured.value || !std::isfinite(*measured.value)) {
    verdict.no_data = true;
    verdict.explanation = measured.value ? "The query answers no finite number"
                                         : "The query answers nothing: the source has no data";
    return verdict;
  }
  verdict.samples = 1;
  verdict.value = measured.value;
  if (measured.control && std::isfinite(*measured.control)) verdict.baseline = measured.control;
  if (criterion.absolute) {
    judge_bound(verdict, criterion);
  } else {
    judge_against_control(verdict, criterion);
  }
  return verdict;
}

}  // namespace hotswap::health
