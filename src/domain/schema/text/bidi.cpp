#include "domain/schema/text/bidi.hpp"

#include <unictype.h>

#include <algorithm>
#include <initializer_list>

namespace hotswap::schema {
namespace {

using Classes = std::initializer_list<int>;

bool is_of(char32_t c, Classes classes) {
  return std::ranges::find(classes, uc_bidi_class(c)) != classes.end();
}

bool all_of(std::u32string_view label, Classes classes) {
  return std::ranges::all_of(label, [classes](char32_t c) { return is_of(c, classes); });
}

/// The last character but for marks, which have no direction of their own.
char32_t last_of(std::u32string_view label) {
  while (label.size() > 1 && is_of(label.back(), {UC_BIDI_NSM})) label.remove_suffix(1);
  return label.back();
}

}  // namespace

bool has_right_to_left(std::u32string_view label) {
  return std::ranges::any_of(
      label, [](char32_t c) { return is_of(c, {UC_BIDI_R, UC_BIDI_AL, UC_BIDI_AN}); });
}

bool keeps_bidi_rule(std::u32string_view label) {
  if (is_of(label[0], {UC_BIDI_L})) {
    return all_of(label, {UC_BIDI_L, UC_BIDI_EN, UC_BIDI_ES, UC_BIDI_CS, UC_BIDI_ET, UC_BIDI_ON,
                          UC_BIDI_BN, UC_BIDI_NSM}) &&
           is_of(last_of(label), {UC_BIDI_L, UC_BIDI_EN});
  }
  if (!is_of(label[0], {UC_BIDI_R, UC_BIDI_AL})) return false;
  const auto any = [label](int of) {
    return std::ranges::any_of(label, [of](char32_t c) { return is_of(c, {of}); });
  };
  return all_of(label, {UC_BIDI_R, UC_BIDI_AL, UC_BIDI_AN, UC_BIDI_EN, UC_BIDI_ES, UC_BIDI_CS,
                        UC_BIDI_ET, UC_BIDI_ON, UC_BIDI_BN, UC_BIDI_NSM}) &&
         is_of(last_of(label), {UC_BIDI_R, UC_BIDI_AL, UC_BIDI_EN, UC_BIDI_AN}) &&
         !(any(UC_BIDI_EN) && any(UC_BIDI_AN));
}

}  // namespace hotswap::schema
