#include "e2e/support/screen.hpp"

#include <stdexcept>

#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
Screen::Screen(int columns, int lines) {
  tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(columns), "-y",
        std::to_string(lines), "env PS1='$ ' TERM=screen-256color sh -i"});
}

Screen::~Screen() {
  try {
    tmux({"kill-server"});
  } catch (const std::exception&) {  // it ended already
  }
}

void Screen::types(const std::string& line) {
  tmux({"send-keys", "-l", line});
  presses("Enter");
}

void Screen::presses(const std::string& key) { tmux({"send-keys", key}); }

void Screen::resizes(int columns, int lines) {
  tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(lines)});
}

bool Screen::has_cursor() { return tmux({"display", "-p", "#{cursor_flag}"}).starts_with("1"); }

std::string Screen::text(bool colours) {
  return tmux(colours ? std::vector<std::string>{"capture-pane", "-p", "-e"}
                      : std::vector<std::string>{"capture-pane", "-p"});
}

bool Screen::shows(const std::function<bool(const std::string&)>& condition, bool colours) {
  return eventually([&] { return condition(last_ = text(colours)); });
}

bool Screen::shows(const std::string& part) {
  return shows([&](const std::string& text) { return text.contains(part); });
}

std::string Screen::tmux(std::vector<std::string> arguments) {
  std::vector<std::string> command{"tmux", "-S", (folder_.path() / "socket").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  // A tmux around the tests is none of our business; UTF-8 whatever the tester's locale is.
  const auto done = run_program(command, {.environment = {{"TMUX", ""}, {"LC_ALL", "C.UTF-8"}}});
  if (done.code != 0) throw std::runtime_error("tmux: " + done.err + done.out);
  return done.out;
}

}  // namespace hotswap::e2e
