#pragma once
// A real terminal: a tmux of its own, whose screen a test reads as a person would.

#include <functional>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::e2e {

class Screen {
 public:
  /// Starts with a plain shell; a failure ends the test's process.
  explicit Screen(int columns = 100, int lines = 40);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Types a line and Enter.
  void types(const std::string& line);
  /// Presses a key by tmux's name, such as C-c.
  void presses(const std::string& key);
  void resizes(int columns, int lines);
  /// Whether the cursor is to be seen.
  [[nodiscard]] bool has_cursor();
  /// What stands on the screen; with colours as escape sequences.
  [[nodiscard]] std::string text(bool colours = false);
  /// Whether the screen soon satisfies this; it is kept for `last`.
  [[nodiscard]] bool shows(const std::function<bool(const std::string&)>& condition,
                           bool colours = false);
  [[nodiscard]] bool shows(const std::string& part);
  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  std::string tmux(std::vector<std::string> arguments);

  cli::TempFolder folder_{"hotswap-tmux"};  ///< of its socket
  std::string last_;
};

}  // namespace hotswap::e2e
