// Error rate and health checks: proportions.
#include <fmt/format.h>

#include <algorithm>

#include "domain/health/criteria.hpp"
#include "domain/health/proportion.hpp"

namespace hotswap::health {
namespace {

/// Below it bounds are so wide that nothing could ever clear them; the value stands for itself.
constexpr std::uint64_t kBoundedReference = 30;

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// What the treated cohort is compared with; nothing known is a rate of 0.
struct Reference {
  double rate = 0;
  Bounds bounds{0, 0};
};

Reference reference_of(std::uint64_t errors, std::uint64_t requests) {
  const double rate = ratio(errors, requests);
  if (requests < kBoundedReference) return {rate, {rate, rate}};
  return {rate, always_valid_bounds(errors, requests, kFalseAlarm / 2)};
}

std::vector<Reference> error_references(const HealthPolicy& policy, const Evidence& evidence) {
  std::vector<Reference> references;
  const auto& baseline = evidence.baseline;
  if (baseline && baseline->all.requests > 0) {
    references.push_back(reference_of(baseline->all.errors, baseline->all.requests));
  }
  const auto& control = evidence.control;
  if (control && control->requests > 0 && control->requests >= policy.min_samples) {
    references.push_back(reference_of(control->errors, control->requests));
  }
  if (references.empty()) references.emplace_back();
  return references;
}

CriterionVerdict too_few(CriterionVerdict verdict, std::uint64_t needed, std::string_view what) {
  verdict.outcome = Outcome::Inconclusive;
  verdict.no_data = true;
  verdict.explanation = verdict.samples == 0 ? fmt::format("no {}", what)
                                             : fmt::format("only {} {}, {} are needed",
                                                           verdict.samples, what, needed);
  return verdict;
}

/// The highest share of failing checks among those not treated.
double check_reference(const Evidence& evidence) {
  double reference = 0;
  const auto take = [&](const Sample& sample) {
    reference = std::max(reference, ratio(sample.failed_checks, sample.checks));
  };
  if (evidence.baseline) take(evidence.baseline->all);
  if (evidence.control) take(*evidence.control);
  return reference;
}

}  // namespace

CriterionVerdict judge_error_rate(const HealthPolicy& policy, const Criterion& criterion,
                                  const Evidence& evidence) {
  const auto& treated = evidence.treated;
  const auto references = error_references(policy, evidence);
  const auto& strictest = *std::ranges::max_element(references, {}, &Reference::rate);
  const double threshold = criterion.threshold / 100;
  const double rate = ratio(treated.errors, treated.requests);
  const auto bounds = always_valid_bounds(treated.errors, treated.requests, kFalseAlarm / 2);
  const bool crossed = rate - strictest.rate > threshold;
  const bool enough = treated.requests > 0 && treated.requests >= policy.min_samples;
  const bool proven = std::ranges::all_of(references, [&](const Reference& reference) {
    return bounds.lower - reference.bounds.upper > threshold;
  });

  CriterionVerdict verdict;
  verdict.samples = treated.requests;
  if (!enough && !crossed) return too_few(verdict, policy.min_samples, "requests");
  verdict.value = rate * 100;
  verdict.baseline = strictest.rate * 100;
  verdict.lower = (bounds.lower - strictest.bounds.upper) * 100;
  verdict.upper = (bounds.upper - strictest.bounds.lower) * 100;
  verdict.outcome = !crossed           ? Outcome::Pass
                    : enough && proven ? Outcome::Fail
                                       : Outcome::Inconclusive;
  verdict.explanation = fmt::format(
      "error rate {:.3g} % ({} of {} requests) against {:.3g} %; {:.3g} points above are allowed{}",
      rate * 100, treated.errors, treated.requests, strictest.rate * 100, criterion.threshold,
      verdict.outcome == Outcome::Fail
          ? fmt::format(", it is at least {:.3g} above", *verdict.lower)
      : crossed ? ", which is crossed without enough evidence yet"
                : "");
  return verdict;
}

CriterionVerdict judge_checks(const HealthPolicy& policy, const Criterion& criterion,
                              const Evidence& evidence) {
  const auto& treated = evidence.treated;
  const double threshold = criterion.threshold / 100;
  const double rate = ratio(treated.failed_checks, treated.checks);
  const double reference = check_reference(evidence);
  const auto bounds = always_valid_bounds(treated.failed_checks, treated.checks, kFalseAlarm);
  const bool crossed = rate > threshold && rate - reference > threshold;
  const bool enough = treated.checks > 0 && treated.checks >= policy.min_checks;

  CriterionVerdict verdict;
  verdict.samples = treated.checks;
  if (!enough && !crossed) return too_few(verdict, policy.min_checks, "health checks");
  verdict.value = rate * 100;
  verdict.baseline = reference * 100;
  verdict.lower = bounds.lower * 100;
  verdict.upper = bounds.upper * 100;
  const bool proven = enough && bounds.lower > threshold;
  verdict.outcome = !crossed ? Outcome::Pass : proven ? Outcome::Fail : Outcome::Inconclusive;
  verdict.explanation = fmt::format(
      "{:.3g} % of the health checks failed ({} of {}) against {:.3g} %; {:.3g} % are allowed{}",
      rate * 100, treated.failed_checks, treated.checks, reference * 100, criterion.threshold,
      crossed && !proven ? ", which is crossed without enough evidence yet" : "");
  return verdict;
}

}  // namespace hotswap::health
