#pragma once
#include <optional>

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
  /// How checkpoints are checked, and those that were kept beside the store. Before the first call.
  struct Witness {
    AuditSigning signing;
    std::function<Result<std::vector<AuditCheckpoint>>()> kept{};
  };
  void believe(Witness witness) { witness_ = std::move(witness); }
  /// Public key of this server's checkpoints; empty: it signs none.
  [[nodiscard]] std::string own_key() const { return witness_ ? witness_->signing.public_key : ""; }

  /// Walks the whole chain: entries checked, or Conflict `audit.broken` naming the first bad one,
  /// `audit.forged` for a checkpoint whose signature is wrong, `audit.truncated`.
  [[nodiscard]] Result<ChainReport> verify(const Caller& caller);
  [[nodiscard]] Result<std::vector<AuditCheckpoint>> checkpoints(const Caller& caller,
                                                                 std::uint64_t after,
                                                                 std::size_t limit);
  /// Of the store.
  [[nodiscard]] Result<std::vector<AuditCheckpoint>> all_checkpoints();
  /// Records a refused attempt (401, 403); failures to record are returned.
  [[nodiscard]] Result<void> denied(const Caller& caller, const std::string& action,
                                    const std::string& resource, const std::string& why,
                                    WallTime at);

 private:
  /// Of the store and of the witness, each with a good signature.
  [[nodiscard]] Result<std::vector<AuditCheckpoint>> believed_checkpoints();
  [[nodiscard]] Result<ChainReport> walk();

  Store& store_;
  Committer& committer_;
  std::optional<Witness> witness_;
};

}  // namespace hotswap
