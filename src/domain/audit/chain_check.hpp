#pragma once
// Whether the audit is whole: every entry follows from the one before it, and what erasures changed
// is exactly what their records, which are entries of the chain themselves, say they changed.

#include <map>
#include <utility>

#include "domain/audit/entry.hpp"

namespace hotswap {

/// Of the entries that one batch of an erasure changed, in the order of their sequence.
struct BatchProof {
  std::uint64_t count = 0;
  std::string digest;  ///< over sequence, hash and content of each
  void add(const AuditEntry& entry, const AuditErased::Mark& mark);
  bool operator==(const BatchProof&) const = default;
};

/// Action of the entries whose detail is a batch's proof.
inline constexpr std::string_view kErasureBatch = "erasure.batch";
[[nodiscard]] std::string proof_text(const std::string& erasure, std::uint64_t batch,
                                     const BatchProof& proof);

struct ChainReport {
  std::uint64_t entries = 0;
  std::uint64_t erased = 0;  ///< of them
};

class ChainCheck {
 public:
  /// The next entry. Conflict `audit.broken`, naming it.
  [[nodiscard]] Result<void> add(const AuditEntry& entry);
  /// After the last: Conflict `audit.broken` if entries were changed that no record proves.
  [[nodiscard]] Result<ChainReport> finish() const;

 private:
  using Batch = std::pair<std::string, std::uint64_t>;
  [[nodiscard]] Result<void> check_proof(const AuditEntry& entry);

  std::string previous_;
  ChainReport report_;
  std::map<Batch, BatchProof> unproven_;  ///< whose record is still to come
};

}  // namespace hotswap
