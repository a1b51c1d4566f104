#pragma once
// Frames of a WebSocket client, right or wrong, and a reader of what a server sends.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::testing {

/// RFC 6455, section 5.2, with every field as a test wants it.
struct ClientFrame {
  unsigned opcode = 1;
  std::string_view payload{};
  bool fin = true;
  unsigned reserved = 0;  ///< 0 to 7
  bool masked = true;
  std::array<char, 4> mask{'\x37', '\xfa', '\x21', '\x3d'};
  unsigned length_bytes = 0;               ///< 2 or 8: longer than need be
  std::optional<std::uint64_t> claimed{};  ///< another length than the payload's

  [[nodiscard]] std::string bytes() const {
    const std::uint64_t length = claimed.value_or(payload.size());
    const unsigned wide = length_bytes != 0 ? length_bytes
                          : length <= 125   ? 0U
                          : length <= 65535 ? 2U
                                            : 8U;
    const auto in_byte = wide == 0 ? static_cast<unsigned>(length) : wide == 2 ? 126U : 127U;
    std::string out;
    out += static_cast<char>((fin ? 0x80U : 0U) | reserved << 4 | opcode);
    out += static_cast<char>((masked ? 0x80U : 0U) | in_byte);
    for (unsigned i = wide; i-- > 0;) out += static_cast<char>(length >> (8 * i) & 0xFF);
    if (masked) out.append(mask.data(), mask.size());
    for (std::size_t i = 0; i < payload.size(); ++i)
      out += static_cast<char>(masked ? payload[i] ^ mask[i % 4] : payload[i]);
    return out;
  }
};

[[nodiscard]] inline std::string client_text(std::string_view payload) {
  return ClientFrame{.payload = payload}.bytes();
}
[[nodiscard]] inline std::string client_close(int code, std::string_view why = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  payload += why;
  return ClientFrame{.opcode = 8, .payload = payload}.bytes();
}

/// A whole frame of a server.
struct ServerFrame {
  unsigned opcode = 0;
  bool fin = false;
  bool masked = false;
  unsigned reserved = 0;
  std::string payload{};

  /// Of a close frame; 0: it has none.
  [[nodiscard]] unsigned close_code() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    return static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8 |
           static_cast<unsigned char>(payload[1]);
  }
};

/// Takes a frame from the front of `bytes`; nothing if it is not all there.
[[nodiscard]] inline std::optional<ServerFrame> take_server_frame(std::string& bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return std::nullopt;
  std::uint64_t length = at(1) & 0x7FU;
  const std::size_t wide = length == 126 ? 2U : length == 127 ? 8U : 0U;
  if (bytes.size() < 2 + wide) return std::nullopt;
  if (wide > 0) length = 0;
  for (std::size_t i = 0; i < wide; ++i) length = length << 8 | at(2 + i);
  if (bytes.size() - 2 - wide < length) return std::nullopt;
  ServerFrame frame{at(0) & 0xFU, (at(0) & 0x80U) != 0, (at(1) & 0x80U) != 0, at(0) >> 4 & 7U,
                    bytes.substr(2 + wide, length)};
  bytes.erase(0, 2 + wide + length);
  return frame;
}

}  // namespace hotswap::testing
