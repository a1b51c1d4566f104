#pragma once
// The path hash of the snapshot index (wyhash's mixing). Constant expressions are allowed, so that
// a Key is hashed by the compiler.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hotswap::sdk::detail {

__extension__ using Uint128 = unsigned __int128;

constexpr std::uint64_t hash_mix(std::uint64_t a, std::uint64_t b) noexcept {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

/// `Bytes` bytes at `from`, least significant first.
template <std::size_t Bytes>
constexpr std::uint64_t load_bytes(const char* from) noexcept {
  std::uint64_t word = 0;
  if consteval {
    for (std::size_t i = 0; i < Bytes; ++i) {
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
    }
  } else {
    std::memcpy(&word, from, Bytes);
  }
  return word;
}

constexpr std::uint64_t hash_path(std::string_view path) noexcept {
  constexpr std::uint64_t kFirst = 0xa0761d6478bd642f;
  constexpr std::uint64_t kSecond = 0xe7037ed1a0b428db;
  const char* at = path.data();
  std::size_t left = path.size();
  std::uint64_t seed = kFirst ^ left;
  for (; left > 16; at += 16, left -= 16) {
    seed = hash_mix(load_bytes<8>(at) ^ kSecond, load_bytes<8>(at + 8) ^ seed);
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    a = load_bytes<8>(at);
    b = load_bytes<8>(at + left - 8);
  } else if (left >= 4) {
    a = load_bytes<4>(at);
    b = load_bytes<4>(at + left - 4);
  } else if (left > 0) {
    a = load_bytes<1>(at) << 16U | load_bytes<1>(at + left / 2) << 8U |
        load_bytes<1>(at + left - 1);
  }
  return hash_mix(a ^ kSecond, b ^ seed);
}

}  // namespace hotswap::sdk::detail
