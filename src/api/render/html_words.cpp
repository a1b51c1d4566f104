#include "api/render/html_words.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hotswap::api::html {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

const json::Value& at(const json::Value& value, std::string_view path) {
  static const json::Value nothing;
  const json::Value* found = &value;
  while (!path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    found = found->find(path.substr(0, dot));
    if (found == nullptr) return nothing;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *found;
}

std::string text(const json::Value& value, std::string_view path) {
  const json::Value& found = at(value, path);
  if (const auto* words = found.as_string()) return words->str();
  if (const auto* digits = found.as_number()) return digits->text.str();
  return {};
}

std::optional<double> number(const json::Value& value, std::string_view path) {
  return at(value, path).as_double();
}

const json::Array& items(const json::Value& value, std::string_view path) {
  static const json::Array none;
  const auto* found = at(value, path).as_array();
  return found == nullptr ? none : *found;
}

std::string clock(std::string_view time) {
  return std::string(parse_time(time) ? time.substr(11, 8) : time);
}

std::string day_and_clock(std::string_view time) {
  if (!parse_time(time)) return std::string(time);
  return std::string(time.substr(0, 10)) + " " + std::string(time.substr(11, 8)) + " UTC";
}

std::string length(Duration duration) {
  const auto ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 10'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  if (ms < 120'000) return fmt::format("{} s", ms / 1000);
  if (ms < 7'200'000) return fmt::format("{} min {} s", ms / 60'000, ms / 1000 % 60);
  return fmt::format("{:.1f} h", static_cast<double>(ms) / 3'600'000);
}

std::string figure(double value) {
  if (!std::isfinite(value)) return "–";
  const double size = std::abs(value);
  if (size >= 1e7) return fmt::format("{:.3g}", value);
  if (size < 100) {
    auto digits = fmt::format("{:.3g}", value);
    return digits.contains('e') ? fmt::format("{:.4f}", value) : digits;
  }
  std::string digits = fmt::format("{:.0f}", value);
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t place = digits.size(); place > first + 3; place -= 3)
    digits.insert(place - 3, ",");
  return digits;
}

}  // namespace hotswap::api::html
