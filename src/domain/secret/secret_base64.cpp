#include "domain/secret/secret_base64.hpp"

#include <array>
#include <cstdint>

namespace hotswap {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto kValues = make_values();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

}  // namespace

SecretText to_base64(std::string_view bytes) {
  auto out = SecretText::sized((bytes.size() + 2) / 3 * 4);
  char* to = out.data();
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t group =
        byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
    for (unsigned digit = 0; digit < 4; ++digit)
      *to++ = at + digit > bytes.size() ? '=' : kDigits[group >> (18U - 6U * digit) & 63U];
  }
  return out;
}

std::optional<SecretText> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  auto out = SecretText::sized(text.size() / 4 * 3 - padding);
  std::uint32_t group = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const auto value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    group = (group << 6U | value) & 0xffffU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.data()[at++] = static_cast<char>(group >> bits & 255U);
  }
  if ((group & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace hotswap
