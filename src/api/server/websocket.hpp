#pragma once
// RFC 6455 as a server speaks it, without extensions: bytes in, messages out. Knows no sockets. Its
// own code, since an idle stream must keep no buffers, and a frame's payload is shared by
// thousands.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hotswap::api::ws {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping, Pong };

/// Why a connection ends, as a close frame says it.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocol = 1002;
inline constexpr std::uint16_t kNotTaken = 1003;  ///< binary
inline constexpr std::uint16_t kNone = 1005;      ///< the peer gave none; never sent
inline constexpr std::uint16_t kNotText = 1007;   ///< no UTF-8
inline constexpr std::uint16_t kPolicy = 1008;
inline constexpr std::uint16_t kTooBig = 1009;
}  // namespace close_code

/// What stands before a payload that goes down: 2 to 10 bytes.
struct FrameHead {
  std::array<char, 10> bytes;
  std::size_t size;
  [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};
/// Of a whole message, unmasked.
[[nodiscard]] FrameHead frame_head(Opcode opcode, std::size_t payload);
/// A control frame; `payload` is cut to the 125 bytes that one may have.
[[nodiscard]] std::string control_frame(Opcode opcode, std::string_view payload);
/// `code` kNone: without one. `why` is for people.
[[nodiscard]] std::string close_frame(std::uint16_t code, std::string_view why = {});

/// What a client's bytes came to.
struct Heard {
  enum class Kind {
    Nothing,  ///< more bytes are needed
    Message,  ///< `text`
    Ping,     ///< `text`: to be sent back as a pong
    Skipped,  ///< a pong, or a fragment: nothing to be done
    Close,    ///< `code`; nothing more comes
    Refused   ///< close with `code`; `text` says why; nothing more is read
  };
  Kind kind = Kind::Nothing;
  std::string_view text{};  ///< until the reader's next call
  std::uint16_t code = 0;
};

/// Reads one client's frames. Between messages it is a pointer and a number: only what is
/// incomplete takes memory.
class MessageReader {
 public:
  /// `limit`: bytes of a message, all its fragments together.
  explicit MessageReader(std::size_t limit);
  ~MessageReader();
  MessageReader(MessageReader&&) noexcept;

  /// The next thing in what was kept and then in `unread`, which is unmasked where it stands and
  /// shortened by what was taken. Call until Nothing, which keeps the rest, and pass no more after
  /// Close or Refused.
  [[nodiscard]] Heard next(std::span<char>& unread);
  /// Keeps what next() has not taken yet, for a later call.
  void keep(std::span<const char> unread);
  /// Whether something has begun that is not complete.
  [[nodiscard]] bool incomplete() const;

 private:
  struct Partial;
  struct Frame;
  [[nodiscard]] Heard read(std::span<char> bytes, std::size_t& taken);
  [[nodiscard]] Heard control(const Frame& frame) const;
  [[nodiscard]] Heard data(const Frame& frame);
  [[nodiscard]] bool in_fragments() const;
  [[nodiscard]] Partial& partial();
  void drop_taken();

  std::size_t limit_;
  std::unique_ptr<Partial> partial_;
};

}  // namespace hotswap::api::ws
