#include "infrastructure/notify/channel_adapters.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/notify/messages.hpp"
#include "testing/fake_clock.hpp"
#include "unit/notify/receivers.hpp"

namespace hotswap {
namespace {

using testing::HttpReceiver;
using testing::SmtpRelayDouble;

Notice critical() {
  return {.id = "d:7:2",
          .severity = Severity::Critical,
          .message = "rolling back <payment>: error rate 12 % & rising",
          .profile = "payment.production",
          .service = "payment",
          .environment = "Production",
          .version = "1.2.0",
          .deployment = "0b9f",
          .state = "RollingBack",
          .at = WallTime(Duration(1'700'000'000'000))};
}

Channel channel_to(ChannelType type, std::string target) {
  Channel channel;
  channel.name = "c";
  channel.type = type;
  channel.target = std::move(target);
  return channel;
}

std::string from_base64(const std::string& text) {
  static const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string::npos) continue;
    bits = bits << 6U | static_cast<unsigned>(digit);
    count += 6;
    if (count >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xFFU);
  }
  return out;
}

struct Adapters : ::testing::Test {
  testing::FakeClock clock;
  WebhookSender sender{"a key of thirty-two bytes or more", clock, net::Reach::of_operator()};
  ChannelAdapters adapters{sender, "https://hotswap.example/", std::nullopt};
  HttpReceiver receiver;
};

TEST_F(Adapters, AWebhookGetsTheNoticeItselfSigned) {
  ASSERT_TRUE(adapters.send(channel_to(ChannelType::Webhook, receiver.url("/in")), critical()));
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].body, json::write(to_json(critical())));
  EXPECT_EQ(requests[0].header("X-HotSwap-Id"), "d:7:2");
  EXPECT_TRUE(requests[0].header("X-HotSwap-Signature").starts_with("t="));
}

TEST_F(Adapters, SlackGetsBlocksInTheColourOfTheSeverityEscaped) {
  ASSERT_TRUE(adapters.send(channel_to(ChannelType::Slack, receiver.url("/T/B")), critical()));
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].header("X-HotSwap-Signature"), "");
  const auto body = json::parse(requests[0].body);
  ASSERT_TRUE(body);
  const auto& text = *body->find("text")->as_string();
  EXPECT_TRUE(text.contains("&lt;payment&gt;: error rate 12 % &amp; rising")) << text;
  EXPECT_TRUE(requests[0].body.contains(R"("color":"#d0342c")"));
  EXPECT_TRUE(
      requests[0].body.contains("<https://hotswap.example/api/v1/deployments/0b9f/report|report>"));
}

TEST_F(Adapters, AlertmanagerGetsAnAlertAndLaterItsEnd) {
  const auto channel = channel_to(ChannelType::Alertmanager, receiver.url("/am/"));
  ASSERT_TRUE(adapters.send(channel, critical()));
  auto over = critical();
  over.severity = Severity::Info;
  over.state = "RolledBack";
  ASSERT_TRUE(adapters.send(channel, over));
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(requests[0].head.starts_with("POST /am/api/v2/alerts "));
  const auto fired = json::parse(requests[0].body);
  ASSERT_TRUE(fired);
  EXPECT_EQ(json::write(*fired->as_array()->at(0).find("labels")),
            R"({"alertname":"HotSwapDeployment","severity":"critical","service":"payment",)"
            R"("environment":"Production","profile":"payment.production"})");
  const auto ended = json::parse(requests[1].body);
  ASSERT_TRUE(ended);
  ASSERT_EQ(ended->as_array()->size(), 2u);
  EXPECT_EQ(*ended->as_array()->at(0).find("labels"), *fired->as_array()->at(0).find("labels"));
  EXPECT_EQ(*ended->as_array()->at(0).find("endsAt"), json::Value(format_time(over.at)));
}

TEST_F(Adapters, WhatIsNoAlertIsNotSentToAlertmanager) {
  auto started = critical();
  started.severity = Severity::Info;
  started.state = "Running";
  ASSERT_TRUE(adapters.send(channel_to(ChannelType::Alertmanager, receiver.url()), started));
  EXPECT_TRUE(receiver.requests().empty());
}

TEST_F(Adapters, MailWithoutARelaySaysWhatToSet) {
  const auto done = adapters.send(channel_to(ChannelType::Email, "a@b.example"), critical());
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().detail.contains("--smtp-url"));
}

TEST_F(Adapters, MailArrivesWithItsHeadersAndText) {
  const SmtpRelayDouble relay;
  ChannelAdapters mailing(sender, "",
                          ChannelAdapters::Mailing{{.url = relay.url(), .user = {}, .password = {}},
                                                   "hotswap@example.com"});
  auto notice = critical();
  notice.message = "Zurückgerollt: 12 % Fehler\r\nBcc: evil@example.com";
  const auto done = mailing.send(channel_to(ChannelType::Email, "oncall@example.com"), notice);
  ASSERT_TRUE(done) << done.error().detail;
  const auto mails = relay.mails();
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].from, "<hotswap@example.com>");
  EXPECT_EQ(mails[0].to, "<oncall@example.com>");
  const auto& message = mails[0].message;
  const auto end = message.find("\r\n\r\n");
  const auto head = message.substr(0, end);
  EXPECT_FALSE(head.contains("\r\nBcc:")) << head;
  EXPECT_TRUE(head.contains("\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n")) << head;
  EXPECT_TRUE(head.contains("\r\nSubject: =?UTF-8?B?")) << head;
  EXPECT_TRUE(head.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")) << head;
  const auto text = from_base64(message.substr(end + 4));
  EXPECT_TRUE(text.starts_with("Zurückgerollt: 12 % Fehler")) << text;
  EXPECT_TRUE(text.contains("Profile: payment.production\r\n")) << text;
}

TEST_F(Adapters, ARelayThatRefusesIsQuoted) {
  const SmtpRelayDouble relay(true);
  ChannelAdapters mailing(sender, "",
                          ChannelAdapters::Mailing{{.url = relay.url(), .user = {}, .password = {}},
                                                   "hotswap@example.com"});
  const auto done = mailing.send(channel_to(ChannelType::Email, "x@example.com"), critical());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "smtp.undelivered");
  EXPECT_TRUE(done.error().detail.contains("550")) << done.error().detail;
}

TEST(MailMessage, NoLineIsTooLongForARelay) {
  auto notice = critical();
  notice.message = std::string(3000, 'x') + "ä";
  const auto message = mail_message(notice, {"a@b.example", "c@d.example", "https://x"});
  for (std::size_t at = 0; at < message.size();) {
    const auto end = message.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 78u) << message.substr(at, end - at);
    at = end + 2;
  }
}

}  // namespace
}  // namespace hotswap
