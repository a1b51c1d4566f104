#pragma once
// Instances of services, what they should run and what they say they run.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/semver/version.hpp"

namespace hotswap {

enum class InstanceStatus { Healthy, Degraded, Removed };  ///< Degraded: 2 heartbeats missed

struct Instance {
  InstanceId id;
  ServiceName service;
  std::string environment;
  std::string hostname;
  int port = 0;
  std::string version;  ///< of the program, free text
  std::string health_url;
  std::map<std::string, std::string> labels;
  /// Schemas that the program was built for: id → version, `payments` → `1.2.0`.
  std::map<std::string, std::string> schemas;
  std::string pool;
  std::string zone;
  InstanceStatus status = InstanceStatus::Healthy;
  WallTime registered_at{};
  WallTime last_heartbeat{};
  std::string home{};  ///< node that hears its heartbeats; empty: the only one
  bool operator==(const Instance&) const = default;
};

/// What an instance shall hold of one profile. Generations of a profile only grow.
struct Assignment {
  InstanceId instance;
  ProfileName profile;
  struct Slot {
    SemVer version;
    std::string hash;
    std::uint64_t generation = 0;
    bool operator==(const Slot&) const = default;
  };
  std::optional<Slot> active;  ///< nothing: no version yet
  std::optional<Slot> staged;  ///< beside the active one, not yet switched to
  bool operator==(const Assignment&) const = default;
};

enum class ObservedState { Received, Validated, Staged, Applied, Rejected, Running };

/// What an instance says of one profile in its heartbeat.
struct Observation {
  InstanceId instance;
  ProfileName profile;
  std::optional<SemVer> version;  ///< that it runs (or, Staged/Rejected, that it speaks of)
  std::uint64_t generation = 0;
  ObservedState state = ObservedState::Received;
  std::string hash;   ///< SHA-256 of the canonical form that it holds, may be empty
  std::string error;  ///< Rejected: why
  WallTime at{};
  /// How long it took to swap to it, if the instance says so; for metrics, not stored.
  std::optional<std::chrono::microseconds> reload{};
  bool operator==(const Observation&) const = default;
};

/// Something that an instance said, for people who look for a cause.
struct LogLine {
  WallTime at{};        ///< by the server's clock
  std::string level;    ///< `info`, `warning`, `error` or what the program calls it
  std::string message;  ///< at most limits::kLogLineBytes
  bool operator==(const LogLine&) const = default;
};

/// What the server's own look at an instance's health URL found last.
struct ProbeResult {
  WallTime at{};
  bool healthy = false;
  std::string detail;  ///< `200`, `connection refused`, `timeout after PT5S`
  Duration took{};
  bool operator==(const ProbeResult&) const = default;
};

[[nodiscard]] std::string_view to_string(InstanceStatus status);
[[nodiscard]] std::optional<InstanceStatus> instance_status_from_string(std::string_view text);
[[nodiscard]] std::string_view to_string(ObservedState state);  ///< lower case, as on the wire
[[nodiscard]] std::optional<ObservedState> observed_state_from_string(std::string_view text);

/// Healthy, Degraded after 2 missed heartbeats, Removed after `remove_after` without one.
[[nodiscard]] InstanceStatus status_at(WallTime last_heartbeat, WallTime now, Duration interval,
                                       Duration remove_after);

}  // namespace hotswap
