#include "infrastructure/notify/audit_webhook.hpp"

#include <algorithm>

#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"
#include "domain/notification/channel.hpp"
#include "domain/trace/context.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kTellApart = 8;

std::string id_of(const AuditBatch& batch) {
  std::string id = "audit";
  if (!batch.entries.empty())
    id += "-" + std::to_string(batch.entries.front().sequence) + "-" +
          std::to_string(batch.entries.back().sequence);
  if (!batch.checkpoints.empty())
    id += "-checkpoint-" + std::to_string(batch.checkpoints.back().sequence);
  return id;
}

/// What is told of one trace belongs to it; what is told of several, to none. It says that we
/// record no span, and so it is: nobody remembers the request's own that one would hang below.
std::string traceparent_of(const AuditBatch& batch) {
  if (batch.entries.empty()) return {};
  const std::string& id = batch.entries.front().trace_id;
  const auto trace = tracing::trace_id_from_hex(id);
  const bool shared = std::ranges::all_of(
      batch.entries, [&](const AuditEntry& entry) { return entry.trace_id == id; });
  if (!trace || !shared) return {};
  return tracing::traceparent(
      {.trace = *trace, .span = tracing::derived({}, {"audit", id_of(batch)})});
}

}  // namespace

// The URL's path may hold a token, and names are seen by everybody who reads metrics.
std::string AuditWebhook::name() const {
  return "webhook " + shown_url(url_) + " " + sha256_hex(url_).substr(0, kTellApart);
}

Result<void> AuditWebhook::send(const AuditBatch& batch) {
  json::Array entries, checkpoints;
  for (const auto& entry : batch.entries) entries.push_back(to_json(entry));
  for (const auto& checkpoint : batch.checkpoints) checkpoints.push_back(to_json(checkpoint));
  return sender_.deliver(
      {.url = url_,
       .id = id_of(batch),
       .body = json::write(
           json::Object{{"entries", std::move(entries)}, {"checkpoints", std::move(checkpoints)}}),
       .traceparent = traceparent_of(batch)});
}

}  // namespace hotswap
