#pragma once
// The tokens of RFC 8259, read strictly from a text: the lower half of parse(). Every step answers
// whether it succeeded; the first mistake and its place are kept.

#include <cstddef>
#include <string>
#include <string_view>

#include "domain/json/blocks.hpp"
#include "domain/json/sixteen.hpp"

namespace hotswap::json {

class Scanner {
 public:
  struct Place {
    std::size_t line;
    std::size_t column;  ///< in characters; both count from 1
  };

  /// `text` must outlive the scanner.
  explicit Scanner(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  /// The next byte, or NUL at the end.
  [[nodiscard]] char peek() const { return at_end() ? '\0' : *at_; }
  void advance() { ++at_; }
  bool take(char wanted) {
    if (at_end() || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    if (at_ == end_ || !detail::is_space(*at_)) return;
    while (end_ - at_ >= 16) {
      const auto count = detail::space_of_16(at_);
      at_ += count;
      if (count != 16) return;
    }
    while (at_ != end_ && detail::is_space(*at_)) ++at_;
  }

  /// A string with its quotes; refuses control characters, bad escapes, lone surrogates and
  /// ill-formed UTF-8. `out` is valid until the next call.
  bool string(std::string_view& out);
  bool string(std::string& out);
  bool string(detail::Cell& out, detail::Pile& pile) {
    const auto* start = at_ + 1;
    if (end_ - start >= 16) {
      const auto size = detail::plain_of_16(start);
      if (size != 16 && start[size] == '"') {
        out = detail::Cell::short_text_of_16(Kind::String, start, size);
        at_ = start + size + 1;
        return true;
      }
    }
    return other_string(out, pile);
  }
  /// A number, as written. Refuses exponents of more than nine digits.
  bool number(std::string_view& out);
  bool number(std::string& out);
  bool number(detail::Cell& out, detail::Pile& pile);
  bool word(std::string_view expected);

  /// Keep the mistake; always false.
  bool refuse(std::size_t offset, std::string mistake);
  /// The same at the next byte, with a better message for the mistakes that people make.
  bool refuse_here(std::string_view mistake);
  [[nodiscard]] const std::string& mistake() const { return mistake_; }
  [[nodiscard]] Place mistake_place() const;

 private:
  bool other_string(detail::Cell& out, detail::Pile& pile);
  bool rest_of_string(const char* start, std::string_view& out);
  void skip_plain();
  bool escape();
  bool unicode_escape();
  bool hex4(unsigned& unit);
  bool multibyte();
  bool digits();
  [[nodiscard]] std::string_view rest() const { return {at_, end_}; }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::string unescaped_;
  std::string mistake_;
  std::size_t mistake_at_ = 0;
};

}  // namespace hotswap::json
