#pragma once
// The hash of names and texts: eight bytes a step.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace hotswap::schema {

[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const auto product = Wide{a ^ 0x9E3779B97F4A7C15U} * (b ^ 0xD6E8FEB86659FD93U);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

[[nodiscard]] inline std::uint64_t hash_text(std::string_view text) {
  const auto load = [](const char* at, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, count);
    return word;
  };
  const auto size = text.size();
  const auto* at = text.data();
  std::uint64_t hash = size;
  if (size >= 8) {
    const auto* last = at + size - 8;
    for (; at < last; at += 8) hash = mix(hash, load(at, 8));
    return mix(hash, load(last, 8));
  }
  if (size >= 4) return mix(hash, load(at, 4) << 32U | load(at + size - 4, 4));
  if (size == 0) return mix(hash, 0);
  const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
  return mix(hash, byte(0) << 16U | byte(size / 2) << 8U | byte(size - 1));
}

}  // namespace hotswap::schema
