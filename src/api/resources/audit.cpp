#include <algorithm>

#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

/// Entries in one export; further ones by the cursor that it names.
constexpr std::uint64_t kExportEntries = 10000;

Result<AuditFilter> read_filter(const Query& query) {
  AuditFilter filter;
  filter.actor = query.text("actor");
  filter.action = query.text("action");
  filter.resource = query.text("resource");
  filter.outcome = query.text("outcome");
  if (!filter.outcome.empty() && filter.outcome != "success" && filter.outcome != "denied" &&
      filter.outcome != "failure")
    return fail_field("query.invalid", "?outcome", "enum", "must be success, denied or failure");
  const auto from = query.time("from");
  if (!from) return std::unexpected(from.error());
  const auto to = query.time("to");
  if (!to) return std::unexpected(to.error());
  filter.from = *from;
  filter.to = *to;
  return filter;
}

/// What a spreadsheet would take for the beginning of a formula; also in full width, which some
/// turn into the plain signs.
bool begins_formula(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("=+-@\t\r\n").contains(text.front())) return true;
  return text.starts_with("＝") || text.starts_with("＋") || text.starts_with("－") ||
         text.starts_with("＠");
}

/// RFC 4180. The beginning of a formula is disarmed.
void append_cell(std::string& out, std::string_view text) {
  out += '"';
  if (begins_formula(text)) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string csv_line(const AuditEntry& entry) {
  std::string out = std::to_string(entry.sequence);
  for (const auto& text :
       {format_time(entry.at), entry.actor, entry.roles, entry.address, entry.action,
        entry.resource, entry.outcome, entry.detail, entry.trace_id, entry.hash}) {
    out += ',';
    append_cell(out, text);
  }
  return out + "\r\n";
}

std::string ndjson_line(const AuditEntry& entry) { return json::write(to_json(entry)) + '\n'; }

struct Format {
  std::string media_type;
  std::string head;
  std::string (*line)(const AuditEntry&);
};

std::optional<Format> export_format(const Request& request) {
  if (asks_for(request, "text/csv")) {
    return Format{"text/csv; charset=utf-8",
                  "sequence,at,actor,roles,address,action,resource,outcome,detail,traceId,hash\r\n",
                  csv_line};
  }
  if (asks_for(request, "application/x-ndjson") || asks_for(request, "application/ndjson")) {
    return Format{"application/x-ndjson", "", ndjson_line};
  }
  return std::nullopt;
}

Result<Reply> export_entries(Services& services, const Call& call, const AuditFilter& filter,
                             const Format& format) {
  auto text = format.head;
  const auto limit = call.query.number("limit", 1, kExportEntries, kExportEntries);
  if (!limit) return std::unexpected(limit.error());
  PageRequest page{limits::kAuditPage, call.query.text("cursor")};
  for (std::size_t count = 0; count < *limit;) {
    page.limit = std::min<std::size_t>(limits::kAuditPage, *limit - count);
    const auto found = services.audit.list(call.caller, filter, page);
    if (!found) return std::unexpected(found.error());
    for (const auto& entry : found->items) text += format.line(entry);
    count += found->items.size();
    page.cursor = found->next_cursor;
    if (page.cursor.empty()) break;
  }
  auto response = make_response(200, format.media_type, std::move(text));
  if (!page.cursor.empty()) response.headers.push_back({"X-Next-Cursor", page.cursor});
  return response;
}

/// `?after=`: oldest first, as the chain is made; a client goes on with the last sequence.
Result<std::uint64_t> read_after(const Query& query) {
  for (const char* other : {"actor", "action", "resource", "outcome", "from", "to", "cursor"})
    if (!query.text(other).empty())
      return fail_field(
          "query.invalid", "?after", "conflict",
          "lists every entry behind it, oldest first: leave " + std::string(other) + " out");
  return query.number("after", 0, INT64_MAX, 0);
}

Result<std::vector<AuditEntry>> entries_after(Services& services, const Call& call,
                                              std::uint64_t after, std::size_t limit) {
  std::vector<AuditEntry> all;
  while (all.size() < limit) {
    const auto wanted = std::min<std::size_t>(limits::kAuditPage, limit - all.size());
    auto some = services.audit.after(call.caller, after, wanted);
    if (!some) return some;
    const bool last = some->size() < wanted;
    if (!some->empty()) after = some->back().sequence;
    std::ranges::move(*some, std::back_inserter(all));
    if (last) break;
  }
  return all;
}

Result<Reply> list_after(Services& services, const Call& call) {
  const auto after = read_after(call.query);
  if (!after) return std::unexpected(after.error());
  const auto format = export_format(call.request);
  const std::uint64_t most = format ? kExportEntries : limits::kPageMax;
  const auto limit = call.query.number("limit", 1, most, format ? most : limits::kPageDefault);
  if (!limit) return std::unexpected(limit.error());
  const auto entries = entries_after(services, call, *after, *limit);
  if (!entries) return std::unexpected(entries.error());
  const bool full = entries->size() == *limit;
  if (format) {
    auto text = format->head;
    for (const auto& entry : *entries) text += format->line(entry);
    auto response = make_response(200, format->media_type, std::move(text));
    if (full)
      response.headers.push_back({"X-Next-Cursor", std::to_string(entries->back().sequence)});
    return response;
  }
  json::Array items;
  for (const auto& entry : *entries) items.push_back(to_json(entry));
  return json_answer(200, json::Object{{"items", std::move(items)}, {"nextCursor", ""}});
}

}  // namespace

Result<Reply> list_audit(Services& services, Call& call) {
  if (!call.query.text("after").empty()) return list_after(services, call);
  const auto filter = read_filter(call.query);
  if (!filter) return std::unexpected(filter.error());
  if (const auto format = export_format(call.request)) {
    return export_entries(services, call, *filter, *format);
  }
  const auto page = call.query.page();
  if (!page) return std::unexpected(page.error());
  const auto found = services.audit.list(call.caller, *filter, *page);
  if (!found) return std::unexpected(found.error());
  return json_answer(200, page_json(*found, [](const auto& entry) { return to_json(entry); }));
}

Result<Reply> verify_audit(Services& services, Call& call) {
  const auto checked = services.audit.verify(call.caller);
  if (!checked) return std::unexpected(checked.error());
  json::Array signers;
  for (const auto& key : checked->signers)
    signers.emplace_back(json::Object{{"key", key}, {"own", key == services.audit.own_key()}});
  return json_answer(200, json::Object{{"valid", true},
                                       {"entries", checked->entries},
                                       {"erased", checked->erased},
                                       {"removed", checked->removed},
                                       {"checkpoints", checked->checkpoints},
                                       {"signedTo", checked->signed_to},
                                       {"signers", std::move(signers)}});
}

Result<Reply> audit_checkpoints(Services& services, Call& call) {
  const auto after = call.query.number("after", 0, INT64_MAX, 0);
  if (!after) return std::unexpected(after.error());
  const auto limit = call.query.number("limit", 1, limits::kPageMax, limits::kPageDefault);
  if (!limit) return std::unexpected(limit.error());
  const auto found = services.audit.checkpoints(call.caller, *after, *limit);
  if (!found) return std::unexpected(found.error());
  json::Array items;
  for (const auto& checkpoint : *found) items.push_back(to_json(checkpoint));
  return json_answer(
      200, json::Object{{"items", std::move(items)}, {"ownKey", services.audit.own_key()}});
}

Result<Reply> make_audit_checkpoint(Services& services, Call& call) {
  if (services.audit_keeper == nullptr)
    return fail(ErrorCode::Unavailable, "audit.no_key", "This server signs no checkpoints.");
  const auto made = services.audit_keeper->ask(call.caller);
  if (!made) return std::unexpected(made.error());
  return json_answer(201, to_json(*made));
}

}  // namespace hotswap::api
