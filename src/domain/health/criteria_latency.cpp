// p99 latency: more than 1 % of the requests above the limit means that the p99 is above it, so
// that the test is one of shares. The limit is the reference's p99 and what the threshold adds.
#include <fmt/format.h>

#include <algorithm>

#include "domain/health/calibration.hpp"
#include "domain/health/comparison.hpp"
#include "domain/health/criteria.hpp"
#include "domain/health/outliers.hpp"
#include "domain/health/proportion.hpp"

namespace hotswap::health {
namespace {

/// Latencies without which an instance's own p99 says little.
constexpr std::uint64_t kOwnLatencies = 500;
/// How much slower than the control cohort a treated one may have been before.
constexpr double kSlowerBefore = 3;

struct Slowness {
  const Criterion& criterion;
  const Evidence& evidence;
  std::uint64_t needed = 1;

  [[nodiscard]] double growth() const { return 1 + criterion.threshold / 100; }
};

double p99(const Histogram& latency) { return latency.quantile(1 - kTail).value_or(0); }

Counts above(const Histogram& latency, double limit) {
  return {static_cast<double>(latency.count()), static_cast<double>(latency.count_above(limit))};
}

const Histogram* own_past(const Evidence& evidence) {
  const auto& own = evidence.treated_before;
  if (own && own->latency.count() >= kOwnLatencies) return &own->latency;
  if (evidence.baseline && evidence.baseline->all.latency.count() > 0) {
    return &evidence.baseline->all.latency;
  }
  return nullptr;
}

/// Hosts differ: what they were apart before is not the version's doing.
double slower_before(const Evidence& evidence) {
  const auto& own = evidence.treated_before;
  const auto& control = evidence.control_before;
  if (!own || !control || own->latency.count() < kOwnLatencies ||
      control->latency.count() < kOwnLatencies) {
    return 1;
  }
  return std::clamp(p99(own->latency) / p99(control->latency), 1.0, kSlowerBefore);
}

struct Against {
  const Histogram* latency;
  double p99;
  double drift;
  double dispersion;
};

Comparison compare_with(const Slowness& slowness, const Look& look, const Against& against) {
  const double limit = against.p99 * slowness.growth();
  const auto treated = above(look.treated.latency, limit);
  SharePast past;
  past.fleet = above(*against.latency, limit);
  past.dispersion = against.dispersion;
  const auto belief = belief_of_past(past, against.drift, kTail * kTailDriftOfThreshold);
  Comparison comparison;
  comparison.reference = against.p99;
  comparison.crossed = p99(look.treated.latency) > limit;
  if (look.calm && look.calm->total > 0) {
    comparison.calm = look.calm->bad / look.calm->total > kTail * kCalmPart;
  }
  const auto independent = deflated(treated, std::max(against.dispersion, look.dispersion),
                                    slowness.evidence.only_outliers);
  comparison.statistic = evidence_of_share(independent, *belief, kTail);
  return comparison;
}

double dispersion_of(const Slowness& slowness, bool beside_control) {
  const auto& baseline = slowness.evidence.baseline;
  if (!baseline) return 1;
  if (beside_control) return baseline->latency_dispersion;
  const auto& own = slowness.evidence.treated_before;
  const auto all = static_cast<double>(baseline->all.latency.count());
  const double part =
      own && all > 0 ? std::min(1.0, static_cast<double>(own->latency.count()) / all) : 1;
  return std::max(baseline->latency_dispersion, 1 + (baseline->latency_shock - 1) * part);
}

Compared compare(const Slowness& slowness, const Look& look) {
  const auto& treated = look.treated.latency;
  Compared compared;
  compared.look = &look;
  compared.trouble = kLeastPause;
  if (const auto& baseline = slowness.evidence.baseline)
    compared.trouble = std::max(compared.trouble, baseline->latency_trouble);
  compared.value = p99(treated);
  compared.samples = treated.count();
  compared.enough = treated.count() >= slowness.needed;
  const bool beside_control = look.control && look.control->latency.count() >= slowness.needed;
  const double dispersion = dispersion_of(slowness, beside_control);
  if (const auto* past = own_past(slowness.evidence)) {
    const double drift = beside_control ? kTailDriftBesideControl : kTailDrift;
    compared.with.push_back(compare_with(slowness, look, {past, p99(*past), drift, dispersion}));
  }
  if (beside_control) {
    const auto& control = look.control->latency;
    const double usual = p99(control) * slower_before(slowness.evidence);
    compared.with.push_back(
        compare_with(slowness, look, {&control, usual, kTailDriftBesideControl, dispersion}));
    compared.with.back().untreated = true;
  }
  const auto* strictest = compared.strictest();
  compared.enough = compared.enough && strictest != nullptr &&
                    above(treated, strictest->reference * slowness.growth()).bad >= kLeastBad;
  return compared;
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
void set_interval(CriterionVerdict& verdict, const Histogram& latency, double dispersion) {
  const auto n = latency.count();
  const auto whole = static_cast<double>(n);
  const auto share = [&](std::uint64_t k) { return static_cast<double>(k) / whole; };
  const auto apart = [&](std::uint64_t k) {
    return excludes(static_cast<double>(k) / dispersion, whole / dispersion, kTail, kShownAlpha);
  };
  // The k-th largest value is a lower bound if k of n is surely more than the tail.
  const auto surely_more =
      first_that(n, [&](std::uint64_t k) { return share(k) > kTail && apart(k); });
  if (surely_more <= n) verdict.lower = latency.quantile(share(n - surely_more + 1));
  const auto not_surely_less =
      first_that(n, [&](std::uint64_t k) { return share(k) >= kTail || !apart(k); });
  if (apart(0)) verdict.upper = latency.quantile(share(n - not_surely_less + 1));
}

std::string references(const Compared& compared) {
  std::string text;
  for (const auto& comparison : compared.with) {
    if (!text.empty()) text += " and ";
    text += fmt::format("{:.4g} ms {}", comparison.reference,
                        comparison.untreated ? "of the untreated instances" : "before");
  }
  return text;
}

std::string explain(const CriterionVerdict& verdict, const Slowness& slowness,
                    const Compared& shown) {
  const double more = (shown.value / shown.strictest()->reference - 1) * 100;
  const double allowed = slowness.criterion.threshold;
  auto text =
      fmt::format("The p99 latency of {} requests in {} is {:.4g} ms, against {}: ", shown.samples,
                  lately(shown.look->covered), shown.value, references(shown));
  if (verdict.outcome == Outcome::Pass) {
    return text + (more > 0 ? fmt::format("{:.3g} % more, {:.3g} % are allowed.", more, allowed)
                            : fmt::format("no more, {:.3g} % are allowed.", allowed));
  }
  return text + fmt::format(
                    "{:.3g} % more, {:.3g} % are allowed, {} (evidence {:.1f}, {:.1f} "
                    "proves it).",
                    more, allowed,
                    verdict.outcome == Outcome::Fail        ? "and it is not chance"
                    : *verdict.statistic < verdict.required ? "without enough evidence yet"
                                                            : "but not for long enough to be sure",
                    *verdict.statistic, verdict.required);
}

void show(CriterionVerdict& verdict, const Slowness& slowness, const Compared& compared) {
  verdict.value = compared.value;
  verdict.baseline = compared.strictest()->reference;
  verdict.samples = compared.samples;
  set_interval(verdict, compared.look->treated.latency,
               std::max(dispersion_of(slowness, true), compared.look->dispersion));
}

void name(CriterionVerdict& verdict, const Slowness& slowness) {
  const double limit = verdict.baseline.value_or(0) * slowness.growth();
  const InstanceView view{[=](const Sample& sample) { return above(sample.latency, limit); },
                          [](const Sample& sample) { return p99(sample.latency); }, kTail / 2,
                          " ms"};
  name_instances(verdict, slowness.evidence, view);
}

}  // namespace

CriterionVerdict judge_latency(const HealthPolicy& policy, const Criterion& criterion,
                               const Evidence& evidence) {
  const Slowness slowness{criterion, evidence, std::max<std::uint64_t>(1, policy.min_samples)};
  const auto window = window_of(evidence);
  const auto looks = looks_of(evidence, window);
  const auto now = compare(slowness, window);
  const auto needed = static_cast<double>(slowness.needed);
  CriterionVerdict verdict;
  verdict.samples = now.samples;
  verdict.no_data = true;
  if (now.samples == 0) {
    verdict.explanation = wait_for(0, needed, evidence.covered, "latencies");
    return verdict;
  }
  if (now.with.empty()) {
    verdict.explanation = "No latencies from before or of untreated instances to compare with";
    return verdict;
  }
  const auto tested = test_looks(looks, [&](const Look& look) { return compare(slowness, look); });
  verdict.statistic = tested.compared.statistic();
  verdict.required = tested.required;
  if (!tested.failed && now.samples < slowness.needed && !now.crossed()) {
    verdict.explanation =
        wait_for(static_cast<double>(now.samples), needed, evidence.covered, "latencies");
    show(verdict, slowness, now);
  } else {
    verdict.no_data = false;
    const auto& shown = tested.failed ? tested.compared : now;
    verdict.outcome = tested.failed   ? Outcome::Fail
                      : now.crossed() ? Outcome::Inconclusive
                                      : Outcome::Pass;
    show(verdict, slowness, shown);
    verdict.explanation = explain(verdict, slowness, shown);
  }
  name(verdict, slowness);
  return verdict;
}

}  // namespace hotswap::health
