#pragma once
// A place in the source of a regular expression. The first complaint is kept and ends the reading:
// from then on the cursor stands at the end, so that no reader needs to look for it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::schema {

struct Complaint {
  std::size_t at = 0;  ///< character of the source, from 0
  std::string what;
};

class Cursor {
 public:
  explicit Cursor(std::u32string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t at() const { return at_; }
  /// The character `ahead` of here; 0 beyond the end.
  [[nodiscard]] char32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : U'\0';
  }
  [[nodiscard]] bool sees(std::u32string_view word) const {
    return text_.substr(std::min(at_, text_.size())).starts_with(word);
  }
  char32_t take() {
    const char32_t c = peek();
    skip(1);
    return c;
  }
  bool eat(std::u32string_view word) {
    if (!sees(word)) return false;
    skip(word.size());
    return true;
  }
  void skip(std::size_t count) { at_ = std::min(at_ + count, text_.size()); }
  void back_to(std::size_t at) {
    if (!complaint_) at_ = at;
  }
  void complain(std::string what) { complain(at_, std::move(what)); }
  void complain(std::size_t at, std::string what) {
    if (!complaint_) complaint_ = Complaint{at, std::move(what)};
    at_ = text_.size();
  }
  [[nodiscard]] const std::optional<Complaint>& complaint() const { return complaint_; }

 private:
  std::u32string_view text_;
  std::size_t at_ = 0;
  std::optional<Complaint> complaint_;
};

}  // namespace hotswap::schema
