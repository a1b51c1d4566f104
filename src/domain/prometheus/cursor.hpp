#pragma once
// Pieces that expositions and selectors share: names and quoted texts.

#include <optional>
#include <string>
#include <string_view>

namespace hotswap::prometheus {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  void skip_blanks();
  /// `[a-zA-Z_][a-zA-Z0-9_]*`, with colons if it is a metric's; empty if there is none here.
  [[nodiscard]] std::string_view name(bool colons);
  /// A text in double quotes with `\\`, `\"` and `\n` in it; nothing if it is not closed.
  [[nodiscard]] std::optional<std::string> quoted();
  [[nodiscard]] bool take(std::string_view text);
  /// Up to the next blank.
  [[nodiscard]] std::string_view word();
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace hotswap::prometheus
