#include <optional>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/formats.hpp"
#include "domain/schema/text/idna.hpp"

namespace hotswap::schema::formats {
namespace {

constexpr std::size_t kNameBytes = 253;
constexpr std::size_t kLocalPartBytes = 64;

bool is_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return false;
  int number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    number = number * 10 + (c - '0');
  }
  return number <= 255;
}

bool is_hex_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::ranges::all_of(text, is_hex<char>);
}

/// How many of the eight groups `text` has, which has no `::`; nothing if it is malformed.
std::optional<int> count_groups(std::string_view text, bool may_end_in_ipv4) {
  int groups = 0;
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_in_ipv4 && is_ipv4(group)) return groups + 2;
    if (!is_hex_group(group)) return {};
    ++groups;
    if (last) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return {};
  }
  return groups;
}

// ── email ─────────────────────────────────────────────────────────────────────────────────────

bool is_atom_char(char c, Script script) {
  if (static_cast<unsigned char>(c) >= 0x80) return script == Script::International;
  return is_alnum(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~");
}

bool is_dot_string(std::string_view text, Script script) {
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_atom_char(c, script)) return false;
    before = c;
  }
  return before != '.';
}

bool is_quoted_char(char c, Script script) {
  if (static_cast<unsigned char>(c) >= 0x80) return script == Script::International;
  return c >= ' ' && c <= '~';
}

/// With its quotes, which `text` starts with.
bool is_quoted_string(std::string_view text, Script script) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size();
    if (text[i] == '\\' && ++i == text.size()) return false;
    if (!is_quoted_char(text[i], script)) return false;
  }
  return false;
}

bool is_mail_label(std::string_view label, Script script) {
  if (label.empty() || label.starts_with('-') || label.ends_with('-')) return false;
  if (script == Script::Ascii && label.size() > 63) return false;
  return std::ranges::all_of(label, [script](char c) {
    return is_alnum(c) || c == '-' ||
           (static_cast<unsigned char>(c) >= 0x80 && script == Script::International);
  });
}

/// From after the bracket to the closing one.
bool is_address_literal(std::string_view text) {
  if (!text.ends_with(']')) return false;
  text.remove_suffix(1);
  if (text.starts_with("IPv6:")) return is_ipv6(text.substr(5));
  return is_ipv4(text);
}

bool is_mail_domain(std::string_view text, Script script) {
  if (text.starts_with('[')) return is_address_literal(text.substr(1));
  if (script == Script::Ascii && text.size() > kNameBytes) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_mail_label(text.substr(0, dot), script)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_ipv4(std::string_view text) {
  for (int i = 0; i < 3; ++i) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || !is_octet(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_octet(text);
}

bool is_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8;
  const auto before = count_groups(text.substr(0, gap), false);
  const auto after = count_groups(text.substr(gap + 2), true);
  return before && after && *before + *after <= 7;
}

bool is_hostname(std::string_view text, Script script) {
  if (script == Script::Ascii && !is_ascii(text)) return false;
  HostName name;
  while (true) {
    auto rest = text;
    std::size_t size = 0;
    std::optional<char32_t> c;
    // RFC 3490 names three more full stops, which an internationalized name may be written with.
    while ((c = take_char(rest)) && *c != '.' && *c != 0x3002 && *c != 0xFF0E && *c != 0xFF61)
      size = text.size() - rest.size();
    if (!c && !rest.empty()) return false;
    if (!name.add_label(text.substr(0, size))) return false;
    if (!c) return name.conforms();
    text = rest;
  }
}

bool is_email(std::string_view text, Script script) {
  // An address literal has no @, nor has a domain; a quoted local part may.
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at > kLocalPartBytes) return false;
  const auto local = text.substr(0, at);
  const bool local_fits =
      local.starts_with('"') ? is_quoted_string(local, script) : is_dot_string(local, script);
  return local_fits && is_mail_domain(text.substr(at + 1), script);
}

}  // namespace hotswap::schema::formats
