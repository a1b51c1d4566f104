#pragma once
// The tokens of RFC 8259, read strictly from a text: the lower half of parse(). Every step answers
// whether it succeeded; the first mistake and its place are kept.

#include <cstddef>
#include <string>
#include <string_view>

namespace hotswap::json {

class Scanner {
 public:
  struct Place {
    std::size_t line;
    std::size_t column;  ///< in characters; both count from 1
  };

  /// `text` must outlive the scanner.
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t offset() const { return at_; }
  /// The next byte, or NUL at the end.
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  void advance() { ++at_; }
  bool take(char wanted) {
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!at_end() && is_space(text_[at_])) ++at_;
  }

  /// A string with its quotes; refuses control characters, bad escapes, lone surrogates and
  /// ill-formed UTF-8.
  bool string(std::string& out);
  /// A number, as written. Refuses exponents of more than nine digits.
  bool number(std::string& out);
  bool word(std::string_view expected);

  /// Keep the mistake; always false.
  bool refuse(std::size_t offset, std::string mistake);
  /// The same at the next byte, with a better message for the mistakes that people make.
  bool refuse_here(std::string_view mistake);
  [[nodiscard]] const std::string& mistake() const { return mistake_; }
  [[nodiscard]] Place mistake_place() const;

 private:
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  bool escape(std::string& out);
  bool unicode_escape(std::string& out);
  bool hex4(unsigned& unit);
  bool multibyte();
  bool digits();
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string mistake_;
  std::size_t mistake_at_ = 0;
};

}  // namespace hotswap::json
