#include "cli/live_area.hpp"

#include <cstdio>

namespace hotswap::cli {

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
  put(erase() + text + "\n" + rendered());
  drawn_ = block_.size();
}

void LiveArea::draw(std::vector<std::string> block) {
  if (!terminal_.live()) return;
  const auto before = erase();
  block_ = std::move(block);
  put(before + rendered());
  drawn_ = block_.size();
}

void LiveArea::clear() {
  if (!terminal_.live()) return;
  put(erase());
  block_.clear();
  drawn_ = 0;
}

std::string LiveArea::erase() const {
  return drawn_ == 0 ? std::string() : "\x1b[" + std::to_string(drawn_) + "A\r\x1b[J";
}

std::string LiveArea::rendered() const {
  std::string out;
  for (const auto& text : block_) out += fit(text, terminal_.width()) + "\n";
  return out;
}

void LiveArea::put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace hotswap::cli
