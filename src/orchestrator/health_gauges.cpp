#include "orchestrator/health_gauges.hpp"

namespace hotswap {
namespace {

double number_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return 0;
    case Outcome::Inconclusive:
      return 1;
    case Outcome::Fail:
      return 2;
  }
  return 1;
}

}  // namespace

void publish_health(const std::vector<DeploymentRunner::Health>& health, Metrics& metrics) {
  std::map<MetricLabels, double> verdicts, values, baselines;
  for (const auto& one : health) {
    for (const CriterionVerdict& verdict : one.judgement.verdicts) {
      const MetricLabels labels{{"profile", one.profile.value}, {"criterion", verdict.criterion}};
      verdicts[labels] = number_of(verdict.outcome);
      if (verdict.value) values[labels] = *verdict.value;
      if (verdict.baseline) baselines[labels] = *verdict.baseline;
    }
  }
  metrics.replace_gauges("hotswap_health_verdict",
                         "Verdict on a running deployment: 0 pass, 1 inconclusive, 2 fail",
                         verdicts);
  metrics.replace_gauges("hotswap_health_value",
                         "What the treated cohort measures, in the criterion's unit", values);
  metrics.replace_gauges("hotswap_health_baseline",
                         "What it is compared with, in the criterion's unit", baselines);
}

}  // namespace hotswap
