#include "domain/json/path.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace hotswap::json {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Whether the name may stand behind a dot (RFC 9535 member-name-shorthand).
bool is_shorthand(std::string_view name) {
  return !name.empty() && is_name_start(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_name_start(c) || (c >= '0' && c <= '9');
  });
}

void append_control(std::string& out, char c) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  static constexpr std::string_view kPlain = "\b\t\n\f\r";
  static constexpr std::string_view kLetters = "btnfr";
  out += '\\';
  if (const auto at = kPlain.find(c); at != std::string_view::npos) {
    out += kLetters[at];
    return;
  }
  out += "u00";
  out += kDigits[static_cast<unsigned char>(c) >> 4U];
  out += kDigits[static_cast<unsigned char>(c) & 0xFU];
}

/// The token of a pointer with `~1` and `~0` resolved; nothing if an escape is ill-formed.
std::optional<std::string> unescape(std::string_view token) {
  std::string name;
  name.reserve(token.size());
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      name += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    name += token[i] == '0' ? '~' : '/';
  }
  return name;
}

const Value* step(const Value& value, std::string_view token) {
  if (const auto* items = value.as_array()) {
    const auto index = pointer_index(token);
    return index && *index < items->size() ? &(*items)[*index] : nullptr;
  }
  const auto name = unescape(token);
  return name ? value.find(*name) : nullptr;
}

}  // namespace

std::string path_member(std::string_view parent, std::string_view name) {
  std::string path(parent);
  if (is_shorthand(name)) return (path += '.').append(name);
  path += "['";
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20) {
      append_control(path, c);
      continue;
    }
    if (c == '\'' || c == '\\') path += '\\';
    path += c;
  }
  return path += "']";
}

std::string path_item(std::string_view parent, std::size_t index) {
  return std::string(parent) + '[' + std::to_string(index) + ']';
}

std::string pointer_member(std::string_view parent, std::string_view name) {
  std::string pointer(parent);
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string pointer_item(std::string_view parent, std::size_t index) {
  return std::string(parent) + '/' + std::to_string(index);
}

std::optional<std::size_t> pointer_index(std::string_view token) {
  if (token.empty() || (token.size() > 1 && token.front() == '0')) return std::nullopt;
  if (!std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::size_t index = 0;
  const auto done = std::from_chars(token.data(), token.data() + token.size(), index);
  if (done.ec != std::errc()) return std::nullopt;
  return index;
}

std::optional<std::vector<std::string>> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return std::nullopt;
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    auto token = unescape(pointer.substr(0, end));
    if (!token) return std::nullopt;
    tokens.push_back(std::move(*token));
    pointer.remove_prefix(end);
  }
  return tokens;
}

const Value* at_pointer(const Value& root, std::string_view pointer) {
  const Value* value = &root;
  while (value != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    value = step(*value, pointer.substr(0, end));
    pointer.remove_prefix(end);
  }
  return value;
}

}  // namespace hotswap::json
