#pragma once
// What goes in and out of FleetService.

#include "domain/fleet/instance.hpp"
#include "domain/health/sample.hpp"
#include "orchestrator/caller.hpp"

namespace hotswap {

struct FleetOptions {
  Duration heartbeat_interval = std::chrono::seconds(30);
  Duration remove_after = std::chrono::minutes(2);
};

struct Registration {
  std::optional<InstanceId> id;
  Instance instance;  ///< id, status and times are filled in
};
struct Registered {
  Instance instance;
  bool created = true;
  std::vector<Assignment> desired;
};
/// Times are the server's: those of arrival, so that an instance's clock may say what it likes.
struct Heartbeat {
  std::vector<Observation> observed;  ///< instance and at are filled in
  Sample metrics;
  /// Grows within a registration. Metrics and logs of one that is not above the last are ignored
  /// (it was repeated, or overtaken); observations go by their generation. Nothing: always taken.
  std::optional<std::uint64_t> sequence;
  std::vector<LogLine> logs;  ///< `at` as of sending, not after arrival
};
/// What an instance shall run of a profile.
struct Standing {
  std::optional<SemVer> told;
  bool runs_it = false;  ///< and says that it does, that very content
};
struct HeartbeatReply {
  Duration interval{};
  std::vector<ProfileName> changed;  ///< desired generation above the reported one
};
struct InstanceView {
  Instance instance;
  std::vector<Assignment> desired;
  std::vector<Observation> observed;
  std::optional<ProbeResult> probe;
  std::vector<LogLine> logs;  ///< oldest first; of get() only
};

[[nodiscard]] inline bool runs(const Observation& seen) {
  return seen.state == ObservedState::Applied || seen.state == ObservedState::Running;
}

/// How many there are of each service and environment.
struct InstanceCount {
  std::size_t registered = 0, healthy = 0;
};
using InstanceCensus = std::map<std::pair<ServiceName, std::string>, InstanceCount>;

}  // namespace hotswap
