#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/formats.hpp"

namespace hotswap::schema::formats {

bool is_json_pointer(std::string_view text) {
  if (text.empty()) return true;
  if (text[0] != '/') return false;
  for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1))
    if (at + 1 == text.size() || !is_one_of(text[at + 1], "01")) return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  text.remove_prefix(digits);
  return text == "#" || is_json_pointer(text);
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, kShape,
                            [](char c, char shape) { return shape == '-' ? c == '-' : is_hex(c); });
}

}  // namespace hotswap::schema::formats
