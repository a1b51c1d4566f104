#include "ws_frames.hpp"

#include <algorithm>
#include <utility>

#include "domain/base/utf8.hpp"

namespace hotswap::sdk::ws {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kOpcode = 0x0f;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLength = 0x7f;
constexpr std::size_t kControlBytes = 125;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

void append_number(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xffU));
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char each : bytes) number = number << 8U | byte_of(each);
  return number;
}

bool is_known(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

/// Those that may stand in a frame.
bool may_be_said(std::uint64_t code) {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

std::string write_frame(Opcode opcode, std::string_view payload, Mask mask) {
  std::string out;
  out.reserve(payload.size() + 14);
  out.push_back(static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode)));
  if (payload.size() <= kControlBytes) {
    out.push_back(static_cast<char>(kMasked | payload.size()));
  } else if (payload.size() <= 0xffff) {
    out.push_back(static_cast<char>(kMasked | kLength16));
    append_number(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(kMasked | kLength64));
    append_number(out, payload.size(), 8);
  }
  for (const auto byte : mask) out.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < payload.size(); ++i)
    out.push_back(static_cast<char>(byte_of(payload[i]) ^ mask[i % mask.size()]));
  return out;
}

std::string close_payload(CloseCode code) {
  std::string out;
  append_number(out, static_cast<std::uint16_t>(code), 2);
  return out;
}

Closing read_closing(std::string_view payload) {
  if (payload.size() < 2) return {};
  return {static_cast<std::uint16_t>(read_number(payload.substr(0, 2))),
          std::string(payload.substr(2))};
}

std::optional<Violation> FrameReader::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty() && !spent_) {
    if (!in_payload_) {
      head_.push_back(bytes.front());
      bytes.remove_prefix(1);
      if (auto wrong = take_head()) return spent_ = true, wrong;
      if (!in_payload_) continue;
    }
    const auto piece = bytes.substr(0, std::min(left_, bytes.size()));
    (is_control() ? control_ : message_) += piece;
    bytes.remove_prefix(piece.size());
    left_ -= piece.size();
    if (left_ > 0) continue;
    if (auto wrong = end_frame(sink)) return spent_ = true, wrong;
  }
  return std::nullopt;
}

std::optional<Violation> FrameReader::take_head() {
  if (head_.size() == 1) return check_first(byte_of(head_[0]));
  if (head_.size() == 2) {
    const auto second = byte_of(head_[1]);
    if ((second & kMasked) != 0) return Violation{CloseCode::Protocol, "a frame is masked"};
    const std::size_t length = second & kLength;
    if (is_control() && length > kControlBytes)
      return Violation{CloseCode::Protocol, "a control frame is too long"};
    head_size_ = length == kLength64 ? 10 : length == kLength16 ? 4 : 2;
  }
  return head_.size() == head_size_ ? take_length() : std::nullopt;
}

std::optional<Violation> FrameReader::check_first(std::uint8_t byte) {
  const auto opcode = static_cast<std::uint8_t>(byte & kOpcode);
  last_ = (byte & kFinal) != 0;
  if ((byte & kReserved) != 0) return Violation{CloseCode::Protocol, "a reserved bit is set"};
  if (!is_known(opcode)) return Violation{CloseCode::Protocol, "an opcode is unknown"};
  opcode_ = static_cast<Opcode>(opcode);
  if (is_control()) {
    if (!last_) return Violation{CloseCode::Protocol, "a control frame is fragmented"};
    return std::nullopt;
  }
  if (opcode_ == Opcode::Binary) return Violation{CloseCode::Unsupported, "a message is binary"};
  if ((opcode_ == Opcode::Continuation) != in_message_)
    return Violation{CloseCode::Protocol, "a message's fragments are out of order"};
  in_message_ = true;
  return std::nullopt;
}

std::optional<Violation> FrameReader::take_length() {
  const auto second = byte_of(head_[1]);
  const auto length =
      head_size_ == 2 ? second : read_number(std::string_view(head_).substr(2, head_size_ - 2));
  const std::uint64_t least = head_size_ == 2 ? 0 : head_size_ == 4 ? kLength16 : 0x10000;
  if (length < least) return Violation{CloseCode::Protocol, "a length is not the shortest"};
  if (!is_control() && length > max_message_ - message_.size())
    return Violation{CloseCode::TooLarge, "a message is too large"};
  left_ = static_cast<std::size_t>(length);
  in_payload_ = true;
  return std::nullopt;
}

std::optional<Violation> FrameReader::end_frame(const Sink& sink) {
  head_.clear();
  head_size_ = 2;
  in_payload_ = false;
  if (is_control()) return end_control(sink);
  if (!last_) return std::nullopt;
  in_message_ = false;
  if (!is_utf8(message_)) return Violation{CloseCode::NotText, "a text is no UTF-8"};
  spent_ = !sink({Opcode::Text, std::exchange(message_, {})});
  return std::nullopt;
}

std::optional<Violation> FrameReader::end_control(const Sink& sink) {
  auto payload = std::exchange(control_, {});
  if (opcode_ == Opcode::Close && !payload.empty()) {
    const auto closing = read_closing(payload);
    if (payload.size() == 1 || !may_be_said(closing.code))
      return Violation{CloseCode::Protocol, "a close has no valid code"};
    if (!is_utf8(closing.reason)) return Violation{CloseCode::NotText, "a reason is no UTF-8"};
  }
  const bool more = sink({opcode_, std::move(payload)});
  spent_ = !more || opcode_ == Opcode::Close;
  return std::nullopt;
}

}  // namespace hotswap::sdk::ws
