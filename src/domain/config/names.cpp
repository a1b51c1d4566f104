#include <algorithm>

#include "domain/base/limits.hpp"
#include "domain/config/profile.hpp"

namespace hotswap {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_mark(char c) { return c == '.' || c == '_' || c == '-'; }

}  // namespace

bool is_environment(std::string_view text) {
  return text == "Development" || text == "Staging" || text == "Production";
}

std::string tag_slot(std::string_view tag, const SemVer& number) {
  // No tag has a space.
  return tag == "deprecated" ? "deprecated " + number.str() : std::string(tag);
}

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytes || !is_letter(text.front())) return false;
  if (text == "latest" || SemVer::parse(text)) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || is_mark(c); });
}

}  // namespace hotswap
