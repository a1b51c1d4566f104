#pragma once
#include "cli/actions.hpp"
#include "domain/audit/chain_check.hpp"

namespace hotswap::cli {

/// What a file says of itself, and whether its chain holds.
struct OfflineReport {
  ChainReport chain;
  std::uint64_t first = 0, last = 0;  ///< sequence of its entries
};

/// Verifies an export of NDJSON, oldest first, without a server. `key`: hexadecimal; then only
/// checkpoints that it signed count, and one at least must. Errors: those of ChainCheck, Conflict
/// `audit.forged`, `audit.other_key`, `audit.unsigned`, Invalid `file.unreadable`.
[[nodiscard]] Result<OfflineReport> verify_offline(const std::string& file, const std::string& key,
                                                   const AuditVerbs& audit);

}  // namespace hotswap::cli
