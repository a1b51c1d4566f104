#include "domain/schema/text/ecma_property.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "domain/schema/text/ascii.hpp"

namespace hotswap::schema {
namespace {

/// Names of one value, separated by spaces; the first is PCRE2's.
using Names = std::string_view;

constexpr std::array<Names, 38> kCategories = {
    "L Letter",
    "L& LC Cased_Letter",
    "Lu Uppercase_Letter",
    "Ll Lowercase_Letter",
    "Lt Titlecase_Letter",
    "Lm Modifier_Letter",
    "Lo Other_Letter",
    "M Mark Combining_Mark",
    "Mn Nonspacing_Mark",
    "Mc Spacing_Mark",
    "Me Enclosing_Mark",
    "N Number",
    "Nd Decimal_Number digit",
    "Nl Letter_Number",
    "No Other_Number",
    "P Punctuation punct",
    "Pc Connector_Punctuation",
    "Pd Dash_Punctuation",
    "Ps Open_Punctuation",
    "Pe Close_Punctuation",
    "Pi Initial_Punctuation",
    "Pf Final_Punctuation",
    "Po Other_Punctuation",
    "S Symbol",
    "Sm Math_Symbol",
    "Sc Currency_Symbol",
    "Sk Modifier_Symbol",
    "So Other_Symbol",
    "Z Separator",
    "Zs Space_Separator",
    "Zl Line_Separator",
    "Zp Paragraph_Separator",
    "C Other",
    "Cc Control cntrl",
    "Cf Format",
    "Cs Surrogate",
    "Co Private_Use",
    "Cn Unassigned",
};

constexpr std::array<Names, 51> kBinary = {
    "Any",
    "ASCII",
    "ASCII_Hex_Digit AHex",
    "Alphabetic Alpha",
    "Bidi_Control Bidi_C",
    "Bidi_Mirrored Bidi_M",
    "Case_Ignorable CI",
    "Cased",
    "Changes_When_Casefolded CWCF",
    "Changes_When_Casemapped CWCM",
    "Changes_When_Lowercased CWL",
    "Changes_When_Titlecased CWT",
    "Changes_When_Uppercased CWU",
    "Dash",
    "Default_Ignorable_Code_Point DI",
    "Deprecated Dep",
    "Diacritic Dia",
    "Emoji",
    "Emoji_Component EComp",
    "Emoji_Modifier EMod",
    "Emoji_Modifier_Base EBase",
    "Emoji_Presentation EPres",
    "Extended_Pictographic ExtPict",
    "Extender Ext",
    "Grapheme_Base Gr_Base",
    "Grapheme_Extend Gr_Ext",
    "Hex_Digit Hex",
    "IDS_Binary_Operator IDSB",
    "IDS_Trinary_Operator IDST",
    "ID_Continue IDC",
    "ID_Start IDS",
    "Ideographic Ideo",
    "Join_Control Join_C",
    "Logical_Order_Exception LOE",
    "Lowercase Lower",
    "Math",
    "Noncharacter_Code_Point NChar",
    "Pattern_Syntax Pat_Syn",
    "Pattern_White_Space Pat_WS",
    "Quotation_Mark QMark",
    "Radical",
    "Regional_Indicator RI",
    "Sentence_Terminal STerm",
    "Soft_Dotted SD",
    "Terminal_Punctuation Term",
    "Unified_Ideograph UIdeo",
    "Uppercase Upper",
    "Variation_Selector VS",
    "White_Space space",
    "XID_Continue XIDC",
    "XID_Start XIDS",
};

bool has_name(Names names, std::string_view name) {
  for (std::size_t at = 0; at < names.size();) {
    const auto end = std::min(names.find(' ', at), names.size());
    if (names.substr(at, end - at) == name) return true;
    at = end + 1;
  }
  return false;
}

/// PCRE2's name for what `names` calls `name`; empty for none.
template <std::size_t N>
std::string_view find_in(const std::array<Names, N>& table, std::string_view name) {
  const auto found = std::ranges::find_if(table, [&](auto names) { return has_name(names, name); });
  return found == table.end() ? std::string_view() : found->substr(0, found->find(' '));
}

/// Whether every word of `Old_Italic` starts with a capital: PCRE2 takes any case, ECMA-262 not.
bool is_script_name(std::string_view name) {
  bool starts = true;
  for (const char c : name) {
    if (!is_alnum(c) && c != '_') return false;
    if (starts && (c < 'A' || c > 'Z')) return false;
    starts = c == '_';
  }
  return !starts;
}

/// What stands in PCRE2's braces for `name=value` or for `value` alone; empty for nothing known.
std::string translated(std::string_view name, std::string_view value) {
  if (name == "Script" || name == "sc")
    return is_script_name(value) ? "sc:" + std::string(value) : "";
  if (name == "Script_Extensions" || name == "scx")
    return is_script_name(value) ? "scx:" + std::string(value) : "";
  if (!name.empty() && name != "General_Category" && name != "gc") return {};
  const auto category = find_in(kCategories, value);
  if (!category.empty() && value != "L&") return std::string(category);
  if (!name.empty()) return {};
  return std::string(find_in(kBinary, value));
}

std::string read_braced_name(Cursor& cursor) {
  std::string inside;
  if (!cursor.eat(U"{")) cursor.complain("a property is written \\p{Name}");
  while (!cursor.done() && cursor.peek() != '}') {
    const char32_t c = cursor.take();
    inside += c < 0x80 ? static_cast<char>(c) : '?';
  }
  if (!cursor.eat(U"}")) cursor.complain("the property is not closed by }");
  return inside;
}

}  // namespace

std::string read_property(Cursor& cursor) {
  const bool negated = cursor.take() == 'P';
  const auto here = cursor.at();
  const auto inside = read_braced_name(cursor);
  const std::string_view text = inside;
  const auto equals = text.find('=');
  const bool alone = equals == std::string_view::npos;
  if (alone && text == "Assigned") return negated ? "\\p{Cn}" : "\\P{Cn}";
  const auto pcre =
      alone ? translated({}, text) : translated(text.substr(0, equals), text.substr(equals + 1));
  if (pcre.empty() || equals == 0) {
    cursor.complain(here, "unknown property " + inside +
                              "; they look like Letter, Lu, Script=Greek or Alphabetic");
  }
  return (negated ? "\\P{" : "\\p{") + pcre + "}";
}

}  // namespace hotswap::schema
