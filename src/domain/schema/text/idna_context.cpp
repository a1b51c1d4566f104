#include "domain/schema/text/idna_context.hpp"

#include <unictype.h>

#include <algorithm>
#include <ranges>

namespace hotswap::schema {
namespace {

constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kNonJoiner = 0x200C;

bool is_arabic_digit(char32_t c) { return c >= 0x660 && c <= 0x669; }
bool is_extended_arabic_digit(char32_t c) { return c >= 0x6F0 && c <= 0x6F9; }

bool is_script(char32_t c, std::string_view name) {
  const auto* script = uc_script(c);
  return script != nullptr && script->name == name;
}

bool follows_virama(std::u32string_view label, std::size_t at) {
  return at > 0 && uc_combining_class(label[at - 1]) == UC_CCC_VR;
}

/// Whether `label`'s first character that is not transparent joins to what is before it (`side` is
/// UC_JOINING_TYPE_R) or, reading backwards, after it (UC_JOINING_TYPE_L).
bool joins(auto characters, int side) {
  for (const char32_t c : characters) {
    const int type = uc_joining_type(c);
    if (type == UC_JOINING_TYPE_T) continue;
    return type == side || type == UC_JOINING_TYPE_D;
  }
  return false;
}

bool parts_joined_letters(std::u32string_view label, std::size_t at) {
  return joins(label.substr(0, at) | std::views::reverse, UC_JOINING_TYPE_L) &&
         joins(label.substr(at + 1), UC_JOINING_TYPE_R);
}

bool has_japanese(std::u32string_view label) {
  return std::ranges::any_of(label, [](char32_t c) {
    return is_script(c, "Hiragana") || is_script(c, "Katakana") || is_script(c, "Han");
  });
}

}  // namespace

bool has_context_rule(char32_t c) {
  return c == 0xB7 || c == 0x375 || c == 0x5F3 || c == 0x5F4 || c == 0x30FB || c == kJoiner ||
         c == kNonJoiner || is_arabic_digit(c) || is_extended_arabic_digit(c);
}

bool fits_context(std::u32string_view label, std::size_t at) {
  const char32_t before = at > 0 ? label[at - 1] : 0;
  const char32_t after = at + 1 < label.size() ? label[at + 1] : 0;
  switch (const char32_t c = label[at]) {
    case kJoiner:
      return follows_virama(label, at);
    case kNonJoiner:
      return follows_virama(label, at) || parts_joined_letters(label, at);
    case 0xB7:
      return before == 'l' && after == 'l';
    case 0x375:
      return is_script(after, "Greek");
    case 0x5F3:
    case 0x5F4:
      return is_script(before, "Hebrew");
    case 0x30FB:
      return has_japanese(label);
    default:
      return std::ranges::none_of(label,
                                  is_arabic_digit(c) ? is_extended_arabic_digit : is_arabic_digit);
  }
}

}  // namespace hotswap::schema
