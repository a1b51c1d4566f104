#pragma once
// Every verdict is a record: the judgement with its figures, and the raw samples that came in since
// the record before. Records of a deployment in order hold all that the judge ever saw, so that
// replay.hpp can ask what another policy would have decided.

#include <string>
#include <vector>

#include "domain/health/evidence.hpp"
#include "domain/health/judge.hpp"

namespace hotswap {

struct RecordedSample {
  InstanceId instance;
  WallTime at{};
  bool treated = false;
  Sample sample;
  bool operator==(const RecordedSample&) const = default;
};

/// A deployment's records keep at most this many instances apart; the samples of further ones are
/// merged under an id of their cohort's (`others-treated`, `others-control`).
inline constexpr std::size_t kRecordedInstances = 60;

struct HealthRecord {
  DeploymentId deployment;
  std::uint64_t sequence = 0;  ///< ascending in a deployment, from 1
  WallTime at{};
  std::size_t step = 0;
  std::string phase;  ///< as to_string(Phase), or `RollingBack`
  Duration waited{};
  bool idle = false;
  Judgement judgement;
  std::vector<RecordedSample> samples;
  Measurements measurements;  ///< new ones
  bool operator==(const HealthRecord&) const = default;
};
[[nodiscard]] json::Value to_json(const HealthRecord& record);
[[nodiscard]] Result<HealthRecord> health_record_from_json(const json::Value& value);

}  // namespace hotswap
