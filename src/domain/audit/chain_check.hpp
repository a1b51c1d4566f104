#pragma once
// Whether the audit is whole: every entry follows from the one before it, what erasures changed is
// exactly what their records, which are entries of the chain themselves, say they changed, and
// every signed checkpoint finds its entry as it was.

#include <map>
#include <set>
#include <vector>

#include "domain/audit/checkpoint.hpp"

namespace hotswap {

/// Action of the entries whose detail is a batch's proof.
inline constexpr std::string_view kErasureBatch = "erasure.batch";
[[nodiscard]] std::string proof_text(const std::string& erasure, std::uint64_t batch,
                                     const BatchProof& proof);

struct ChainReport {
  std::uint64_t entries = 0;      ///< looked at
  std::uint64_t erased = 0;       ///< of them
  std::uint64_t removed = 0;      ///< before them, by retention, behind a signed anchor
  std::uint64_t checkpoints = 0;  ///< that found their entry
  std::uint64_t signed_to = 0;    ///< sequence of the last entry that one speaks of
  std::set<std::string> signers;  ///< their public keys
};

class ChainCheck {
 public:
  ChainCheck() = default;
  /// Of a chain with these checkpoints, whose signatures were checked already. The newest anchor
  /// before the entry `first`, if there is one, stands for the entries up to its own.
  explicit ChainCheck(const std::vector<AuditCheckpoint>& checkpoints,
                      std::uint64_t first = UINT64_MAX);

  /// Sequence behind which the entries to look at begin.
  [[nodiscard]] std::uint64_t begins_behind() const { return last_; }
  /// The next entry. Conflict `audit.broken`, naming it.
  [[nodiscard]] Result<void> add(const AuditEntry& entry);
  /// After the last: Conflict `audit.broken` if entries were changed that no record proves,
  /// Conflict `audit.truncated` if a checkpoint speaks of entries that are not there.
  [[nodiscard]] Result<ChainReport> finish() const;
  /// For an anchor at the last entry.
  [[nodiscard]] ChainState state() const;
  [[nodiscard]] const std::string& last_hash() const { return previous_; }

 private:
  [[nodiscard]] Result<void> check_proof(const AuditEntry& entry);
  [[nodiscard]] Result<void> meet_checkpoints(const AuditEntry& entry);

  std::string previous_;
  std::uint64_t last_ = 0;
  ChainReport report_;
  std::uint64_t removed_erased_ = 0;
  std::map<ErasureBatch, BatchProof> unproven_;            ///< whose record is still to come
  std::multimap<std::uint64_t, AuditCheckpoint> awaited_;  ///< whose entry is still to come
};

}  // namespace hotswap
