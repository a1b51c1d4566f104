#pragma once
// What happened, for two readers: the timeline (everybody who may see) and the audit (who did
// what).

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/base/error.hpp"
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

/// The fields of an entry that may tell of a person: the chain holds each under a salt of its own,
/// so that it can be taken away without breaking the chain.
enum class AuditField { Actor, Address, Resource, Detail };
inline constexpr AuditField kAuditFields[] = {AuditField::Actor, AuditField::Address,
                                              AuditField::Resource, AuditField::Detail};
[[nodiscard]] std::string_view to_string(AuditField field);

/// What erasures did to an entry (domain/erasure).
struct AuditErased {
  /// Of the replaced fields: what the chain holds in their place. None of an entry without a salt.
  std::map<AuditField, std::string> sealed;
  std::map<AuditField, std::string> salts;  ///< of the fields that stand as they were
  /// One for each time that it was changed, oldest first; a record in the chain proves each.
  struct Mark {
    std::string erasure;
    std::uint64_t batch = 0;
    std::string content;  ///< content_digest() then
    bool operator==(const Mark&) const = default;
  };
  std::vector<Mark> marks;
  [[nodiscard]] bool empty() const { return marks.empty(); }
  bool operator==(const AuditErased&) const = default;
};
[[nodiscard]] json::Value to_json(const AuditErased& erased);
[[nodiscard]] Result<AuditErased> audit_erased_from_json(const json::Value& value);

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
  std::string hash;    ///< chain_hash(previous entry's hash, this), given by the store
  std::string salt{};  ///< random; empty: hashed without, as entries of before were, or erased
  AuditErased erased{};
};
[[nodiscard]] json::Value to_json(const AuditEntry& entry);
[[nodiscard]] Result<AuditEntry> audit_entry_from_json(const json::Value& value);
/// Whether the chain holds the fields of kAuditFields under salts.
[[nodiscard]] bool is_salted(const AuditEntry& entry);
/// SHA-256 over the previous hash and every field but sequence and hash; of a salted entry, the
/// seals stand for the fields of kAuditFields.
[[nodiscard]] std::string chain_hash(const std::string& previous_hash, const AuditEntry& entry);
/// What the chain holds of a field of a salted entry.
[[nodiscard]] std::string seal_of(const AuditEntry& entry, AuditField field);
/// The salt of one field, as long as it is known.
[[nodiscard]] std::string field_salt(const AuditEntry& entry, AuditField field);
/// Letters of what erasures left on the entry: grows with each.
[[nodiscard]] std::uint64_t erased_text_of(const AuditEntry& entry);
/// SHA-256 over all that is stored of the entry but its marks.
[[nodiscard]] std::string content_digest(const AuditEntry& entry);

[[nodiscard]] const std::string& field_of(const AuditEntry& entry, AuditField field);
[[nodiscard]] std::string& field_of(AuditEntry& entry, AuditField field);

}  // namespace hotswap
