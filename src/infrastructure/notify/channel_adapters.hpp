#pragma once
#include <optional>

#include "domain/ports/channel_sender.hpp"
#include "infrastructure/http_client/smtp_client.hpp"
#include "infrastructure/notify/webhook_sender.hpp"

namespace hotswap {

/// Webhooks (the notice as JSON, signed), Slack, Alertmanager and mail. Thread-safe; every delivery
/// ends within ten seconds.
class ChannelAdapters : public ChannelSender {
 public:
  struct Mailing {
    SmtpRelay relay;
    std::string from;
  };
  /// `public_url` of this server, for links to reports; may be empty. Without `mailing`, mails fail
  /// with what to set.
  ChannelAdapters(WebhookSender& sender, std::string public_url, std::optional<Mailing> mailing);

  [[nodiscard]] Result<void> send(const Channel& channel, const Notice& notice) override;

 private:
  [[nodiscard]] Result<void> mail(const Channel& channel, const Notice& notice);
  [[nodiscard]] std::string link_to(const Notice& notice) const;

  WebhookSender& sender_;
  const std::string public_url_;
  const std::optional<Mailing> mailing_;
};

}  // namespace hotswap
