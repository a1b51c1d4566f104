#include "domain/schema/text/punycode.hpp"

#include <algorithm>
#include <cstdint>

#include "domain/schema/text/ascii.hpp"
#include "domain/schema/text/code_points.hpp"

namespace hotswap::schema {
namespace {

constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kFirst = 0x80;
constexpr std::uint32_t kStartBias = 72;

std::uint32_t adapted(std::uint32_t delta, std::size_t count, bool first) {
  delta = first ? delta / 700 : delta / 2;
  delta += delta / static_cast<std::uint32_t>(count);
  std::uint32_t k = 0;
  for (; delta > 455; k += kBase) delta /= kBase - 1;
  return k + kBase * delta / (delta + 38);
}

std::uint32_t threshold(std::uint32_t k, std::uint32_t bias) {
  return k <= bias ? 1 : std::min<std::uint32_t>(k - bias, 26);
}

/// kBase for what is no digit.
std::uint32_t digit_of(char c) {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0') + 26;
  return is_alpha(c) ? static_cast<std::uint32_t>((c | 0x20) - 'a') : kBase;
}

char as_digit(std::uint32_t value) {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

/// One variable-length integer, taken off `ascii`. Every delta of a label of 63 bytes fits: one
/// that is larger stands for a character beyond the last.
std::optional<std::uint32_t> take_delta(std::string_view& ascii, std::uint32_t bias) {
  std::uint64_t delta = 0;
  std::uint64_t weight = 1;
  for (std::uint32_t k = kBase;; k += kBase) {
    const std::uint32_t digit = ascii.empty() ? kBase : digit_of(ascii[0]);
    if (digit == kBase) return {};
    ascii.remove_prefix(1);
    delta += digit * weight;
    if (delta > UINT32_MAX / 2) return {};
    const auto t = threshold(k, bias);
    if (digit < t) return static_cast<std::uint32_t>(delta);
    weight *= kBase - t;
  }
}

/// The encoded form, cut off where it is longer than a label can be.
struct Encoded {
  std::array<char, kLabelBytes + 1> bytes{};
  std::size_t size = 0;

  void put(char c) {
    if (size < bytes.size()) bytes[size++] = c;
  }
  void put_delta(std::uint64_t delta, std::uint32_t bias) {
    for (std::uint32_t k = kBase;; k += kBase) {
      const auto t = threshold(k, bias);
      if (delta < t) return put(as_digit(static_cast<std::uint32_t>(delta)));
      put(as_digit(static_cast<std::uint32_t>(t + (delta - t) % (kBase - t))));
      delta = (delta - t) / (kBase - t);
    }
  }
};

Encoded encode(std::u32string_view label) {
  Encoded out;
  for (const char32_t c : label)
    if (c < kFirst) out.put(static_cast<char>(c));
  const auto basic =
      static_cast<std::size_t>(std::ranges::count_if(label, [](char32_t c) { return c < kFirst; }));
  if (basic > 0) out.put('-');
  char32_t next = kFirst;
  std::uint64_t delta = 0;
  std::uint32_t bias = kStartBias;
  for (std::size_t done = basic; done < label.size(); ++next, ++delta) {
    char32_t least = kLastChar;
    for (const char32_t c : label)
      if (c >= next) least = std::min(least, c);
    delta += static_cast<std::uint64_t>(least - next) * (done + 1);
    next = least;
    for (const char32_t c : label) {
      if (c < next) ++delta;
      if (c != next) continue;
      out.put_delta(delta, bias);
      bias = adapted(static_cast<std::uint32_t>(delta), done + 1, done == basic);
      delta = 0;
      ++done;
    }
  }
  return out;
}

}  // namespace

std::optional<Label> punycode_decoded(std::string_view ascii) {
  if (ascii.size() > kLabelBytes) return {};
  Label label;
  if (const auto dash = ascii.rfind('-'); dash != std::string_view::npos) {
    for (const char c : ascii.substr(0, dash)) label.chars[label.size++] = static_cast<char32_t>(c);
    ascii.remove_prefix(dash + 1);
  }
  char32_t next = kFirst;
  std::uint32_t at = 0;
  std::uint32_t bias = kStartBias;
  for (bool first = true; !ascii.empty(); first = false) {
    const auto delta = take_delta(ascii, bias);
    if (!delta) return {};
    const auto count = static_cast<std::uint32_t>(label.size) + 1;
    bias = adapted(*delta, count, first);
    at += *delta;
    next += at / count;
    at %= count;
    if (next > kLastChar || is_surrogate(next)) return {};
    std::copy_backward(label.chars.begin() + at, label.chars.begin() + count - 1,
                       label.chars.begin() + count);
    label.chars[at++] = next;
    ++label.size;
  }
  return label;
}

std::size_t punycode_size(std::u32string_view label) { return encode(label).size; }

bool is_punycode_of(std::u32string_view label, std::string_view ascii) {
  const auto encoded = encode(label);
  return std::string_view(encoded.bytes.data(), encoded.size) == ascii;
}

}  // namespace hotswap::schema
