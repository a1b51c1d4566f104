#pragma once
// What one write takes of a stream: shared frames where they lie, each behind its header if they
// are messages of a WebSocket.

#include <array>
#include <cstddef>
#include <span>

#include "api/server/stream_queue.hpp"
#include "api/server/transport.hpp"
#include "api/server/websocket.hpp"

namespace hotswap::api {

/// At most `Most` of them. Refers to the frames and to itself.
template <std::size_t Most>
class FrameParts {
 public:
  /// The first `written` bytes are out already.
  FrameParts(std::size_t written, bool messages) : skip_(written), messages_(messages) {}
  FrameParts(const FrameParts&) = delete;
  FrameParts& operator=(const FrameParts&) = delete;

  /// False if there is no room.
  [[nodiscard]] bool add(const Outgoing& out) {
    if (heads_used_ == Most) return false;
    auto& head = heads_[heads_used_++];
    if (messages_ && !out.raw) {
      head = ws::frame_head(ws::Opcode::Text, out.bytes->size());
      put(head.view());
    }
    put(*out.bytes);
    return true;
  }
  [[nodiscard]] std::span<const iovec> get() const { return std::span(parts_).first(count_); }

 private:
  void put(std::string_view bytes) {
    const auto skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    if (skipped < bytes.size()) parts_[count_++] = as_iovec(bytes.substr(skipped));
  }

  std::array<ws::FrameHead, Most> heads_;
  std::array<iovec, 2 * Most> parts_;
  std::size_t heads_used_ = 0;
  std::size_t count_ = 0;
  std::size_t skip_;
  bool messages_;
};

}  // namespace hotswap::api
