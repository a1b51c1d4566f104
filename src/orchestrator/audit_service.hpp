#pragma once
#include "domain/audit/chain_check.hpp"
#include "orchestrator/caller.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class AuditService {
 public:
  AuditService(Store& store, Committer& committer) : store_(store), committer_(committer) {}

  [[nodiscard]] Result<Page<AuditEntry>> list(const Caller& caller, const AuditFilter& filter,
                                              const PageRequest& page);
  /// Ascending, for export.
  [[nodiscard]] Result<std::vector<AuditEntry>> after(const Caller& caller, std::uint64_t sequence,
                                                      std::size_t limit);
  /// Walks the whole chain: entries checked, or Conflict `audit.broken` naming the first bad one.
  [[nodiscard]] Result<ChainReport> verify(const Caller& caller);
  /// Records a refused attempt (401, 403); failures to record are returned.
  [[nodiscard]] Result<void> denied(const Caller& caller, const std::string& action,
                                    const std::string& resource, const std::string& why,
                                    WallTime at);

 private:
  Store& store_;
  Committer& committer_;
};

}  // namespace hotswap
