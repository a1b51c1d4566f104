#include "orchestrator/audit_service.hpp"

#include <algorithm>

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

Result<std::vector<AuditCheckpoint>> AuditService::checkpoints(const Caller& caller,
                                                               std::uint64_t after,
                                                               std::size_t limit) {
  if (auto ok = authorize(caller.principal, Action::AuditRead); !ok)
    return std::unexpected(ok.error());
  return store_.audit_checkpoints(after, limit);
}

Result<std::vector<AuditCheckpoint>> AuditService::all_checkpoints() {
  std::vector<AuditCheckpoint> all;
  for (;;) {
    auto page =
        store_.audit_checkpoints(all.empty() ? 0 : all.back().sequence, limits::kCheckpointPage);
    if (!page) return page;
    std::ranges::move(*page, std::back_inserter(all));
    if (page->size() < limits::kCheckpointPage) return all;
  }
}

Result<std::vector<AuditCheckpoint>> AuditService::believed_checkpoints() {
  auto all = all_checkpoints();
  if (!all || !witness_) return all;
  const auto stored = all->size();
  if (witness_->kept) {
    auto kept = witness_->kept();
    if (!kept) return kept;
    for (auto& checkpoint : *kept)
      if (std::ranges::find(all->begin(), all->begin() + static_cast<std::ptrdiff_t>(stored),
                            checkpoint.signature, &AuditCheckpoint::signature) ==
          all->begin() + static_cast<std::ptrdiff_t>(stored))
        all->push_back(std::move(checkpoint));
  }
  for (std::size_t i = 0; i < all->size(); ++i) {
    const auto& checkpoint = (*all)[i];
    if (is_genuine(witness_->signing, checkpoint)) continue;
    return fail(ErrorCode::Conflict, "audit.forged",
                "The signature of the checkpoint of entry " + std::to_string(checkpoint.sequence) +
                    (i < stored ? " is wrong" : " in the data folder is wrong") +
                    ": somebody changed it. Compare with a backup or the log.");
  }
  // Where the walk begins is for the store to say; the others only know what was there once.
  for (std::size_t i = stored; i < all->size(); ++i) (*all)[i].anchor.reset();
  return all;
}

Result<ChainReport> AuditService::walk() {
  const auto checkpoints = believed_checkpoints();
  if (!checkpoints) return std::unexpected(checkpoints.error());
  ChainCheck check(*checkpoints);
  std::uint64_t last = check.begins_behind();
  for (;;) {
    auto entries = store_.audit_after(last, limits::kAuditPage);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return check.finish();
    for (const AuditEntry& entry : *entries) {
      if (auto done = check.add(entry); !done) return std::unexpected(std::move(done.error()));
      last = entry.sequence;
    }
  }
}

Result<ChainReport> AuditService::verify(const Caller& caller) {
  if (auto ok = authorize(caller.principal, Action::AuditRead); !ok)
    return std::unexpected(ok.error());
  auto report = walk();
  // Retention may have taken entries away between two looks: seen twice, it is not that.
  if (!report && report.error().code == ErrorCode::Conflict) report = walk();
  return report;
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
