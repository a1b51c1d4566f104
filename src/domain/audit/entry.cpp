#include "domain/audit/entry.hpp"

#include "domain/base/sha256.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

/// Length before text, so that no two different lists of fields give the same bytes.
void append_field(std::string& bytes, std::string_view text) {
  bytes += std::to_string(text.size());
  bytes += ':';
  bytes += text;
}

void set_unless_empty(json::Object& object, std::string name, const std::string& text) {
  if (!text.empty()) object.append(std::move(name), text);
}

constexpr std::size_t kSaltDigits = 32;

/// Before the fields of a salted entry: entries without salts begin with a hash or nothing.
constexpr std::string_view kSaltedFormat = "hotswap.audit/2";

json::Value parts_json(const std::map<AuditField, std::string>& parts) {
  json::Object object;
  for (const auto& [field, text] : parts) object.append(to_string(field), text);
  return object;
}

std::map<AuditField, std::string> read_parts(json::ObjectReader& in, std::string_view name) {
  std::map<AuditField, std::string> parts;
  const auto* object = in.optional_object(name);
  if (object == nullptr) return parts;
  for (const AuditField field : kAuditFields) {
    const auto* value = object->find(to_string(field));
    const auto* text = value != nullptr ? value->as_string() : nullptr;
    if (text != nullptr) parts.emplace(field, *text);
  }
  return parts;
}

}  // namespace

json::Value to_json(const TimelineEvent& event) {
  json::Object object{
      {"sequence", event.sequence}, {"at", format_time(event.at)}, {"kind", event.kind}};
  set_unless_empty(object, "profile", event.profile.str());
  set_unless_empty(object, "deployment", event.deployment.str());
  set_unless_empty(object, "instance", event.instance.str());
  set_unless_empty(object, "actor", event.actor);
  object.append("message", event.message);
  if (!event.data.is_null()) object.append("data", event.data);
  return object;
}

json::Value to_json(const AuditEntry& entry) {
  json::Object object{
      {"sequence", entry.sequence}, {"at", format_time(entry.at)}, {"actor", entry.actor},
      {"roles", entry.roles},       {"address", entry.address},    {"action", entry.action},
      {"resource", entry.resource}, {"outcome", entry.outcome},    {"detail", entry.detail},
      {"traceId", entry.trace_id},  {"hash", entry.hash}};
  set_unless_empty(object, "salt", entry.salt);
  if (!entry.erased.empty()) object.append("erased", to_json(entry.erased));
  return object;
}

Result<AuditEntry> audit_entry_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  AuditEntry entry;
  entry.sequence =
      static_cast<std::uint64_t>(in.optional_int("sequence", 0, INT64_MAX).value_or(0));
  entry.at = in.optional_time("at").value_or(WallTime{});
  entry.actor = in.required_string("actor");
  entry.roles = in.required_string("roles");
  entry.address = in.required_string("address");
  entry.action = in.required_string("action");
  entry.resource = in.required_string("resource");
  entry.outcome = in.required_string("outcome");
  entry.detail = in.required_string("detail");
  entry.trace_id = in.required_string("traceId");
  entry.hash = in.required_string("hash");
  entry.salt = in.optional_string("salt").value_or("");
  if (const auto* erased = in.optional_value("erased")) {
    auto read = audit_erased_from_json(*erased);
    if (read)
      entry.erased = std::move(*read);
    else
      in.absorb(read.error());
  }
  if (auto bad = in.finish("audit.invalid")) return std::unexpected(std::move(*bad));
  return entry;
}

bool is_salted(const AuditEntry& entry) {
  return !entry.salt.empty() || !entry.erased.sealed.empty() || !entry.erased.salts.empty();
}

std::string chain_hash(const std::string& previous_hash, const AuditEntry& entry) {
  const bool salted = is_salted(entry);
  const auto held = [&](AuditField field) {
    return salted ? seal_of(entry, field) : field_of(entry, field);
  };
  std::string bytes;
  if (salted) append_field(bytes, kSaltedFormat);
  for (const auto& field :
       {previous_hash, format_time(entry.at), held(AuditField::Actor), entry.roles,
        held(AuditField::Address), entry.action, held(AuditField::Resource), entry.outcome,
        held(AuditField::Detail), entry.trace_id}) {
    append_field(bytes, field);
  }
  return sha256_hex(bytes);
}

std::string field_salt(const AuditEntry& entry, AuditField field) {
  if (const auto kept = entry.erased.salts.find(field); kept != entry.erased.salts.end())
    return kept->second;
  if (entry.salt.empty()) return {};
  return sha256_hex(entry.salt + std::string(to_string(field))).substr(0, kSaltDigits);
}

std::string seal_of(const AuditEntry& entry, AuditField field) {
  if (const auto sealed = entry.erased.sealed.find(field); sealed != entry.erased.sealed.end())
    return sealed->second;
  // The salt first and always as long: no other text of another field gives the same bytes.
  return sha256_hex(field_salt(entry, field) + field_of(entry, field));
}

std::uint64_t erased_text_of(const AuditEntry& entry) {
  return entry.erased.empty() ? 0 : json::write(to_json(entry.erased)).size();
}

std::string content_digest(const AuditEntry& entry) {
  std::string bytes;
  for (const auto& field : {std::to_string(entry.sequence), format_time(entry.at), entry.actor,
                            entry.roles, entry.address, entry.action, entry.resource, entry.outcome,
                            entry.detail, entry.trace_id, entry.hash, entry.salt}) {
    append_field(bytes, field);
  }
  for (const auto* part : {&entry.erased.sealed, &entry.erased.salts}) {
    for (const auto& [field, text] : *part) {
      append_field(bytes, to_string(field));
      append_field(bytes, text);
    }
    append_field(bytes, "");
  }
  return sha256_hex(bytes);
}

std::string_view to_string(AuditField field) {
  switch (field) {
    case AuditField::Actor:
      return "actor";
    case AuditField::Address:
      return "address";
    case AuditField::Resource:
      return "resource";
    case AuditField::Detail:
      return "detail";
  }
  return "";
}

const std::string& field_of(const AuditEntry& entry, AuditField field) {
  switch (field) {
    case AuditField::Actor:
      return entry.actor;
    case AuditField::Address:
      return entry.address;
    case AuditField::Resource:
      return entry.resource;
    case AuditField::Detail:
      break;
  }
  return entry.detail;
}

std::string& field_of(AuditEntry& entry, AuditField field) {
  return const_cast<std::string&>(field_of(std::as_const(entry), field));
}

json::Value to_json(const AuditErased& erased) {
  json::Array marks;
  for (const auto& mark : erased.marks)
    marks.push_back(
        json::Object{{"erasure", mark.erasure}, {"batch", mark.batch}, {"content", mark.content}});
  return json::Object{{"sealed", parts_json(erased.sealed)},
                      {"salts", parts_json(erased.salts)},
                      {"marks", std::move(marks)}};
}

Result<AuditErased> audit_erased_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$.erased");
  AuditErased erased;
  erased.sealed = read_parts(in, "sealed");
  erased.salts = read_parts(in, "salts");
  if (const auto* marks = in.optional_array("marks")) {
    for (const auto& item : *marks) {
      json::ObjectReader mark(item, "$.erased.marks");
      AuditErased::Mark read;
      read.erasure = mark.required_string("erasure");
      read.batch = static_cast<std::uint64_t>(mark.optional_int("batch", 0, INT64_MAX).value_or(0));
      read.content = mark.required_string("content");
      if (const auto bad = mark.finish("audit.invalid")) in.absorb(*bad);
      erased.marks.push_back(std::move(read));
    }
  }
  if (auto bad = in.finish("audit.invalid")) return std::unexpected(std::move(*bad));
  return erased;
}

}  // namespace hotswap
