#pragma once
// One instance in FleetService's memory.

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "orchestrator/fleet_types.hpp"

namespace hotswap {

/// Internal to its sources.
struct LiveInstance {
  Instance instance;
  std::map<ProfileName, Assignment> desired;
  std::map<ProfileName, Observation> observed;
  std::vector<ProfileName> unwritten;  ///< of the observed, each once
  bool listed = false;                 ///< among those that have some
  /// Generation that it spoke of last, be it that it refused it.
  std::map<ProfileName, std::uint64_t> reported;
  std::map<ProfileName, std::pair<std::uint64_t, std::string>> drifted;  ///< last one told
  /// Staged or refused beside what runs, and since when it has been said.
  std::map<ProfileName, std::pair<Observation, WallTime>> beside;
  std::optional<std::uint64_t> sequence;  ///< of the last heartbeat in this registration
  std::deque<LogLine> logs;
  std::optional<ProbeResult> probe;
  WallTime written{};  ///< when its heartbeat was written last
  bool here = true;    ///< this node hears its heartbeats
};

}  // namespace hotswap
