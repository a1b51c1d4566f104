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
  /// As an atom that matches one character; `[]` matches none, `[^]` any.
  [[nodiscard]] std::string pcre(bool negated = false) const;

  static const CharSet& digits();
  static const CharSet& word();
  static const CharSet& space();  ///< white space and line terminators

 private:
  using Range = std::pair<char32_t, char32_t>;
  [[nodiscard]] std::vector<Range> merged() const;

  std::vector<Range> ranges_;
  std::string properties_;
};

/// `[…]`, from after the bracket to after the closing one.
[[nodiscard]] std::string read_class(Cursor& cursor);
/// Any character but a line terminator.
[[nodiscard]] std::string pcre_dot();
/// One literal character; nothing matches a lone surrogate.
void append_pcre_char(std::string& out, char32_t c);

}  // namespace hotswap::schema
