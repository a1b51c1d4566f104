#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "cli/visible.hpp"

namespace hotswap::cli {
namespace {

constexpr std::string_view kReset = "\x1b[0m";

std::string_view code(Paint paint) {
  switch (paint) {
    case Paint::Plain:
      return "";
    case Paint::Bold:
      return "\x1b[1m";
    case Paint::Dim:
      return "\x1b[2m";
    case Paint::Red:
      return "\x1b[31m";
    case Paint::Green:
      return "\x1b[32m";
    case Paint::Yellow:
      return "\x1b[33m";
    case Paint::Blue:
      return "\x1b[34m";
    case Paint::Magenta:
      return "\x1b[35m";
    case Paint::Cyan:
      return "\x1b[36m";
  }
  return "";
}

/// Length of the colour sequence at the front, 0 if none.
std::size_t escape_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find('m');
  return end == std::string_view::npos ? 0 : end + 1;
}

/// Length of the UTF-8 character at the front.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  return length;
}

std::uint32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first;
  std::uint32_t out = first & (0x7FU >> character.size());
  for (const char c : character.substr(1))
    out = (out << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return out;
}

struct Range {
  std::uint32_t first, last;
};
/// Marks that stand on the character before them.
constexpr Range kNarrowest[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};
/// East Asian Wide and Fullwidth, and pictures.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},  {0x4E00, 0xA4CF}, {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

std::size_t columns_of(std::string_view character) {
  const auto point = code_point(character);
  const auto holds = [point](const Range& range) {
    return point >= range.first && point <= range.last;
  };
  if (std::ranges::any_of(kNarrowest, holds)) return 0;
  return std::ranges::any_of(kWide, holds) ? 2 : 1;
}

}  // namespace

Terminal Terminal::of_stdout(bool no_color) {
  const char* term = std::getenv("TERM");
  const char* refused = std::getenv("NO_COLOR");
  const bool live =
      isatty(STDOUT_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
  const bool color = live && !no_color && (refused == nullptr || *refused == '\0');
  return {live, color, live ? 0U : 120U};
}

std::size_t Terminal::width() const {
  if (width_ != 0) return width_;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string Terminal::paint(Paint paint, std::string_view text) const {
  if (!color_ || paint == Paint::Plain) return std::string(text);
  return std::string(code(paint)) + std::string(text) + std::string(kReset);
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    if (const auto skip = escape_length(text); skip > 0) {
      text.remove_prefix(skip);
      continue;
    }
    const auto length = character_length(text);
    columns += columns_of(text.substr(0, length));
    text.remove_prefix(length);
  }
  return columns;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string out;
  bool painted = false;
  std::size_t used = 0;
  while (!text.empty() && used + 1 < columns) {
    auto length = escape_length(text);
    if (length > 0) {
      painted = text.substr(0, length) != kReset;
    } else {
      length = character_length(text);
      used += columns_of(text.substr(0, length));
      if (used >= columns) break;  // the second half of a wide one would be cut
    }
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  out += "…";
  if (painted) out += kReset;
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto steers = steering_length(text);
    out += steers > 0 ? ' ' : text.front();
    text.remove_prefix(std::max<std::size_t>(steers, 1));
  }
  return out;
}

}  // namespace hotswap::cli
