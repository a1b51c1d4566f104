#pragma once
// The text of a string, a name or a number inside a JSON value: as a std::string that never changes
// in place, in 16 bytes, with up to 15 bytes of text inside. Reads as a std::string_view.

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "domain/json/blocks.hpp"

namespace hotswap::json {

class Text {
 public:
  using value_type = char;
  using const_iterator = const char*;
  static constexpr auto npos = std::string_view::npos;

  Text() : cell_(Kind::String) {}
  explicit Text(std::string_view text) : cell_(detail::make_text(Kind::String, text)) {}
  Text(const Text& other) : Text(other, Kind::String) {}
  Text(Text&& other) noexcept : Text(std::move(other), Kind::String) {}
  Text& operator=(const Text& other) { return *this = Text(other); }
  Text& operator=(Text&& other) noexcept {
    const auto kind = cell_.kind();
    std::swap(cell_, other.cell_);
    other.cell_.set_kind(cell_.kind());
    cell_.set_kind(kind);
    return *this;
  }
  Text& operator=(std::string_view text) { return *this = Text(text); }
  ~Text() {
    if (cell_.has_block()) detail::free_content(cell_);
  }

  operator std::string_view() const { return view(); }
  operator std::string() const { return std::string(view()); }
  [[nodiscard]] std::string_view view() const { return cell_.text(); }
  [[nodiscard]] std::string str() const { return std::string(view()); }
  [[nodiscard]] const char* data() const { return cell_.text_data(); }
  [[nodiscard]] std::size_t size() const { return cell_.text_size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const char* begin() const { return data(); }
  [[nodiscard]] const char* end() const { return data() + size(); }
  [[nodiscard]] char front() const { return view().front(); }
  [[nodiscard]] char back() const { return view().back(); }
  [[nodiscard]] char operator[](std::size_t at) const { return data()[at]; }
  [[nodiscard]] bool starts_with(std::string_view text) const { return view().starts_with(text); }
  [[nodiscard]] bool ends_with(std::string_view text) const { return view().ends_with(text); }
  [[nodiscard]] bool contains(std::string_view text) const { return find(text) != npos; }
  [[nodiscard]] std::size_t find(std::string_view text, std::size_t from = 0) const {
    return view().find(text, from);
  }
  [[nodiscard]] std::size_t find(char c, std::size_t from = 0) const {
    return view().find(c, from);
  }
  [[nodiscard]] int compare(std::string_view text) const { return view().compare(text); }
  /// Looks into this text, which must outlive the answer.
  [[nodiscard]] std::string_view substr(std::size_t at, std::size_t count = npos) const {
    return view().substr(at, count);
  }

  [[gnu::always_inline]] friend bool operator==(const Text& a, const Text& b) {
    return a.cell_.kind() == b.cell_.kind() ? detail::same_text(a.cell_, b.cell_)
                                            : a.view() == b.view();
  }
  friend bool operator==(const Text& a, std::string_view b) { return a.view() == b; }
  friend bool operator==(const Text& a, const std::string& b) { return a.view() == b; }
  friend bool operator==(const Text& a, const char* b) { return a.view() == b; }
  friend auto operator<=>(const Text& a, const Text& b) { return a.view() <=> b.view(); }
  friend auto operator<=>(const Text& a, std::string_view b) { return a.view() <=> b; }
  friend std::string operator+(std::string a, const Text& b) { return a.append(b.view()); }
  friend std::string operator+(const Text& a, std::string_view b) { return a.str().append(b); }
  friend std::ostream& operator<<(std::ostream& out, const Text& text) {
    return out << text.view();
  }

 private:
  friend struct Number;
  friend class Value;

  Text(const Text& other, Kind kind) : cell_(detail::copy_content(other.cell_)) {
    cell_.set_kind(kind);
  }
  Text(Text&& other, Kind kind) noexcept : cell_(other.cell_) {
    other.cell_ = detail::Cell(cell_.kind());
    cell_.set_kind(kind);
  }
  Text(std::string_view text, Kind kind) : cell_(detail::make_text(kind, text)) {}

  detail::Cell cell_;
};

}  // namespace hotswap::json
