#include "orchestrator/caller.hpp"

namespace hotswap {

AuditEntry audit_entry(const Caller& caller, std::string action, std::string resource,
                       std::string detail, WallTime at) {
  AuditEntry entry;
  entry.at = at;
  entry.actor = caller.principal.subject;
  for (const Role role : caller.principal.roles) {
    if (!entry.roles.empty()) entry.roles += ' ';
    entry.roles += to_string(role);
  }
  entry.address = caller.address;
  entry.action = std::move(action);
  entry.resource = std::move(resource);
  entry.outcome = "success";
  entry.detail = std::move(detail);
  entry.trace_id = caller.trace_id;
  return entry;
}

}  // namespace hotswap
