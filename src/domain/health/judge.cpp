#include "domain/health/judge.hpp"

#include <algorithm>

#include "domain/base/assert.hpp"
#include "domain/health/criteria.hpp"

namespace hotswap {
namespace {

CriterionVerdict measure(const HealthPolicy& policy, const Criterion& criterion,
                         const Evidence& evidence) {
  switch (criterion.kind) {
    case CriterionKind::ErrorRate:
      return health::judge_error_rate(policy, criterion, evidence);
    case CriterionKind::LatencyP99:
      return health::judge_latency(policy, criterion, evidence);
    case CriterionKind::HealthChecks:
      return health::judge_checks(policy, criterion, evidence);
    case CriterionKind::Custom:
      return health::judge_custom(criterion, evidence);
    case CriterionKind::Query:
      return health::judge_query(criterion, evidence);
  }
  return {};
}

bool of_requests(CriterionKind kind) {
  return kind == CriterionKind::ErrorRate || kind == CriterionKind::LatencyP99;
}

/// Requests that the treated cohort would have had by now at the pace of the control cohort; below
/// this many, none at all may be chance.
constexpr double kSurelySome = 12;

bool is_quiet(const Evidence& evidence) {
  if (!evidence.control || evidence.control_instances == 0) return false;
  return static_cast<double>(evidence.control->requests) /
             static_cast<double>(evidence.control_instances) *
             static_cast<double>(evidence.instances.size()) <
         kSurelySome;
}

/// What missing data means in the end. Waiting for something ends in Fail: a version is never
/// promoted on data that is not there. Waiting for more goes on: little traffic is no fault.
void decide_missing(CriterionVerdict& verdict, const HealthPolicy& policy,
                    const Criterion& criterion, const Evidence& evidence,
                    const Situation& situation) {
  const auto waited = std::min(situation.waited, evidence.waited);
  if (situation.idle && of_requests(criterion.kind) && verdict.samples == 0) {
    verdict.outcome = Outcome::Pass;
    verdict.explanation = "The cohort has no traffic on purpose, so there is nothing to judge yet.";
    return;
  }
  bool ended = waited >= policy.no_data_timeout;
  switch (criterion.on_no_data) {
    case OnNoData::Pass:
      verdict.outcome = Outcome::Pass;
      verdict.explanation += "; that counts as healthy (onNoData: pass).";
      return;
    case OnNoData::Fail:
      ended = waited >= std::min(criterion.window, policy.no_data_timeout);
      break;
    case OnNoData::Wait:
      ended = ended && verdict.samples == 0 && !(of_requests(criterion.kind) && is_quiet(evidence));
      break;
  }
  verdict.explanation += ended ? ", and that for " + format_duration(waited) + "." : ".";
  if (ended) verdict.outcome = Outcome::Fail;
}

int badness(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return 0;
    case Outcome::Inconclusive:
      return 1;
    case Outcome::Fail:
      return 2;
  }
  return 0;
}

}  // namespace

Judgement judge(const HealthPolicy& policy, const std::vector<Evidence>& evidence,
                const Situation& situation) {
  HS_ASSERT(evidence.size() == policy.criteria.size());
  Judgement judgement;
  judgement.overall = Outcome::Pass;
  for (std::size_t i = 0; i < policy.criteria.size(); ++i) {
    const auto& criterion = policy.criteria[i];
    auto verdict = measure(policy, criterion, evidence[i]);
    verdict.criterion = criterion.name;
    verdict.threshold = criterion.threshold;
    verdict.dry_run = criterion.dry_run;
    if (verdict.no_data) decide_missing(verdict, policy, criterion, evidence[i], situation);
    if (!verdict.dry_run && badness(verdict.outcome) > badness(judgement.overall)) {
      judgement.overall = verdict.outcome;
    }
    judgement.verdicts.push_back(std::move(verdict));
  }
  return judgement;
}

}  // namespace hotswap
