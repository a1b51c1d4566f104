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

void BatchProof::add(const AuditEntry& entry, const AuditErased::Mark& mark) {
  ++count;
  digest = sha256_hex(digest + '\n' + std::to_string(entry.sequence) + ' ' + entry.hash + ' ' +
                      mark.content);
}

std::string proof_text(const std::string& erasure, std::uint64_t batch, const BatchProof& proof) {
  return json::write(json::Object{
      {"erasure", erasure}, {"batch", batch}, {"count", proof.count}, {"digest", proof.digest}});
}

Result<void> ChainCheck::add(const AuditEntry& entry) {
  if (!is_whole(entry, previous_))
    return broken(entry,
                  "does not follow from the one before it: an entry was changed or removed behind "
                  "the server's back.");
  for (const auto& mark : entry.erased.marks)
    unproven_[{mark.erasure, mark.batch}].add(entry, mark);
  previous_ = entry.hash;
  ++report_.entries;
  if (!entry.erased.empty()) ++report_.erased;
  return entry.action == kErasureBatch ? check_proof(entry) : Result<void>();
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
  if (unproven_.empty()) return report_;
  const auto& [batch, proof] = *unproven_.begin();
  return fail(ErrorCode::Conflict, "audit.broken",
              std::to_string(proof.count) + " audit entries are marked as erased by erasure " +
                  batch.first +
                  ", but no entry of the chain records that: somebody changed them behind the "
                  "server's back. Compare with a backup or an export.");
}

}  // namespace hotswap
