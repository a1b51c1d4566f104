#include "domain/notification/channel.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"
#include "domain/base/name.hpp"
#include "domain/json/reader.hpp"

namespace hotswap {
namespace {

constexpr std::size_t kTargetBytes = 2048;
constexpr std::size_t kProfiles = 100;
constexpr ChannelType kTypes[] = {ChannelType::Webhook, ChannelType::Slack,
                                  ChannelType::Alertmanager, ChannelType::Email};
constexpr Severity kSeverities[] = {Severity::Info, Severity::Warning, Severity::Critical};

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// Where the host begins, or npos for what is no http URL.
std::size_t host_start(std::string_view url) {
  if (url.starts_with("https://")) return 8;
  return url.starts_with("http://") ? 7 : std::string_view::npos;
}

bool is_url(std::string_view text) {
  const auto start = host_start(text);
  if (start == std::string_view::npos || !is_visible(text)) return false;
  const auto host = text.substr(start, text.find_first_of("/?#", start) - start);
  return !host.empty() && host.back() != '@' && host.front() != ':';
}

/// One plain address: nothing that a mail header or an envelope would read as more.
bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  if (text.size() > 254 || text.find('@', at + 1) != std::string_view::npos) return false;
  return is_visible(text) && text.find_first_of("<>()[],;:\\\"") == std::string_view::npos;
}

ChannelType read_type(json::ObjectReader& in) {
  const auto text = in.required_string("type");
  for (const ChannelType type : kTypes)
    if (to_string(type) == text) return type;
  if (in.has("type")) in.mistake("type", "enum", "must be webhook, slack, alertmanager or email");
  return ChannelType::Webhook;
}

std::string read_target(json::ObjectReader& in, ChannelType type) {
  auto text = in.required_string("target");
  if (!in.has("target")) return text;
  if (text.size() > kTargetBytes)
    in.mistake("target", "maxLength", "must be at most 2048 bytes");
  else if (type == ChannelType::Email && !is_address(text))
    in.mistake("target", "format", "must be one email address such as oncall@example.com");
  else if (type != ChannelType::Email && !is_url(text))
    in.mistake("target", "format",
               "must be an http or https URL without blanks; other characters percent-encoded");
  return text;
}

Severity read_severity(json::ObjectReader& in) {
  const auto text = in.optional_string("severity");
  if (!text) return Severity::Info;
  if (const auto severity = severity_from_string(*text)) return *severity;
  in.mistake("severity", "enum", "must be info, warning or critical: the least that is sent");
  return Severity::Info;
}

std::vector<std::string> read_profiles(json::ObjectReader& in) {
  auto names = in.optional_strings("profiles");
  if (names.size() > kProfiles)
    in.mistake("profiles", "maxItems", "must be at most 100; leave it out for all");
  else if (!std::ranges::all_of(names, is_name))
    in.mistake("profiles", "pattern", std::string("every name ") + kNameRule);
  return names;
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Critical:
      return "critical";
  }
  return "critical";
}

std::optional<Severity> severity_from_string(std::string_view text) {
  for (const Severity severity : kSeverities)
    if (to_string(severity) == text) return severity;
  return std::nullopt;
}

std::string_view to_string(ChannelType type) {
  switch (type) {
    case ChannelType::Webhook:
      return "webhook";
    case ChannelType::Slack:
      return "slack";
    case ChannelType::Alertmanager:
      return "alertmanager";
    case ChannelType::Email:
      return "email";
  }
  return "webhook";
}

bool wants(const Channel& channel, const Notice& notice) {
  if (notice.severity < channel.at_least) return false;
  return channel.profiles.empty() ||
         std::ranges::find(channel.profiles, notice.profile) != channel.profiles.end();
}

std::string shown_url(std::string_view url) {
  const auto start = host_start(url);
  if (start == std::string_view::npos) return "…";
  const auto end = std::min(url.find_first_of("/?#", start), url.size());
  auto host = url.substr(start, end - start);
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  const bool more = end < url.size() && url.substr(end) != "/";
  return std::string(url.substr(0, start)) + std::string(host) + (more ? "/…" : "");
}

Result<Channel> channel_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Channel channel;
  channel.name = in.required_string("name");
  if (in.has("name") && !is_name(channel.name)) in.mistake("name", "pattern", kNameRule);
  channel.type = read_type(in);
  channel.target = read_target(in, channel.type);
  channel.at_least = read_severity(in);
  channel.profiles = read_profiles(in);
  if (auto bad = in.finish("channel.invalid")) return std::unexpected(*bad);
  return channel;
}

json::Value to_json(const Channel& channel) {
  json::Array profiles;
  for (const auto& name : channel.profiles) profiles.push_back(name);
  return json::Object{
      {"name", channel.name},
      {"type", to_string(channel.type)},
      {"target", channel.type == ChannelType::Email ? channel.target : shown_url(channel.target)},
      {"severity", to_string(channel.at_least)},
      {"profiles", std::move(profiles)},
      {"createdBy", channel.created_by},
      {"createdAt", format_time(channel.created_at)}};
}

json::Value to_json(const Notice& notice) {
  return json::Object{{"id", notice.id},           {"severity", to_string(notice.severity)},
                      {"message", notice.message}, {"profile", notice.profile},
                      {"service", notice.service}, {"environment", notice.environment},
                      {"version", notice.version}, {"deployment", notice.deployment},
                      {"state", notice.state},     {"at", format_time(notice.at)}};
}

Result<Notice> notice_from_json(const json::Value& value) {
  json::ObjectReader in(value, "$");
  Notice notice;
  notice.id = in.required_string("id");
  const auto severity = severity_from_string(in.required_string("severity"));
  if (!severity) in.mistake("severity", "enum", "must be info, warning or critical");
  notice.severity = severity.value_or(Severity::Critical);
  notice.message = in.required_string("message");
  notice.profile = in.optional_string("profile").value_or("");
  notice.service = in.optional_string("service").value_or("");
  notice.environment = in.optional_string("environment").value_or("");
  notice.version = in.optional_string("version").value_or("");
  notice.deployment = in.optional_string("deployment").value_or("");
  notice.state = in.optional_string("state").value_or("");
  notice.at = in.optional_time("at").value_or(WallTime{});
  if (auto bad = in.finish("notice.invalid")) return std::unexpected(*bad);
  return notice;
}

}  // namespace hotswap
