#pragma once
// One function per kind of criterion: evidence in, verdict out. Internal to domain/health; judge()
// adds name, threshold and what missing data means. A verdict with `no_data` set has too little to
// judge on, be it nothing at all or too few samples whose value is within the threshold.

#include "domain/health/judge.hpp"

namespace hotswap::health {

[[nodiscard]] CriterionVerdict judge_error_rate(const HealthPolicy& policy,
                                                const Criterion& criterion,
                                                const Evidence& evidence);
[[nodiscard]] CriterionVerdict judge_latency(const HealthPolicy& policy, const Criterion& criterion,
                                             const Evidence& evidence);
[[nodiscard]] CriterionVerdict judge_checks(const HealthPolicy& policy, const Criterion& criterion,
                                            const Evidence& evidence);
[[nodiscard]] CriterionVerdict judge_custom(const Criterion& criterion, const Evidence& evidence);
[[nodiscard]] CriterionVerdict judge_query(const Criterion& criterion, const Evidence& evidence);

}  // namespace hotswap::health
