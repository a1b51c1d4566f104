#include "infrastructure/notify/audit_webhook.hpp"

#include "domain/base/sha256.hpp"
#include "domain/json/write.hpp"
#include "domain/notification/channel.hpp"

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
       .body = json::write(json::Object{{"entries", std::move(entries)},
                                        {"checkpoints", std::move(checkpoints)}})});
}

}  // namespace hotswap
