#pragma once
#include "domain/ports/audit_receiver.hpp"
#include "infrastructure/notify/webhook_sender.hpp"

namespace hotswap {

/// POSTs `{"entries":[…],"checkpoints":[…]}`, signed as notifications are. A repeated batch has the
/// same X-HotSwap-Id.
class AuditWebhook : public AuditReceiver {
 public:
  AuditWebhook(WebhookSender& sender, std::string url) : sender_(sender), url_(std::move(url)) {}
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] Result<void> send(const AuditBatch& batch) override;

 private:
  WebhookSender& sender_;
  const std::string url_;
};

}  // namespace hotswap
