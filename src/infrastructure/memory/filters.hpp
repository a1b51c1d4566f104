#pragma once
#include <algorithm>
#include <string>

namespace hotswap::memory {

/// Whether `part` stands anywhere in `text`, ASCII letters in any case.
[[nodiscard]] inline bool contains_text(const std::string& text, const std::string& part) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace hotswap::memory
