#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hotswap {
/// SHA-256 (FIPS 180-4) of the bytes.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view bytes);
/// The same as 64 lowercase hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104) of the bytes, as 64 lowercase hexadecimal digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
}  // namespace hotswap
