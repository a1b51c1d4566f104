#include "domain/erasure/audit_eraser.hpp"

namespace hotswap::erasure {
namespace {

constexpr std::string_view kNoAddress = "erased";

/// Keeps of a salted entry the seals of `fields` and the salts of the others.
void seal(AuditEntry& entry, const std::map<AuditField, std::string>& fields) {
  if (!is_salted(entry)) return;
  AuditErased next = entry.erased;
  next.salts.clear();
  for (const AuditField field : kAuditFields) {
    if (next.sealed.contains(field)) continue;
    if (fields.contains(field)) {
      next.sealed.emplace(field, seal_of(entry, field));
    } else {
      next.salts.emplace(field, field_salt(entry, field));
    }
  }
  entry.erased = std::move(next);
  entry.salt.clear();
}

}  // namespace

bool erase(AuditEntry& entry, const Eraser& eraser, const std::string& erasure,
           std::uint64_t batch) {
  std::map<AuditField, std::string> fields;
  for (const AuditField field : kAuditFields) {
    auto text = eraser.text(field_of(entry, field));
    if (text != field_of(entry, field)) fields.emplace(field, std::move(text));
  }
  if (fields.empty()) return false;
  if (fields.contains(AuditField::Actor)) fields[AuditField::Address] = kNoAddress;
  seal(entry, fields);
  for (auto& [field, text] : fields) field_of(entry, field) = std::move(text);
  entry.erased.marks.push_back({erasure, batch, content_digest(entry)});
  return true;
}

}  // namespace hotswap::erasure
