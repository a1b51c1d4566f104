#include "domain/audit/entry.hpp"

#include "domain/base/sha256.hpp"

namespace hotswap {
namespace {

/// Length before text, so that no two different lists of fields give the same bytes.
void append_field(std::string& bytes, std::string_view text) {
  bytes += std::to_string(text.size());
  bytes += ':';
  bytes += text;
}

void set_unless_empty(json::Object& object, std::string name, const std::string& text) {
  if (!text.empty()) object.append(std::move(name), text);
}

}  // namespace

json::Value to_json(const TimelineEvent& event) {
  json::Object object{
      {"sequence", event.sequence}, {"at", format_time(event.at)}, {"kind", event.kind}};
  set_unless_empty(object, "profile", event.profile.str());
  set_unless_empty(object, "deployment", event.deployment.str());
  set_unless_empty(object, "instance", event.instance.str());
  set_unless_empty(object, "actor", event.actor);
  object.append("message", event.message);
  if (!event.data.is_null()) object.append("data", event.data);
  return object;
}

json::Value to_json(const AuditEntry& entry) {
  return json::Object{
      {"sequence", entry.sequence}, {"at", format_time(entry.at)}, {"actor", entry.actor},
      {"roles", entry.roles},       {"address", entry.address},    {"action", entry.action},
      {"resource", entry.resource}, {"outcome", entry.outcome},    {"detail", entry.detail},
      {"traceId", entry.trace_id},  {"hash", entry.hash}};
}

std::string chain_hash(const std::string& previous_hash, const AuditEntry& entry) {
  std::string bytes;
  for (const auto& field :
       {previous_hash, format_time(entry.at), entry.actor, entry.roles, entry.address, entry.action,
        entry.resource, entry.outcome, entry.detail, entry.trace_id}) {
    append_field(bytes, field);
  }
  return sha256_hex(bytes);
}

}  // namespace hotswap
