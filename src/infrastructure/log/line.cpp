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

bool is_own_name(std::string_view name) {
  return name == "timestamp" || name == "level" || name == "module" || name == "message";
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

}  // namespace

std::string json_line(const Line& line) {
  std::string out = "{";
  add_member(out, "timestamp", format_time(line.at));
  add_member(out, "level", to_string(line.level));
  add_member(out, "module", line.module);
  add_member(out, "message", line.message);
  for (const auto& field : line.fields) {
    std::string name(field.name);
    if (is_own_name(name)) name += '_';
    add_member(out, name, to_json(field.value));
  }
  out += '}';
  return out;
}

std::string text_line(const Line& line) {
  std::string level(to_string(line.level));
  std::ranges::transform(level, level.begin(),
                         [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  level.resize(7, ' ');
  std::string out = format_time(line.at) + " " + level + " " + escaped(line.module) + ": " +
                    escaped(line.message);
  for (const auto& field : line.fields) {
    out += " " + escaped(field.name) + "=" + text_value(field.value);
  }
  return out;
}

}  // namespace hotswap::log
