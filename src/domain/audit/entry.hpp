#pragma once
// What happened, for two readers: the timeline (everybody who may see) and the audit (who did
// what).

#include <cstdint>
#include <string>
#include <vector>

#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// One event of the global feed; a deployment's timeline is the feed filtered by its id.
struct TimelineEvent {
  std::uint64_t sequence = 0;  ///< given by the store, grows over the whole feed
  WallTime at{};
  std::string kind;  ///< slug, e.g. `config.created`, `step.soaking`, `drift.detected`
  ProfileName profile;
  DeploymentId deployment;  ///< may be empty
  InstanceId instance;      ///< may be empty
  std::string actor;
  std::string message;
  json::Value data;  ///< object or null
};
[[nodiscard]] json::Value to_json(const TimelineEvent& event);

struct AuditEntry {
  std::uint64_t sequence = 0;  ///< given by the store
  WallTime at{};
  std::string actor;
  std::string roles;
  std::string address;   ///< of the caller
  std::string action;    ///< slug of access.hpp, or `system.…`
  std::string resource;  ///< e.g. `configs/payment-service.production/versions/1.2.0`
  std::string outcome;   ///< `success`, `denied` or `failure`
  std::string detail;
  std::string trace_id;
  std::string hash;  ///< chain_hash(previous entry's hash, this), given by the store
};
[[nodiscard]] json::Value to_json(const AuditEntry& entry);
/// SHA-256 over the previous hash and every field but sequence and hash.
[[nodiscard]] std::string chain_hash(const std::string& previous_hash, const AuditEntry& entry);

}  // namespace hotswap
