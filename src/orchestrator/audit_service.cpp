#include "orchestrator/audit_service.hpp"

#include "domain/base/limits.hpp"

namespace hotswap {

Result<Page<AuditEntry>> AuditService::list(const Caller& caller, const AuditFilter& filter,
                                            const PageRequest& page) {
  if (auto ok = authorize(caller.principal, Action::AuditRead); !ok)
    return std::unexpected(ok.error());
  return store_.audit(filter, page);
}

Result<std::vector<AuditEntry>> AuditService::after(const Caller& caller, std::uint64_t sequence,
                                                    std::size_t limit) {
  if (auto ok = authorize(caller.principal, Action::AuditRead); !ok)
    return std::unexpected(ok.error());
  return store_.audit_after(sequence, limit);
}

Result<ChainReport> AuditService::verify(const Caller& caller) {
  ChainCheck check;
  std::uint64_t last = 0;
  for (;;) {
    auto entries = after(caller, last, limits::kAuditPage);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return check.finish();
    for (const AuditEntry& entry : *entries) {
      if (auto done = check.add(entry); !done) return std::unexpected(std::move(done.error()));
      last = entry.sequence;
    }
  }
}

Result<void> AuditService::denied(const Caller& caller, const std::string& action,
                                  const std::string& resource, const std::string& why,
                                  WallTime at) {
  auto entry = audit_entry(caller, action, resource, why, at);
  entry.outcome = "denied";
  ChangeSet changes;
  changes.push_back(change::AppendAudit{std::move(entry)});
  if (auto done = committer_.commit(std::move(changes)); !done)
    return std::unexpected(done.error());
  return {};
}

}  // namespace hotswap
