#include "api/server/websocket.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "domain/base/utf8.hpp"

namespace hotswap::api::ws {
namespace {

constexpr unsigned kFin = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr std::size_t kControlBytes = 125;  // also: the longest length in one byte
constexpr std::size_t kTwoByteLength = 126;
constexpr std::size_t kEightByteLength = 127;
constexpr std::size_t kMaskBytes = 4;
constexpr std::size_t kCodeBytes = 2;

unsigned byte_at(std::span<const char> bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t big_endian(std::span<const char> bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return number;
}

void put_big_endian(char* to, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0; number >>= 8) to[i] = static_cast<char>(number & 0xFF);
}

Heard refused(std::uint16_t code, std::string_view why) {
  return {Heard::Kind::Refused, why, code};
}

bool is_control(Opcode opcode) { return opcode >= Opcode::Close; }

bool is_known(unsigned opcode) {
  return opcode <= static_cast<unsigned>(Opcode::Binary) ||
         (opcode >= static_cast<unsigned>(Opcode::Close) &&
          opcode <= static_cast<unsigned>(Opcode::Pong));
}

/// Those that may stand in a frame: of the registry, and of applications.
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

void unmask(std::span<char> payload, std::span<const char> mask) {
  std::uint64_t pattern = 0;
  for (std::size_t i = 0; i < sizeof pattern; ++i)
    std::memcpy(reinterpret_cast<char*>(&pattern) + i, &mask[i % kMaskBytes], 1);
  std::size_t at = 0;
  for (; at + sizeof pattern <= payload.size(); at += sizeof pattern) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload.data() + at, sizeof word);
    word ^= pattern;
    std::memcpy(payload.data() + at, &word, sizeof word);
  }
  for (; at < payload.size(); ++at)
    payload[at] = static_cast<char>(payload[at] ^ mask[at % kMaskBytes]);
}

}  // namespace

FrameHead frame_head(Opcode opcode, std::size_t payload) {
  FrameHead head{};
  head.bytes[0] = static_cast<char>(kFin | static_cast<unsigned>(opcode));
  if (payload <= kControlBytes) {
    head.bytes[1] = static_cast<char>(payload);
    head.size = 2;
  } else if (payload <= 0xFFFF) {
    head.bytes[1] = static_cast<char>(kTwoByteLength);
    put_big_endian(&head.bytes[2], payload, 2);
    head.size = 4;
  } else {
    head.bytes[1] = static_cast<char>(kEightByteLength);
    put_big_endian(&head.bytes[2], payload, 8);
    head.size = 10;
  }
  return head;
}

std::string control_frame(Opcode opcode, std::string_view payload) {
  payload = payload.substr(0, kControlBytes);
  std::string frame(frame_head(opcode, payload.size()).view());
  return frame.append(payload);
}

std::string close_frame(std::uint16_t code, std::string_view why) {
  if (code == close_code::kNone) return control_frame(Opcode::Close, {});
  std::string payload(kCodeBytes, '\0');
  put_big_endian(payload.data(), code, kCodeBytes);
  payload += clip_utf8(why, kControlBytes - kCodeBytes);
  return control_frame(Opcode::Close, payload);
}

/// What has not come to an end yet.
struct MessageReader::Partial {
  std::string raw;        ///< as it came
  std::size_t taken = 0;  ///< of raw
  std::string text;       ///< fragments so far, unmasked
  bool in_fragments = false;
  bool text_is_out = false;  ///< `text` was a whole message, and is looked at
};

/// One frame that has arrived whole.
struct MessageReader::Frame {
  bool fin = false;
  Opcode opcode{};
  std::span<char> payload{};
};

MessageReader::MessageReader(std::size_t limit) : limit_(limit) {}
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&&) noexcept = default;

bool MessageReader::in_fragments() const { return partial_ && partial_->in_fragments; }

bool MessageReader::incomplete() const {
  return partial_ && (partial_->in_fragments || partial_->taken < partial_->raw.size());
}

MessageReader::Partial& MessageReader::partial() {
  if (!partial_) partial_ = std::make_unique<Partial>();
  return *partial_;
}

void MessageReader::keep(std::span<const char> unread) {
  drop_taken();
  if (!unread.empty()) partial().raw.append(unread.data(), unread.size());
}

/// What was handed out by the last call is no longer looked at.
void MessageReader::drop_taken() {
  if (!partial_) return;
  partial_->raw.erase(0, std::exchange(partial_->taken, 0));
  if (std::exchange(partial_->text_is_out, false)) partial_->text = {};
  if (partial_->raw.empty() && !partial_->in_fragments) partial_ = nullptr;
}

Heard MessageReader::next(std::span<char>& unread) {
  if (partial_ && partial_->text_is_out) {
    partial_->text = {};
    partial_->text_is_out = false;
  }
  if (!incomplete() || partial_->taken == partial_->raw.size()) {
    std::size_t taken = 0;
    const auto heard = read(unread, taken);
    unread = unread.subspan(taken);
    if (heard.kind == Heard::Kind::Nothing) keep(std::exchange(unread, {}));
    return heard;
  }
  partial_->raw.append(unread.data(), unread.size());
  unread = {};
  std::size_t taken = 0;
  const auto heard = read(std::span(partial_->raw).subspan(partial_->taken), taken);
  partial_->taken += taken;
  if (heard.kind == Heard::Kind::Nothing) drop_taken();
  return heard;
}

// Refuses as early as the bytes allow. A frame that is not whole is looked at again when more have
// come: its head is a few bytes, and the payload is touched once.
Heard MessageReader::read(std::span<char> bytes, std::size_t& taken) {
  using close_code::kProtocol;
  if (bytes.size() < 2) return {};
  const unsigned first = byte_at(bytes, 0), second = byte_at(bytes, 1);
  if ((first & kReserved) != 0) return refused(kProtocol, "Reserved bits are set.");
  if (!is_known(first & kOpcode)) return refused(kProtocol, "The opcode is unknown.");
  if ((second & kMasked) == 0) return refused(kProtocol, "Clients' frames must be masked.");
  Frame frame{(first & kFin) != 0, static_cast<Opcode>(first & kOpcode), {}};
  std::uint64_t length = second & kLength;
  if (is_control(frame.opcode) && (!frame.fin || length > kControlBytes))
    return refused(kProtocol, "A control frame is in fragments or too long.");
  if (frame.opcode == Opcode::Binary)
    return refused(close_code::kNotTaken, "Messages must be text.");
  if (!is_control(frame.opcode) && (frame.opcode == Opcode::Continuation) != in_fragments())
    return refused(kProtocol, "A fragment is out of its place.");
  const std::size_t wide = length == kTwoByteLength ? 2U : length == kEightByteLength ? 8U : 0U;
  if (bytes.size() < 2 + wide) return {};
  if (wide > 0) {
    length = big_endian(bytes.subspan(2, wide));
    const std::uint64_t least = wide == 2 ? kTwoByteLength : 0x10000;
    if (length < least) return refused(kProtocol, "A length is not in its shortest form.");
  }
  const std::size_t before = in_fragments() ? partial_->text.size() : 0;
  if (!is_control(frame.opcode) && length > limit_ - before)
    return refused(close_code::kTooBig, "The message is too long.");
  const std::size_t head = 2 + wide + kMaskBytes;
  if (bytes.size() < head || bytes.size() - head < length) return {};
  taken = head + static_cast<std::size_t>(length);
  frame.payload = bytes.subspan(head, static_cast<std::size_t>(length));
  unmask(frame.payload, bytes.subspan(head - kMaskBytes, kMaskBytes));
  return is_control(frame.opcode) ? control(frame) : data(frame);
}

Heard MessageReader::control(const Frame& frame) const {
  const std::string_view payload(frame.payload.data(), frame.payload.size());
  if (frame.opcode == Opcode::Ping) return {Heard::Kind::Ping, payload, 0};
  if (frame.opcode == Opcode::Pong) return {Heard::Kind::Skipped, {}, 0};
  if (payload.empty()) return {Heard::Kind::Close, {}, close_code::kNone};
  if (payload.size() < kCodeBytes)
    return refused(close_code::kProtocol, "The close code is cut off.");
  const auto code = static_cast<std::uint16_t>(big_endian(frame.payload.first(kCodeBytes)));
  if (!may_be_sent(code)) return refused(close_code::kProtocol, "That is no close code.");
  if (!is_utf8(payload.substr(kCodeBytes)))
    return refused(close_code::kNotText, "The reason is not UTF-8.");
  return {Heard::Kind::Close, payload.substr(kCodeBytes), code};
}

Heard MessageReader::data(const Frame& frame) {
  std::string_view text(frame.payload.data(), frame.payload.size());
  if (!frame.fin || in_fragments()) {
    auto& so_far = partial();
    so_far.text.append(text);
    so_far.in_fragments = !frame.fin;
    if (!frame.fin) return {Heard::Kind::Skipped, {}, 0};
    so_far.text_is_out = true;
    text = so_far.text;
  }
  if (!is_utf8(text)) return refused(close_code::kNotText, "The message is not UTF-8.");
  return {Heard::Kind::Message, text, 0};
}

}  // namespace hotswap::api::ws
