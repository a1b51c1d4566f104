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

/// What missing data means in the end. Waiting ends in Fail: a version is never promoted on data
/// that is not there.
void decide_missing(CriterionVerdict& verdict, const HealthPolicy& policy,
                    const Criterion& criterion, Duration waited) {
  switch (criterion.on_no_data) {
    case OnNoData::Pass:
      verdict.outcome = Outcome::Pass;
      verdict.explanation += "; counts as healthy (onNoData: pass)";
      return;
    case OnNoData::Fail:
      if (waited < std::min(criterion.window, policy.no_data_timeout)) return;
      break;
    case OnNoData::Wait:
      if (waited < policy.no_data_timeout) return;
      break;
  }
  verdict.outcome = Outcome::Fail;
  verdict.explanation += ", and that for " + format_duration(waited);
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
    if (verdict.no_data) decide_missing(verdict, policy, criterion, situation.waited);
    if (!verdict.dry_run && badness(verdict.outcome) > badness(judgement.overall)) {
      judgement.overall = verdict.outcome;
    }
    judgement.verdicts.push_back(std::move(verdict));
  }
  return judgement;
}

}  // namespace hotswap
