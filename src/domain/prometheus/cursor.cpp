#include "domain/prometheus/cursor.hpp"

#include <algorithm>

namespace hotswap::prometheus {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

void Cursor::skip_blanks() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
}

std::string_view Cursor::name(bool colons) {
  std::size_t length = 0;
  while (length < rest_.size()) {
    const char c = rest_[length];
    if (!begins_name(c) && !(colons && c == ':') && !(length > 0 && is_digit(c))) break;
    ++length;
  }
  const auto found = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return found;
}

std::optional<std::string> Cursor::quoted() {
  if (!take("\"")) return std::nullopt;
  std::string text;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return text;
    if (c != '\\' || rest_.empty()) {
      text += c;
      continue;
    }
    const char escaped = rest_.front();
    rest_.remove_prefix(1);
    if (escaped == 'n') {
      text += '\n';
    } else {
      // What is no escape of the format stays as it stands: regular expressions are full of them.
      if (escaped != '\\' && escaped != '"') text += '\\';
      text += escaped;
    }
  }
  return std::nullopt;
}

bool Cursor::take(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

std::string_view Cursor::word() {
  const auto found = rest_.substr(0, rest_.find_first_of(" \t"));
  rest_.remove_prefix(found.size());
  return found;
}

}  // namespace hotswap::prometheus
