#pragma once
#include <string>

#include "domain/access/access.hpp"
#include "domain/audit/entry.hpp"
#include "domain/trace/context.hpp"

namespace hotswap {

/// Who calls a use case, from where, in which trace.
struct Caller {
  Principal principal;
  std::string address;
  std::string trace_id;
  bool fit_for_secrets = false;  ///< nobody on the way to the caller can read along
  tracing::Context trace{};      ///< the request's own span; what is done for it are children
};

/// The audit line of a use case that went through; the store adds sequence and hash.
[[nodiscard]] AuditEntry audit_entry(const Caller& caller, std::string action, std::string resource,
                                     std::string detail, WallTime at);

}  // namespace hotswap
