#pragma once
// The server's side of a WebSocket, as far as a test needs it: blocking sockets, frames as they
// come. It keeps the rules only where the test wants it to.

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "ws_frames.hpp"
#include "ws_handshake.hpp"

namespace hotswap::sdk::testing {

/// The answer that opens it.
inline std::string switching(const std::string& key) {
  return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Accept: " +
         ws::accept_of(key) + "\r\n\r\n";
}

/// Unmasked, as a server writes them; `first` is the opcode with its bits.
inline std::string raw_frame(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  const auto append = [&](std::size_t number, unsigned bytes) {
    while (bytes-- > 0) out.push_back(static_cast<char>((number >> (8 * bytes)) & 255));
  };
  if (payload.size() < 126) {
    append(payload.size(), 1);
  } else if (payload.size() < 65536) {
    append(126, 1), append(payload.size(), 2);
  } else {
    append(127, 1), append(payload.size(), 8);
  }
  return out += payload;
}
inline std::string text_frame(std::string_view payload) { return raw_frame(0x81, payload); }
inline std::string close_frame(ws::CloseCode code) {
  return raw_frame(0x88, ws::close_payload(code));
}

struct ClientFrame {
  ws::Opcode opcode{};
  bool masked = false;
  std::string payload;
};

/// Takes the next frame out of `buffer`, which it fills from the socket. Nothing: the other side
/// has gone.
inline std::optional<ClientFrame> read_frame(int socket, std::string& buffer) {
  const auto have = [&](std::size_t size) {
    std::array<char, 65536> block{};
    while (buffer.size() < size) {
      const auto got = ::recv(socket, block.data(), block.size(), 0);
      if (got <= 0) return false;
      buffer.append(block.data(), static_cast<std::size_t>(got));
    }
    return true;
  };
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(buffer[at]); };
  if (!have(2)) return std::nullopt;
  ClientFrame frame{static_cast<ws::Opcode>(byte(0) & 15), (byte(1) & 128) != 0, {}};
  std::size_t size = byte(1) & 127;
  const std::size_t more = size == 127 ? 8 : size == 126 ? 2 : 0;
  std::size_t head = 2 + more + (frame.masked ? 4 : 0);
  if (!have(head)) return std::nullopt;
  if (more > 0) size = 0;
  for (std::size_t i = 0; i < more; ++i) size = size << 8 | byte(2 + i);
  if (!have(head + size)) return std::nullopt;
  frame.payload = buffer.substr(head, size);
  for (std::size_t i = 0; frame.masked && i < size; ++i)
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ buffer[head - 4 + i % 4]);
  buffer.erase(0, head + size);
  return frame;
}

}  // namespace hotswap::sdk::testing
