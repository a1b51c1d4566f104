#include "domain/base/name.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"

namespace hotswap {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_mark(char c) { return c == '.' || c == '_' || c == '-'; }

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytes) return false;
  if (!is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
  return std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || is_mark(c); });
}

}  // namespace hotswap
