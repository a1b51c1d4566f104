#pragma once
// The frames of a WebSocket (RFC 6455) as a client sees them: its own are masked, the server's are
// not. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hotswap::sdk::ws {

enum class Opcode : std::uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10
};

/// Why a connection is closed (§7.4.1); a peer may say others.
enum class CloseCode : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  Protocol = 1002,
  Unsupported = 1003,
  NotText = 1007,
  TooLarge = 1009
};

using Mask = std::array<std::uint8_t, 4>;

/// One frame, the last of its message.
[[nodiscard]] std::string write_frame(Opcode opcode, std::string_view payload, Mask mask);
[[nodiscard]] std::string close_payload(CloseCode code);

/// A whole text message, or a control frame.
struct Item {
  Opcode opcode = Opcode::Text;
  std::string payload;
};

/// What a Close says; 1005 (nothing) if it says nothing.
struct Closing {
  std::uint16_t code = 1005;
  std::string reason;
};
[[nodiscard]] Closing read_closing(std::string_view payload);

/// The peer broke the rules: the code to close with, and a sentence.
struct Violation {
  CloseCode code;
  std::string_view what;
};

/// Bytes may be split anywhere. Nothing is kept beyond one message of `max_message` bytes.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_message) : max_message_(max_message) {}

  /// Returns false to stop the reading.
  using Sink = std::function<bool(Item&&)>;
  /// Hands over every item that is complete. After a violation, a stop or a Close it is spent.
  [[nodiscard]] std::optional<Violation> feed(std::string_view bytes, const Sink& sink);

 private:
  [[nodiscard]] std::optional<Violation> take_head();
  [[nodiscard]] std::optional<Violation> check_first(std::uint8_t byte);
  [[nodiscard]] std::optional<Violation> take_length();
  [[nodiscard]] std::optional<Violation> end_frame(const Sink& sink);
  [[nodiscard]] std::optional<Violation> end_control(const Sink& sink);
  [[nodiscard]] bool is_control() const { return opcode_ >= Opcode::Close; }

  std::size_t max_message_;
  std::string head_;           ///< of the frame that has begun
  Opcode opcode_{};            ///< of it
  bool last_ = false;          ///< it ends its message
  bool in_message_ = false;    ///< a message has begun
  std::size_t head_size_ = 2;  ///< as far as it is known
  bool in_payload_ = false;
  std::size_t left_ = 0;  ///< bytes of the payload to come
  std::string message_;
  std::string control_;
  bool spent_ = false;
};

}  // namespace hotswap::sdk::ws
