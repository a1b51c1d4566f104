#include "infrastructure/syslog/message.hpp"

#include <fmt/format.h>

#include "domain/json/write.hpp"

namespace hotswap::syslog {
namespace {

constexpr int kLogAudit = 13;
constexpr int kWarning = 4, kNotice = 5, kInformational = 6;
constexpr std::size_t kHostBytes = 255, kMsgIdBytes = 32;
/// The number that RFC 5612 leaves for everybody's own use.
constexpr std::string_view kElement = "hotswap@32473";

/// Printable ASCII without blanks, at most `most` of it; `-` for nothing.
std::string word(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) out += c > ' ' && c < 0x7f ? c : '_';
  return out.empty() ? "-" : out;
}

/// A value between quotes: what would end it is escaped, controls are blanks.
std::string value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  }
  return out;
}

std::string header(int severity, WallTime at, const std::string& host, std::string_view id) {
  return fmt::format("<{}>1 {} {} hotswap - {} ", kLogAudit * 8 + severity, format_time(at),
                     word(host, kHostBytes), word(id, kMsgIdBytes));
}

}  // namespace

std::string message_of(const AuditEntry& entry, const std::string& host) {
  return header(entry.outcome == "success" ? kInformational : kWarning, entry.at, host,
                entry.action) +
         fmt::format(R"([{} sequence="{}" actor="{}" address="{}" outcome="{}" resource="{}"] )",
                     kElement, entry.sequence, value(entry.actor), value(entry.address),
                     value(entry.outcome), value(entry.resource)) +
         json::write(to_json(entry));
}

std::string message_of(const AuditCheckpoint& checkpoint, const std::string& host) {
  return header(kNotice, checkpoint.at, host, "audit.checkpoint") +
         fmt::format(R"([{} sequence="{}" hash="{}"] )", kElement, checkpoint.sequence,
                     value(checkpoint.hash)) +
         json::write(json::Object{{"checkpoint", to_json(checkpoint)}});
}

std::string framed(const std::string& message) {
  return std::to_string(message.size()) + ' ' + message;
}

}  // namespace hotswap::syslog
