#pragma once
// A block at the bottom of the terminal that is drawn again and again, with lines scrolling above.
// Where the output is no terminal, only the lines are written.

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace hotswap::cli {

class LiveArea {
 public:
  explicit LiveArea(const Terminal& terminal);
  /// Leaves the block as it was drawn last; shows the cursor again.
  ~LiveArea();
  LiveArea(const LiveArea&) = delete;
  LiveArea& operator=(const LiveArea&) = delete;

  /// A line that stays, above the block.
  void line(const std::string& text);
  /// Replaces the block.
  void draw(std::vector<std::string> block);
  /// Takes the block away.
  void clear();

 private:
  [[nodiscard]] std::string erase() const;
  /// What fits on the screen; remembers how much that is.
  [[nodiscard]] std::string rendered();
  static void put(const std::string& text);

  const Terminal& terminal_;
  std::vector<std::string> block_;
  std::vector<std::size_t> drawn_;  ///< columns of the block's lines on the screen
};

}  // namespace hotswap::cli
