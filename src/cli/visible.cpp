#include "cli/visible.hpp"

#include <fmt/format.h>

namespace hotswap::cli {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) {
  return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
}

/// The code point of a steering character, whose length is known.
unsigned code_point(std::string_view text, std::size_t length) {
  if (length == 1) return byte_at(text, 0);
  const auto last = byte_at(text, length - 1) & 0x3FU;
  if (length == 2) return ((byte_at(text, 0) & 0x1FU) << 6U) | last;
  return ((byte_at(text, 0) & 0xFU) << 12U) | ((byte_at(text, 1) & 0x3FU) << 6U) | last;
}

}  // namespace

std::size_t steering_length(std::string_view text) {
  const auto first = byte_at(text, 0);
  const auto second = byte_at(text, 1);
  const auto third = byte_at(text, 2);
  if (text.empty()) return 0;
  if (first < 0x20 || first == 0x7F) return 1;
  if (first == 0xC2 && second >= 0x80 && second <= 0x9F) return 2;
  if (first != 0xE2) return 0;
  const bool turns = (second == 0x80 && third >= 0xAA && third <= 0xAE) ||
                     (second == 0x81 && third >= 0xA6 && third <= 0xA9);
  return turns ? 3 : 0;
}

std::string with_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = steering_length(text);
    if (length > 1 || text.front() == '\x7F') {
      out += fmt::format("\\u{:04x}", code_point(text, length));
      text.remove_prefix(length);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace hotswap::cli
