#include "infrastructure/notify/messages.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/base/utf8.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

/// An alert whose end nobody tells is forgotten after this.
constexpr Duration kAlertLife = 24h;
constexpr Duration kTestLife = 5min;
constexpr std::size_t kSlackTextBytes = 2900;

std::string_view color_of(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "#2e9e5b";
    case Severity::Warning:
      return "#d98e04";
    case Severity::Critical:
      return "#d0342c";
  }
  return "#d0342c";
}

std::string_view mark_of(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "🟢";
    case Severity::Warning:
      return "🟠";
    case Severity::Critical:
      return "🔴";
  }
  return "🔴";
}

/// Slack's markup takes these three for its own.
std::string slack_escaped(std::string_view text) {
  std::string out;
  for (const char c : clip_utf8(text, kSlackTextBytes)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

json::Object mrkdwn(std::string text) {
  return json::Object{{"type", "mrkdwn"}, {"text", std::move(text)}};
}

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts facts_of(const Notice& notice) {
  Facts facts{{"Profile", notice.profile},       {"Version", notice.version},
              {"Service", notice.service},       {"Environment", notice.environment},
              {"Deployment", notice.deployment}, {"State", notice.state}};
  std::erase_if(facts, [](const auto& fact) { return fact.second.empty(); });
  return facts;
}

bool ends_well(const Notice& notice) {
  return notice.state == "Succeeded" || notice.state == "RolledBack" || notice.state == "Cancelled";
}

json::Object alert(const Notice& notice, Severity severity, const std::string& link) {
  json::Object labels{{"alertname", "HotSwapDeployment"}, {"severity", to_string(severity)}};
  const auto label = [&](const char* name, const std::string& value) {
    if (!value.empty()) labels.append(name, value);
  };
  label("service", notice.service);
  label("environment", notice.environment);
  label("profile", notice.profile);
  json::Object annotations{{"summary", notice.message},
                           {"version", notice.version},
                           {"deployment", notice.deployment},
                           {"state", notice.state}};
  const bool over = notice.severity == Severity::Info;
  const Duration life = notice.state == "Test" ? kTestLife : kAlertLife;
  json::Object out{{"labels", std::move(labels)}, {"annotations", std::move(annotations)}};
  if (!over) out.append("startsAt", format_time(notice.at));
  out.append("endsAt", format_time(over ? notice.at : notice.at + life));
  if (!link.empty()) out.append("generatorURL", link);
  return out;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto part = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = (bits << 8U) | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= part.size() ? kDigits[(bits >> (18U - 6U * i)) & 63U] : '=';
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string line = clip_utf8(text, bytes);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return line;
}

/// RFC 2047: words of base64, none above 75 characters, so the text is cut into pieces of whole
/// characters.
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string piece = clip_utf8(text, 42);
    if (piece.empty()) break;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(piece) + "?=";
    text.remove_prefix(piece.size());
  }
  return out;
}

std::string mail_date(WallTime at) {
  using namespace std::chrono;
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const std::string time = format_time(at).substr(11, 8);
  return std::string(kDays.at(weekday(day).c_encoding())) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         kMonths.at(static_cast<unsigned>(date.month()) - 1) + " " +
         std::to_string(static_cast<int>(date.year())) + " " + time + " +0000";
}

/// Only what a Message-ID may hold.
std::string message_id(std::string_view id) {
  std::string out;
  for (const char c : id.substr(0, 128)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    out += plain ? c : '.';
  }
  return "<n." + out + ".n@hotswap>";
}

std::string wrapped(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 76) out += text.substr(at, 76) + "\r\n";
  return out;
}

std::string mail_text(const Notice& notice, const std::string& link) {
  std::string text = notice.message + "\r\n\r\n";
  for (const auto& [name, value] : facts_of(notice)) text += name + ": " + value + "\r\n";
  text += "Time: " + format_time(notice.at) + "\r\n";
  if (!link.empty()) text += "\r\nReport: " + link + "\r\n";
  if (!notice.deployment.empty())
    text += "\r\nWhy it decided so: hotswap explain " + notice.deployment + "\r\n";
  return text;
}

}  // namespace

json::Value slack_message(const Notice& notice, const std::string& link) {
  json::Array fields;
  for (const auto& [name, value] : facts_of(notice))
    fields.push_back(mrkdwn("*" + name + "*\n" + slack_escaped(value)));
  json::Array blocks;
  blocks.push_back(json::Object{{"type", "section"},
                                {"text", mrkdwn("*" + slack_escaped(notice.message) + "*")}});
  if (!fields.empty())
    blocks.push_back(json::Object{{"type", "section"}, {"fields", std::move(fields)}});
  std::string foot = std::string(to_string(notice.severity)) + " · " + format_time(notice.at);
  if (!link.empty()) foot += " · <" + link + "|report>";
  blocks.push_back(json::Object{{"type", "context"}, {"elements", json::Array{mrkdwn(foot)}}});
  return json::Object{
      {"text", std::string(mark_of(notice.severity)) + " " + slack_escaped(notice.message)},
      {"attachments", json::Array{json::Object{{"color", color_of(notice.severity)},
                                               {"blocks", std::move(blocks)}}}}};
}

json::Array alerts(const Notice& notice, const std::string& link) {
  json::Array out;
  if (notice.severity != Severity::Info) {
    out.push_back(alert(notice, notice.severity, link));
  } else if (ends_well(notice)) {
    out.push_back(alert(notice, Severity::Critical, link));
    out.push_back(alert(notice, Severity::Warning, link));
  }
  return out;
}

std::string mail_message(const Notice& notice, const Letterhead& head) {
  const std::string subject =
      one_line("[hotswap " + std::string(to_string(notice.severity)) + "] " + notice.message, 300);
  const bool plain =
      std::ranges::all_of(subject, [](char c) { return static_cast<unsigned char>(c) < 0x7f; });
  return "From: HotSwap <" + one_line(head.from, 254) + ">\r\nTo: <" + one_line(head.to, 254) +
         ">\r\nSubject: " + (plain && subject.size() < 70 ? subject : encoded_words(subject)) +
         "\r\nDate: " + mail_date(notice.at) + "\r\nMessage-ID: " + message_id(notice.id) +
         "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         wrapped(base64(mail_text(notice, head.link)));
}

}  // namespace hotswap
