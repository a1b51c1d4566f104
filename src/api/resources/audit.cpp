#include "api/render/config.hpp"
#include "api/resources/handlers.hpp"
#include "api/resources/services.hpp"
#include "api/resources/words.hpp"
#include "domain/base/limits.hpp"
#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

/// Entries in one export; further ones by the cursor that it names.
constexpr std::size_t kExportEntries = 10000;

Result<AuditFilter> read_filter(const Query& query) {
  AuditFilter filter;
  filter.actor = query.text("actor");
  filter.action = query.text("action");
  filter.resource = query.text("resource");
  const auto from = query.time("from");
  if (!from) return std::unexpected(from.error());
  const auto to = query.time("to");
  if (!to) return std::unexpected(to.error());
  filter.from = *from;
  filter.to = *to;
  return filter;
}

/// RFC 4180. A leading sign that a spreadsheet would take for a formula is disarmed.
void append_cell(std::string& out, std::string_view text) {
  out += '"';
  if (!text.empty() && std::string_view("=+-@\t\r").contains(text.front())) out += '\'';
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

}  // namespace

Result<Reply> list_audit(Services& services, Call& call) {
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
  return json_answer(
      200,
      json::Object{{"valid", true}, {"entries", checked->entries}, {"erased", checked->erased}});
}

}  // namespace hotswap::api
