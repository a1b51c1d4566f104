#include "domain/schema/text/idna.hpp"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/bidi.hpp"
#include "domain/schema/text/code_points.hpp"
#include "domain/schema/text/idna_context.hpp"

namespace hotswap::schema {
namespace {

constexpr std::size_t kNameBytes = 253;

enum class Status { Valid, InContext, Disallowed };

template <std::size_t N>
bool contains(const std::array<char32_t, N>& set, char32_t c) {
  return std::ranges::find(set, c) != set.end();
}

bool is_between(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

using Text = std::array<uint32_t, 64>;

/// One character as case folding and compatibility normalization leave it is itself.
bool is_stable(char32_t c) {
  const uint32_t one = c;
  Text normal{};
  Text folded{};
  auto size = normal.size();
  if (u32_normalize(UNINORM_NFKC, &one, 1, normal.data(), &size) != normal.data()) return false;
  auto folded_size = folded.size();
  const auto* end =
      u32_casefold(normal.data(), size, nullptr, UNINORM_NFKC, folded.data(), &folded_size);
  return end == folded.data() && folded_size == 1 && folded[0] == one;
}

bool is_ignorable(char32_t c) {
  return uc_is_property_white_space(c) || uc_is_property_default_ignorable_code_point(c) ||
         uc_is_property_not_a_character(c) || is_between(c, 0x20D0, 0x20FF) ||
         is_between(c, 0x1D100, 0x1D1FF) || is_between(c, 0x1D200, 0x1D24F);
}

bool is_old_hangul_jamo(char32_t c) {
  return is_between(c, 0x1100, 0x11FF) || is_between(c, 0xA960, 0xA97C) ||
         is_between(c, 0xD7B0, 0xD7C6) || is_between(c, 0xD7CB, 0xD7FB);
}

bool is_letter_or_digit(char32_t c) {
  return uc_is_general_category(c, UC_CATEGORY_L) || uc_is_general_category(c, UC_CATEGORY_Nd) ||
         uc_is_general_category(c, UC_CATEGORY_Mn) || uc_is_general_category(c, UC_CATEGORY_Mc);
}

/// RFC 5892 section 3; the exceptions are those of section 2.6.
Status status_of(char32_t c) {
  constexpr std::array<char32_t, 6> kValid = {0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007};
  constexpr std::array<char32_t, 10> kDisallowed = {0x640,  0x7FA,  0x302E, 0x302F, 0x3031,
                                                    0x3032, 0x3033, 0x3034, 0x3035, 0x303B};
  if (c < 0x80)
    return (is_alnum(c) && !is_between(c, 'A', 'Z')) || c == '-' ? Status::Valid
                                                                 : Status::Disallowed;
  if (contains(kValid, c)) return Status::Valid;
  if (has_context_rule(c)) return Status::InContext;
  if (contains(kDisallowed, c) || !is_stable(c) || is_ignorable(c) || is_old_hangul_jamo(c))
    return Status::Disallowed;
  return is_letter_or_digit(c) ? Status::Valid : Status::Disallowed;
}

bool is_normal(std::u32string_view label) {
  std::array<uint32_t, kLabelBytes> in{};
  std::ranges::copy(label, in.begin());
  std::array<uint32_t, 4 * kLabelBytes> out{};
  auto size = out.size();
  const auto* end = u32_normalize(UNINORM_NFC, in.data(), label.size(), out.data(), &size);
  return end == out.data() && std::ranges::equal(std::span(out.data(), size), label);
}

bool has_outer_hyphen(auto label) { return label.front() == '-' || label.back() == '-'; }

/// RFC 5891 section 4.2.3, without what concerns the whole name.
bool is_u_label(std::u32string_view label) {
  if (has_outer_hyphen(label) || label.substr(std::min<std::size_t>(label.size(), 2), 2) == U"--")
    return false;
  if (uc_is_general_category(label[0], UC_CATEGORY_M) || !is_normal(label)) return false;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto status = status_of(label[i]);
    if (status == Status::Disallowed) return false;
    if (status == Status::InContext && !fits_context(label, i)) return false;
  }
  return true;
}

bool is_ldh_label(std::string_view label) {
  return !has_outer_hyphen(label) &&
         std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// The characters of what stands after `xn--`; nothing if they have another, the right form.
std::optional<Label> a_label_decoded(std::string_view ascii) {
  std::array<char, kLabelBytes> buffer{};
  std::ranges::transform(ascii, buffer.begin(), lower);
  ascii = std::string_view(buffer.data(), ascii.size());
  const auto label = punycode_decoded(ascii);
  if (!label || std::ranges::all_of(label->view(), [](char32_t c) { return c < 0x80; })) return {};
  return is_punycode_of(label->view(), ascii) ? label : std::nullopt;
}

bool is_a_label(std::string_view label) {
  return label.size() >= 4 && lower(label[0]) == 'x' && lower(label[1]) == 'n' &&
         label.substr(2, 2) == "--";
}

std::optional<Label> characters_in(std::string_view text) {
  Label label;
  while (!text.empty()) {
    const auto c = take_char(text);
    if (!c || label.size == kLabelBytes) return {};
    label.chars[label.size++] = *c;
  }
  return label;
}

}  // namespace

bool HostName::add_label(std::string_view label) {
  if (label.empty()) return false;
  if (!is_ascii(label)) {
    const auto characters = characters_in(label);
    if (!characters) return false;
    const auto size = punycode_size(characters->view()) + 4;
    bytes_ += size + 1;
    return size <= kLabelBytes && is_u_label(characters->view()) &&
           add_characters(characters->view());
  }
  bytes_ += label.size() + 1;
  if (label.size() > kLabelBytes || !is_ldh_label(label)) return false;
  if (is_a_label(label)) {
    const auto characters = a_label_decoded(label.substr(4));
    return characters && is_u_label(characters->view()) && add_characters(characters->view());
  }
  // Letters, digits and hyphens: legible beside others if it starts with a letter; what it ends
  // with is one or a digit.
  legible_ = legible_ && is_alpha(label[0]);
  return true;
}

bool HostName::add_characters(std::u32string_view label) {
  right_to_left_ = right_to_left_ || has_right_to_left(label);
  legible_ = legible_ && keeps_bidi_rule(label);
  return true;
}

bool HostName::conforms() const {
  return bytes_ <= kNameBytes + 1 && (!right_to_left_ || legible_);
}

}  // namespace hotswap::schema
