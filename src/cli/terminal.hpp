#pragma once
// What the output can do: colours and cursor movement only where a person looks at a terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace hotswap::cli {

enum class Paint { Plain, Bold, Dim, Red, Green, Yellow, Blue, Magenta, Cyan };

class Terminal {
 public:
  Terminal(bool live, bool color, std::size_t width) : live_(live), color_(color), width_(width) {}
  /// Of standard output. No colour with NO_COLOR, TERM=dumb or `no_color`.
  [[nodiscard]] static Terminal of_stdout(bool no_color);

  /// Whether lines may be drawn again (cursor movement).
  [[nodiscard]] bool live() const { return live_; }
  [[nodiscard]] bool color() const { return color_; }
  /// Columns; asked again each time, because windows change.
  [[nodiscard]] std::size_t width() const;
  [[nodiscard]] std::string paint(Paint paint, std::string_view text) const;

 private:
  bool live_;
  bool color_;
  std::size_t width_;  ///< 0: ask the terminal
};

/// Columns that UTF-8 text takes: code points, without escape sequences of colours.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// Cut to `columns` with an ellipsis; colours are kept whole and closed.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);
/// Control characters (also of ANSI sequences) replaced: what others wrote cannot steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace hotswap::cli
