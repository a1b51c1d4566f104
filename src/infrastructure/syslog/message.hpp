#pragma once
#include <string>

#include "domain/audit/checkpoint.hpp"

namespace hotswap::syslog {

/// RFC 5424, facility 13 (log audit): severity 6 for what went well, 4 for what did not, 5 for a
/// checkpoint. MSGID is the action, MSG the entry as JSON.
[[nodiscard]] std::string message_of(const AuditEntry& entry, const std::string& host);
[[nodiscard]] std::string message_of(const AuditCheckpoint& checkpoint, const std::string& host);
/// For a stream: with its length in front (RFC 6587 and 5425, octet counting).
[[nodiscard]] std::string framed(const std::string& message);

}  // namespace hotswap::syslog
