#include "domain/audit/chain_check.hpp"

#include "domain/base/sha256.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

std::unexpected<Error> broken(const AuditEntry& entry, const std::string& why) {
  return fail(ErrorCode::Conflict, "audit.broken",
              "Audit entry " + std::to_string(entry.sequence) + ' ' + why +
                  " Compare with a backup or an export.");
}

struct Claim {
  std::string erasure;
  std::uint64_t batch = 0;
  BatchProof proof;
};

std::optional<Claim> read_claim(const AuditEntry& entry) {
  const auto value = json::parse(entry.detail);
  if (!value) return std::nullopt;
  json::ObjectReader in(*value, "$");
  Claim claim;
  claim.erasure = in.required_string("erasure");
  claim.batch = static_cast<std::uint64_t>(in.optional_int("batch", 0, INT64_MAX).value_or(0));
  claim.proof.count =
      static_cast<std::uint64_t>(in.optional_int("count", 0, INT64_MAX).value_or(0));
  claim.proof.digest = in.required_string("digest");
  if (in.finish("audit.broken")) return std::nullopt;
  return claim;
}

bool is_whole(const AuditEntry& entry, const std::string& previous) {
  const auto& erased = entry.erased;
  if (erased.empty()) return erased == AuditErased() && chain_hash(previous, entry) == entry.hash;
  if (erased.marks.back().content != content_digest(entry)) return false;
  // Without salts the hash was made of what is gone: the batch's proof alone speaks for it.
  return !is_salted(entry) || chain_hash(previous, entry) == entry.hash;
}

}  // namespace

std::string proof_text(const std::string& erasure, std::uint64_t batch, const BatchProof& proof) {
  return json::write(json::Object{
      {"erasure", erasure}, {"batch", batch}, {"count", proof.count}, {"digest", proof.digest}});
}

ChainCheck::ChainCheck(const std::vector<AuditCheckpoint>& checkpoints, std::uint64_t first) {
  const AuditCheckpoint* anchor = nullptr;
  for (const auto& checkpoint : checkpoints)
    if (checkpoint.anchor && checkpoint.sequence < first &&
        (anchor == nullptr || checkpoint.sequence > anchor->sequence))
      anchor = &checkpoint;
  if (anchor != nullptr) {
    previous_ = anchor->hash;
    last_ = anchor->sequence;
    report_.removed = anchor->anchor->entries;
    removed_erased_ = anchor->anchor->erased;
    unproven_ = anchor->anchor->unproven;
    report_.signed_to = anchor->sequence;
    report_.signers.insert(anchor->key);
    ++report_.checkpoints;
  }
  for (const auto& checkpoint : checkpoints)
    if (checkpoint.sequence > last_) awaited_.emplace(checkpoint.sequence, checkpoint);
}

Result<void> ChainCheck::add(const AuditEntry& entry) {
  if (entry.sequence <= last_ && !previous_.empty())
    return broken(entry, "comes after number " + std::to_string(last_) +
                             ": the entries are not in their order, oldest first.");
  if (!is_whole(entry, previous_))
    return broken(entry,
                  "does not follow from the one before it: an entry was changed or removed behind "
                  "the server's back.");
  if (auto met = meet_checkpoints(entry); !met) return met;
  for (const auto& mark : entry.erased.marks)
    unproven_[{mark.erasure, mark.batch}].add(entry, mark);
  previous_ = entry.hash;
  last_ = entry.sequence;
  ++report_.entries;
  if (!entry.erased.empty()) ++report_.erased;
  return entry.action == kErasureBatch ? check_proof(entry) : Result<void>();
}

Result<void> ChainCheck::meet_checkpoints(const AuditEntry& entry) {
  while (!awaited_.empty() && awaited_.begin()->first <= entry.sequence) {
    const auto& checkpoint = awaited_.begin()->second;
    if (checkpoint.sequence != entry.sequence || checkpoint.hash != entry.hash)
      return broken(entry, "is not what the checkpoint of " + format_time(checkpoint.at) +
                               " signed for entry " + std::to_string(checkpoint.sequence) +
                               ": the chain was made anew since.");
    ++report_.checkpoints;
    report_.signed_to = checkpoint.sequence;
    report_.signers.insert(checkpoint.key);
    awaited_.erase(awaited_.begin());
  }
  return {};
}

ChainState ChainCheck::state() const {
  return {report_.removed + report_.entries, removed_erased_ + report_.erased, unproven_};
}

Result<void> ChainCheck::check_proof(const AuditEntry& entry) {
  const auto claim = read_claim(entry);
  if (!claim) return broken(entry, "is an erasure's record that cannot be read.");
  const auto found = unproven_.extract({claim->erasure, claim->batch});
  const BatchProof seen = found.empty() ? BatchProof() : found.mapped();
  if (seen == claim->proof) return {};
  return broken(entry, "records other erased entries (" + std::to_string(claim->proof.count) +
                           ") than there are (" + std::to_string(seen.count) +
                           "): somebody changed entries and made it look like an erasure.");
}

Result<ChainReport> ChainCheck::finish() const {
  if (!awaited_.empty()) {
    const auto& checkpoint = awaited_.rbegin()->second;
    return fail(ErrorCode::Conflict, "audit.truncated",
                "The audit ends at entry " + std::to_string(last_) + ", but the checkpoint of " +
                    format_time(checkpoint.at) + " signed that it had reached entry " +
                    std::to_string(checkpoint.sequence) +
                    ": entries were cut off at the end. Compare with a backup or an export.");
  }
  if (unproven_.empty()) return report_;
  const auto& [batch, proof] = *unproven_.begin();
  return fail(ErrorCode::Conflict, "audit.broken",
              std::to_string(proof.count) + " audit entries are marked as erased by erasure " +
                  batch.first +
                  ", but no entry of the chain records that: somebody changed them behind the "
                  "server's back. Compare with a backup or an export.");
}

}  // namespace hotswap
