// p99 latency: more than 1 % of the requests above the limit means that the p99 is above it.
#include <fmt/format.h>

#include <algorithm>

#include "domain/health/criteria.hpp"
#include "domain/health/proportion.hpp"

namespace hotswap::health {
namespace {

constexpr double kTail = 0.01;

struct Reference {
  const Histogram* latency;
  double p99;
};

std::vector<Reference> references_of(const HealthPolicy& policy, const Evidence& evidence) {
  std::vector<Reference> references;
  const auto add = [&](const Sample* sample, std::uint64_t needed) {
    if (sample == nullptr || sample->latency.count() < std::max<std::uint64_t>(1, needed)) return;
    references.push_back({&sample->latency, *sample->latency.quantile(1 - kTail)});
  };
  add(evidence.baseline ? &evidence.baseline->all : nullptr, 1);
  add(evidence.control ? &*evidence.control : nullptr, policy.min_samples);
  return references;
}

/// Whether the p99 of `treated` surely is above `limit`, and more of it than of the reference: a
/// few slow requests may have been missed in a small reference.
bool proven_above(const Histogram& treated, const Histogram& reference, double limit) {
  const auto here =
      always_valid_bounds(treated.count_above(limit), treated.count(), kFalseAlarm / 2);
  const auto there =
      always_valid_bounds(reference.count_above(limit), reference.count(), kFalseAlarm / 2);
  return here.lower > std::max(kTail, there.upper);
}

/// The least number in (0, n] for which `holds`, which is false below and true above; n + 1 if
/// none.
template <class Holds>
std::uint64_t first_that(std::uint64_t n, Holds holds) {
  std::uint64_t low = 1;
  std::uint64_t high = n + 1;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/// Always-valid bounds of the p99 in milliseconds, where the data are enough for them.
void set_interval(CriterionVerdict& verdict, const Histogram& latency) {
  const auto n = latency.count();
  const auto whole = static_cast<double>(n);
  const auto share = [&](std::uint64_t k) { return static_cast<double>(k) / whole; };
  // The k-th largest value is a lower bound if k of n is surely more than the tail.
  const auto surely_more = first_that(
      n, [&](std::uint64_t k) { return share(k) > kTail && excludes(k, n, kTail, kFalseAlarm); });
  if (surely_more <= n) verdict.lower = latency.quantile(share(n - surely_more + 1));
  const auto not_surely_less = first_that(
      n, [&](std::uint64_t k) { return share(k) >= kTail || !excludes(k, n, kTail, kFalseAlarm); });
  const bool even_none_is_less = excludes(0, n, kTail, kFalseAlarm);
  if (even_none_is_less) verdict.upper = latency.quantile(share(n - not_surely_less + 1));
}

CriterionVerdict no_data(CriterionVerdict verdict, std::string explanation) {
  verdict.no_data = true;
  verdict.explanation = std::move(explanation);
  return verdict;
}

}  // namespace

CriterionVerdict judge_latency(const HealthPolicy& policy, const Criterion& criterion,
                               const Evidence& evidence) {
  const auto& treated = evidence.treated.latency;
  const auto references = references_of(policy, evidence);
  CriterionVerdict verdict;
  verdict.samples = treated.count();
  if (treated.count() == 0) return no_data(verdict, "no latencies");
  if (references.empty()) return no_data(verdict, "no latencies from before to compare with");

  const double growth = 1 + criterion.threshold / 100;
  const auto& strictest = *std::ranges::max_element(references, {}, &Reference::p99);
  const double p99 = *treated.quantile(1 - kTail);
  const bool crossed = p99 > strictest.p99 * growth;
  const bool enough = treated.count() >= policy.min_samples;
  if (!enough && !crossed) {
    return no_data(verdict, fmt::format("only {} latencies, {} are needed", treated.count(),
                                        policy.min_samples));
  }
  const bool proven = std::ranges::all_of(references, [&](const Reference& reference) {
    return proven_above(treated, *reference.latency, reference.p99 * growth);
  });
  verdict.value = p99;
  verdict.baseline = strictest.p99;
  set_interval(verdict, treated);
  verdict.outcome = !crossed           ? Outcome::Pass
                    : enough && proven ? Outcome::Fail
                                       : Outcome::Inconclusive;
  verdict.explanation = fmt::format(
      "p99 latency {:.4g} ms ({} requests) against {:.4g} ms; {:.3g} % more are allowed{}", p99,
      treated.count(), strictest.p99, criterion.threshold,
      verdict.outcome == Outcome::Inconclusive ? ", which is crossed without enough evidence yet"
                                               : "");
  return verdict;
}

}  // namespace hotswap::health
