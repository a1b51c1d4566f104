#pragma once
// Where people are told: channels, and what one of them is sent.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/strong.hpp"
#include "domain/base/time.hpp"
#include "domain/json/value.hpp"

namespace hotswap {

/// Webhook: JSON, signed by HMAC. Slack: Slack-compatible blocks. Alertmanager: its v2 API. Email:
/// by the server's SMTP relay.
enum class ChannelType { Webhook, Slack, Alertmanager, Email };
enum class Severity { Info, Warning, Critical };

struct Channel {
  std::string name;  ///< is_name(); unique
  ChannelType type = ChannelType::Webhook;
  std::string target;  ///< URL, or an email address; reads show URLs without user, path and query
  Severity at_least = Severity::Info;
  std::vector<std::string> profiles;  ///< names; empty: of all
  std::string created_by;
  WallTime created_at{};
  bool operator==(const Channel&) const = default;
};

/// What a deployment has to say, as the outbox holds it.
struct Notice {
  std::string id;  ///< receivers drop known ones
  Severity severity = Severity::Info;
  std::string message;
  std::string profile, service, environment, version, deployment;
  std::string state;  ///< of the deployment then
  WallTime at{};
  std::string traceparent{};  ///< of whoever sends it; not stored
  bool operator==(const Notice&) const = default;
};

[[nodiscard]] bool wants(const Channel& channel, const Notice& notice);
/// `info`, `warning`, `critical`
[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::optional<Severity> severity_from_string(std::string_view text);
/// `webhook`, `slack`, `alertmanager`, `email`
[[nodiscard]] std::string_view to_string(ChannelType type);
/// Every bad field at once, reason `channel.invalid`; name, type, target, severity, profiles.
[[nodiscard]] Result<Channel> channel_from_json(const json::Value& value);
[[nodiscard]] json::Value to_json(const Channel& channel);  ///< as read: target cut
[[nodiscard]] json::Value to_json(const Notice& notice);
[[nodiscard]] Result<Notice> notice_from_json(const json::Value& value);
/// A URL without user, path and query, since these hold tokens: `https://hooks.slack.com/…`.
[[nodiscard]] std::string shown_url(std::string_view url);

}  // namespace hotswap
