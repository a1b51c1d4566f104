#include "domain/schema/text_pattern.hpp"

#include <algorithm>

namespace hotswap::schema {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '/' || c == ':' || c == '@' || c == ' ';
}

}  // namespace

Result<TextPattern> TextPattern::compile(std::string_view ecma) {
  TextPattern pattern(ecma);
  pattern.simplify();
  if (pattern.kind_ != Kind::Regex) return pattern;
  auto regex = Pattern::compile(ecma);
  if (!regex) return std::unexpected(regex.error());
  pattern.regex_ = std::move(*regex);
  return pattern;
}

void TextPattern::simplify() {
  std::string_view rest = source_;
  if (rest.empty() || rest == ".*" || rest == "^" || rest == "^.*") {
    kind_ = Kind::All;
    return;
  }
  if (!rest.starts_with('^')) return;
  rest.remove_prefix(1);
  const bool exact = rest.ends_with('$');
  if (exact) rest.remove_suffix(1);
  if (!std::ranges::all_of(rest, is_plain)) return;
  kind_ = exact ? Kind::Exact : Kind::Prefix;
  literal_ = rest;
}

}  // namespace hotswap::schema
