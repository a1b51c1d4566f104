#include "api/query.hpp"

#include <algorithm>
#include <charconv>

#include "domain/base/limits.hpp"
#include "domain/json/reader.hpp"
#include "domain/json/scan.hpp"

namespace hotswap::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// JSON strings take exactly the text that we take: UTF-8 without control characters.
bool is_clean_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) == 0x7f) return false;
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  quoted += '"';
  json::Scanner scanner(quoted);
  std::string decoded;
  return scanner.string(decoded) && scanner.at_end();
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

FieldError unknown_parameter(const std::string& name, const std::vector<std::string>& known) {
  std::string message = "is no parameter of this route";
  if (const auto near = json::nearest(name, known)) {
    message += "; did you mean " + *near + "?";
  } else if (known.empty()) {
    message += ", which takes none";
  } else {
    message += "; it takes " + list_of(known);
  }
  return {"?" + name, "unknown", std::move(message)};
}

std::unexpected<Error> bad(std::string_view name, std::string keyword, std::string message) {
  return fail_field("query.invalid", "?" + std::string(name), std::move(keyword),
                    std::move(message));
}

std::unexpected<Error> malformed_url() {
  return fail(ErrorCode::Malformed, "url.malformed",
              "The URL has a broken %-escape or bytes that are no UTF-8 text.");
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_clean_text(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<Query> Query::parse(std::string_view text, std::string_view known) {
  Query query;
  std::vector<FieldError> mistakes;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = percent_decode(part.substr(0, equals), true);
    auto value = percent_decode(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value) return malformed_url();
    if (query.has(*name)) {
      mistakes.push_back({"?" + *name, "repeated", "is given twice; give it once"});
    } else {
      query.items_.emplace_back(std::move(*name), std::move(*value));
    }
  }
  const auto names = words(known);
  for (const auto& [name, value] : query.items_) {
    if (std::ranges::find(names, name) == names.end()) {
      mistakes.push_back(unknown_parameter(name, names));
    }
  }
  if (mistakes.empty()) return query;
  auto detail = mistakes.front().path + " " + mistakes.front().message;
  return fail(ErrorCode::Invalid, "query.invalid", std::move(detail), std::move(mistakes));
}

std::string Query::text(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return {};
}

bool Query::has(std::string_view name) const {
  return std::ranges::any_of(items_, [&](const auto& item) { return item.first == name; });
}

Result<std::uint64_t> Query::number(std::string_view name, std::uint64_t min, std::uint64_t max,
                                    std::uint64_t otherwise) const {
  if (!has(name)) return otherwise;
  const auto digits = text(name);
  std::uint64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end || number < min || number > max) {
    return bad(name, "range",
               "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

Result<bool> Query::flag(std::string_view name) const {
  if (!has(name)) return false;
  const auto value = text(name);
  if (value == "true" || value.empty()) return true;
  if (value == "false") return false;
  return bad(name, "enum", "must be true or false");
}

Result<std::optional<WallTime>> Query::time(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  const auto time = parse_time(text(name));
  if (!time) {
    return bad(name, "format", "must be an RFC 3339 time such as 2026-11-23T15:04:05Z");
  }
  return *time;
}

Result<std::optional<Duration>> Query::duration(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  const auto duration = parse_duration(text(name));
  if (!duration) return bad(name, "format", "must be an ISO 8601 duration such as PT30S");
  return *duration;
}

Result<PageRequest> Query::page() const {
  const auto limit = number("limit", 1, limits::kPageMax, limits::kPageDefault);
  if (!limit) return std::unexpected(limit.error());
  return PageRequest{static_cast<std::size_t>(*limit), text("cursor")};
}

}  // namespace hotswap::api
