#include "infrastructure/log/line.hpp"

#include <algorithm>

#include "domain/json/write.hpp"

namespace hotswap::log {
namespace {

json::Value to_json(const LogValue& value) {
  return std::visit([](const auto& held) { return json::Value(held); }, value.value());
}

void add_member(std::string& out, std::string_view name, const json::Value& value) {
  out += out.size() == 1 ? "" : ",";
  json::write_string_to(out, name);
  out += ':';
  json::write_to(out, value);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// C1 controls (U+0080 to U+009F), which some terminals obey as they obey ESC.
bool is_c1(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) == 0xc2 && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

std::string escaped(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool c1 = is_c1(text, i);
    if (!c1 && !is_control(text[i])) {
      out += text[i];
      continue;
    }
    const auto byte = static_cast<unsigned char>(c1 ? text[++i] : text[i]);
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0x0f];
  }
  return out;
}

/// The value as it stands behind `key=`; in quotes where it would not be one word.
std::string text_value(const LogValue& value) {
  const auto* text = std::get_if<std::string>(&value.value());
  if (text == nullptr) return json::write(to_json(value));
  const bool plain = !text->empty() && std::ranges::none_of(*text, [](char c) {
    return is_control(c) || c == ' ' || c == '"' || c == '=' || c == '\\';
  });
  if (plain) return escaped(*text);
  std::string quoted;
  json::write_string_to(quoted, *text);
  return escaped(quoted);
}

constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kDim = "\x1b[2m";

std::string_view colour_of(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
    case LogLevel::Debug:
      return kDim;
    case LogLevel::Info:
      return "\x1b[32m";
    case LogLevel::Warning:
      return "\x1b[33m";
    case LogLevel::Error:
      return "\x1b[1;31m";
  }
  return kPlain;
}

std::string painted(std::string_view text, std::string_view colour, const Style& style) {
  if (!style.colour) return std::string(text);
  return std::string(colour).append(text).append(kPlain);
}

}  // namespace

std::string json_line(const Line& line) {
  std::string out = "{";
  add_member(out, "timestamp", format_time(line.at));
  add_member(out, "level", upper_name(line.level));
  add_member(out, "module", line.module);
  add_member(out, "message", line.message);
  for (const auto& field : line.fields) add_member(out, field.name.str(), to_json(field.value));
  out += '}';
  return out;
}

std::string text_line(const Line& line, const Style& style) {
  std::string level(upper_name(line.level));
  level.resize(7, ' ');
  std::string out;
  if (!style.journal)
    out = painted(format_time(line.at), kDim, style) + ' ' +
          painted(level, colour_of(line.level), style) + ' ';
  out += escaped(line.module) + ": " + escaped(line.message);
  for (const auto& field : line.fields)
    out +=
        ' ' + painted(std::string(field.name.str()) + '=', kDim, style) + text_value(field.value);
  return out;
}

std::string_view journal_prefix(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
    case LogLevel::Debug:
      return "<7>";
    case LogLevel::Info:
      return "<6>";
    case LogLevel::Warning:
      return "<4>";
    case LogLevel::Error:
      return "<3>";
  }
  return "<3>";
}

}  // namespace hotswap::log
