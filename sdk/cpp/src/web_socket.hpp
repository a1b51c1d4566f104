#pragma once
// One WebSocket as its client (RFC 6455): asks for it, reads messages, writes messages; of one
// thread, and nothing of it waits.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http.hpp"
#include "raw_connection.hpp"
#include "ws_frames.hpp"
#include "ws_handshake.hpp"

namespace hotswap::sdk {

class WebSocket {
 public:
  struct Limits {
    std::chrono::milliseconds connect;  ///< for connecting
    std::chrono::milliseconds silence;  ///< nothing may come for so long
    std::size_t message;                ///< bytes
  };
  struct Way {
    const TlsPaths& tls;
    CURLSH* known;  ///< as CurlConnection's; must live longer
  };
  /// `request`: a GET. The sink gets whole text messages.
  WebSocket(HttpRequest request, const Way& way, const Limits& limits, StreamSink sink);
  ~WebSocket();  ///< says goodbye if it can do so at once
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  [[nodiscard]] bool opened() const { return state_ == State::Open; }
  [[nodiscard]] bool ended() const { return state_ == State::Ended; }
  /// Of one that has ended: the server's refusal, or status 0 and why it ended.
  [[nodiscard]] const HttpReply& reply() const { return reply_; }
  /// Why it never opened, when an event stream might.
  enum class Shut {
    No,
    NotUpgraded,  ///< the way, or the server, takes no WebSocket
    Unanswered    ///< the connection stood, and nothing usable came: maybe for the same reason
  };
  [[nodiscard]] Shut shut() const { return shut_; }

  /// Sends a text message after what waits already. False: it is not open, or too much waits.
  bool send(std::string_view text);

  void watch(std::vector<curl_waitfd>& all) const;
  /// At most `wait`: when go_on() has something to do.
  [[nodiscard]] std::chrono::milliseconds patience(std::chrono::milliseconds wait) const;
  void go_on();
  void end(std::string why);

 private:
  enum class State { Connecting, Asking, Open, Ended };
  void ask();
  void write();
  void read();
  void take(std::string_view bytes);
  void take_answer();
  void refused(const ws::Head& head, std::string_view body);
  [[nodiscard]] std::size_t body_size(const ws::Head& head) const;
  void take_frames(std::string_view bytes);
  bool take_item(ws::Item&& item);
  void say_frame(ws::Opcode opcode, std::string_view payload);
  void close(ws::CloseCode code, std::string why);
  void unanswered(std::string why);
  void lost(std::string why);

  const HttpRequest request_;
  const Limits limits_;
  const StreamSink sink_;
  State state_ = State::Connecting;
  Shut shut_ = Shut::No;
  HttpReply reply_;
  std::string key_;
  std::string answer_;  ///< while it is asked for: the head, or a refusal
  ws::FrameReader frames_;
  std::deque<std::string> out_;  ///< a deque: what is being written stays where it is
  std::size_t written_ = 0;      ///< of the first
  std::size_t waiting_ = 0;      ///< bytes in all
  bool more_to_read_ = false;
  SteadyTime last_byte_ = std::chrono::steady_clock::now();
  RawConnection connection_;
};

}  // namespace hotswap::sdk
