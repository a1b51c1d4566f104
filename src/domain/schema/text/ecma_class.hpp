#pragma once
// Sets of characters in ECMA-262's sense, and how PCRE2 writes them.

#include <string>
#include <utility>
#include <vector>

#include "domain/schema/text/ecma_cursor.hpp"

namespace hotswap::schema {

/// Characters and, besides, Unicode properties, which only PCRE2 can resolve.
class CharSet {
 public:
  void add(char32_t first, char32_t last);
  void add(const CharSet& other);
  /// `\p{…}` in PCRE2's words.
  void add_property(std::string pcre) { properties_ += std::move(pcre); }
  /// Everything else; only for sets without properties.
  [[nodiscard]] CharSet complement() const;
  [[nodiscard]] bool has_properties() const { return !properties_.empty(); }
  /// What is between the brackets of a class.
  [[nodiscard]] std::string pcre() const;
  [[nodiscard]] bool contains(char32_t c) const;  ///< properties aside
  /// Whether it has nothing, from `first` on; properties aside.
  [[nodiscard]] bool none_from(char32_t first) const;
  [[nodiscard]] bool is_everything() const;  ///< properties aside

  static const CharSet& digits();
  static const CharSet& word();
  static const CharSet& space();  ///< white space and line terminators

 private:
  using Range = std::pair<char32_t, char32_t>;
  [[nodiscard]] std::vector<Range> merged() const;

  std::vector<Range> ranges_;
  std::string properties_;
};

/// `[…]` or `[^…]`.
struct CharClass {
  CharSet set;
  bool negated = false;

  /// As an atom that matches one character; `[]` matches none, `[^]` any.
  [[nodiscard]] std::string pcre() const;
  static const CharClass& dot();  ///< any character but a line terminator
};

/// From after the opening bracket to after the closing one.
[[nodiscard]] CharClass read_class(Cursor& cursor);
/// One literal character; nothing matches a lone surrogate.
void append_pcre_char(std::string& out, char32_t c);

}  // namespace hotswap::schema
