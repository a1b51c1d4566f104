#include <optional>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/formats.hpp"

namespace hotswap::schema::formats {
namespace {

constexpr std::string_view kSubDelims = "!$&'()*+,;=";

bool is_unreserved(char32_t c) { return is_alnum(c) || is_one_of(c, "-._~"); }

/// `ucschar` of RFC 3987: everything but private use and noncharacters.
bool is_ucs_char(char32_t c) {
  if (c < 0x10000)
    return (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDCF) ||
           (c >= 0xFDF0 && c <= 0xFFEF);
  return c < 0xF0000 && (c & 0xFFFF) <= 0xFFFD && (c < 0xE0000 || c >= 0xE1000);
}

/// `iprivate` of RFC 3987.
bool is_private(char32_t c) {
  return (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xF0000 && (c & 0xFFFF) <= 0xFFFD);
}

struct Alphabet {
  std::string_view marks;  ///< beside unreserved characters, escapes and sub-delims
  Script script = Script::Ascii;
  bool private_use = false;
};

bool consists_of(std::string_view text, const Alphabet& alphabet) {
  while (!text.empty()) {
    if (is_percent_escape(text)) {
      text.remove_prefix(3);
      continue;
    }
    const auto c = take_char(text);
    if (!c) return false;
    if (is_unreserved(*c) || is_one_of(*c, kSubDelims) || is_one_of(*c, alphabet.marks)) continue;
    const bool international = alphabet.script == Script::International &&
                               (is_ucs_char(*c) || (alphabet.private_use && is_private(*c)));
    if (!international) return false;
  }
  return true;
}

/// `v1.fe`
bool is_ip_future(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || (text[0] | 0x20) != 'v') return false;
  const auto address = text.substr(dot + 1);
  return std::ranges::all_of(text.substr(1, dot - 1), is_hex<char>) && !address.empty() &&
         std::ranges::all_of(address, [](char c) {
           const auto one = static_cast<unsigned char>(c);
           return is_unreserved(one) || is_one_of(c, kSubDelims) || c == ':';
         });
}

/// Digits, after the colon if there is one.
bool is_port(std::string_view text) {
  if (text.empty()) return true;
  return text[0] == ':' && std::ranges::all_of(text.substr(1), is_digit<char>);
}

bool is_authority(std::string_view text, Script script) {
  const auto at = text.find('@');
  if (at != std::string_view::npos) {
    if (!consists_of(text.substr(0, at), {":", script})) return false;
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    const auto address = text.substr(1, end - 1);
    return (is_ipv6(address) || is_ip_future(address)) && is_port(text.substr(end + 1));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return consists_of(text.substr(0, colon), {"", script}) && is_port(text.substr(colon));
}

/// What follows `mark`, taken off the end of `text`; nothing if there is none.
std::string_view cut(std::string_view& text, char mark) {
  const auto at = std::min(text.find(mark), text.size());
  const auto after = text.substr(std::min(at + 1, text.size()));
  text = text.substr(0, at);
  return after;
}

// ── templates ─────────────────────────────────────────────────────────────────────────────────

bool is_literal(char32_t c) {
  if (c <= 0x20 || c == 0x7F || is_one_of(c, "\"%<>\\^`{|}")) return false;
  return c < 0x80 || is_ucs_char(c) || is_private(c);
}

bool is_variable_name(std::string_view text) {
  bool after_char = false;
  while (!text.empty()) {
    const bool escape = is_percent_escape(text);
    const bool dot = text[0] == '.';
    if (!escape && !dot && !is_alnum(text[0]) && text[0] != '_') return false;
    if (dot && !after_char) return false;
    after_char = !dot;
    text.remove_prefix(escape ? 3 : 1);
  }
  return after_char;
}

/// `name`, `name*` or `name:30`
bool is_variable(std::string_view text) {
  if (text.ends_with('*')) return is_variable_name(text.substr(0, text.size() - 1));
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return is_variable_name(text);
  const auto length = text.substr(colon + 1);
  return is_variable_name(text.substr(0, colon)) && !length.empty() && length.size() <= 4 &&
         length[0] != '0' && std::ranges::all_of(length, is_digit<char>);
}

/// Between the braces.
bool is_expression(std::string_view text) {
  if (!text.empty() && is_one_of(text[0], "+#./;?&=,!@|")) text.remove_prefix(1);
  while (true) {
    const auto comma = text.find(',');
    if (!is_variable(text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

bool is_uri(std::string_view text, Relative relative, Script script) {
  const auto fragment = cut(text, '#');
  const auto query = cut(text, '?');
  if (!consists_of(fragment, {":@/?", script}) || !consists_of(query, {":@/?", script, true}))
    return false;
  const auto colon = text.find(':');
  const bool absolute = colon != std::string_view::npos && is_uri_scheme(text.substr(0, colon));
  if (absolute) {
    text.remove_prefix(colon + 1);
  } else if (relative == Relative::Refused || text.substr(0, text.find('/')).contains(':')) {
    return false;
  }
  if (text.starts_with("//")) {
    const auto end = std::min(text.find('/', 2), text.size());
    if (!is_authority(text.substr(2, end - 2), script)) return false;
    text.remove_prefix(end);
  }
  return consists_of(text, {":@/", script});
}

bool is_uri_template(std::string_view text) {
  while (!text.empty()) {
    if (text[0] == '{') {
      const auto end = text.find('}');
      if (end == std::string_view::npos || !is_expression(text.substr(1, end - 1))) return false;
      text.remove_prefix(end + 1);
    } else if (is_percent_escape(text)) {
      text.remove_prefix(3);
    } else {
      const auto c = take_char(text);
      if (!c || !is_literal(*c)) return false;
    }
  }
  return true;
}

}  // namespace hotswap::schema::formats
