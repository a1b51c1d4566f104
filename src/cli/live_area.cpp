#include "cli/live_area.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace hotswap::cli {
namespace {

std::size_t rows_of_stdout() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 2) return 24;
  return size.ws_row;
}

}  // namespace

LiveArea::LiveArea(const Terminal& terminal) : terminal_(terminal) {
  if (terminal_.live()) put("\x1b[?25l");
}

LiveArea::~LiveArea() {
  if (terminal_.live()) put("\x1b[?25h");
}

void LiveArea::line(const std::string& text) {
  if (!terminal_.live()) {
    put(text + "\n");
    return;
  }
  const auto before = erase();
  put(before + text + "\n" + rendered());
}

void LiveArea::draw(std::vector<std::string> block) {
  if (!terminal_.live()) return;
  const auto before = erase();
  block_ = std::move(block);
  put(before + rendered());
}

void LiveArea::clear() {
  if (!terminal_.live()) return;
  put(erase());
  block_.clear();
  drawn_.clear();
}

/// Lines that were drawn before the window became narrower take several rows now.
std::string LiveArea::erase() const {
  const auto width = std::max<std::size_t>(terminal_.width(), 1);
  std::size_t rows = 0;
  for (const auto columns : drawn_) rows += std::max<std::size_t>((columns + width - 1) / width, 1);
  return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A\r\x1b[J";
}

/// What scrolled out of the window could never be erased again: a block is one row lower than it.
std::string LiveArea::rendered() {
  const auto most = rows_of_stdout() - 1;
  const auto shown = std::min(block_.size(), most);
  std::string out;
  drawn_.clear();
  for (std::size_t i = 0; i < shown; ++i) {
    const bool cut = i + 1 == shown && shown < block_.size();
    const auto text =
        fit(cut ? "  … " + std::to_string(block_.size() - i) + " more lines" : block_[i],
            terminal_.width());
    drawn_.push_back(display_width(text));
    out += text + "\n";
  }
  return out;
}

void LiveArea::put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace hotswap::cli
