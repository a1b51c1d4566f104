#include "infrastructure/notify/channel_adapters.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/notify/messages.hpp"

namespace hotswap {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(10);

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

WebhookCall call_of(std::string url, const Notice& notice, const json::Value& body, bool sign) {
  return {.url = std::move(url),
          .id = notice.id,
          .body = json::write(body),
          .timeout = kTimeout,
          .sign = sign,
          .traceparent = notice.traceparent};
}

}  // namespace

ChannelAdapters::ChannelAdapters(WebhookSender& sender, std::string public_url,
                                 std::optional<Mailing> mailing)
    : sender_(sender),
      public_url_(without_slash(std::move(public_url))),
      mailing_(std::move(mailing)) {}

std::string ChannelAdapters::link_to(const Notice& notice) const {
  if (public_url_.empty() || notice.deployment.empty()) return {};
  return public_url_ + "/api/v1/deployments/" + notice.deployment + "/report";
}

Result<void> ChannelAdapters::send(const Channel& channel, const Notice& notice) {
  switch (channel.type) {
    case ChannelType::Webhook:
      return sender_.deliver(call_of(channel.target, notice, to_json(notice), true));
    case ChannelType::Slack:
      return sender_.deliver(
          call_of(channel.target, notice, slack_message(notice, link_to(notice)), false));
    case ChannelType::Alertmanager: {
      auto list = alerts(notice, link_to(notice));
      if (list.empty()) return {};
      return sender_.deliver(call_of(without_slash(channel.target) + "/api/v2/alerts", notice,
                                     std::move(list), false));
    }
    case ChannelType::Email:
      return mail(channel, notice);
  }
  return {};
}

Result<void> ChannelAdapters::mail(const Channel& channel, const Notice& notice) {
  if (!mailing_)
    return fail(ErrorCode::Unavailable, "smtp.not_configured",
                "This server has no mail relay: start it with --smtp-url and --smtp-from.");
  const Letterhead head{mailing_->from, channel.target, link_to(notice)};
  return send_mail(mailing_->relay, {mailing_->from, channel.target, mail_message(notice, head)},
                   kTimeout);
}

}  // namespace hotswap
