#include "infrastructure/clock/system_random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "domain/base/assert.hpp"

namespace hotswap {
namespace {

void fill(std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    HS_ASSERT(got > 0);  // the call has no other failure for a valid buffer
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace

std::string SystemRandom::guid() {
  std::array<std::uint8_t, 16> bytes{};
  fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);  // RFC 4122 variant
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0x0f];
  }
  return text;
}

std::uint64_t SystemRandom::below(std::uint64_t bound) {
  HS_ASSERT(bound > 0);
  // Values below 2^64 mod bound are drawn again: without it small numbers would be likelier.
  const std::uint64_t uneven = (0 - bound) % bound;
  while (true) {
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
    fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    if (value >= uneven) return value % bound;
  }
}

}  // namespace hotswap
