#pragma once
// One stream at one server, a WebSocket where it is to be had and an event stream where not; and
// the move from one to another without a gap.

#include <map>
#include <optional>
#include <random>

#include "backoff.hpp"
#include "http.hpp"
#include "session.hpp"
#include "sse_parser.hpp"
#include "web_socket.hpp"
#include "wire.hpp"

namespace hotswap::sdk {

class LiveStream {
 public:
  using OnFrame = std::function<bool(const SseFrame&)>;
  struct Events {
    std::function<void()> opened;
    OnFrame frame;  ///< false: the stream ends
    std::function<void()> too_large;
  };
  struct Asked {
    std::chrono::milliseconds silence;
    bool moved;    ///< a server asked for it, so the next one leaves us where we are for a while
    bool upgrade;  ///< to a WebSocket, if the server takes it
  };
  LiveStream(Http& http, Access access, const Asked& asked, Events events);

  [[nodiscard]] const Access& access() const { return access_; }
  [[nodiscard]] bool opened() const { return opened_.has_value(); }
  [[nodiscard]] bool ended() const { return socket_ ? socket_->ended() : stream_->ended(); }
  [[nodiscard]] const HttpReply& reply() const {
    return socket_ ? socket_->reply() : stream_->reply();
  }
  /// Stood for so long.
  [[nodiscard]] bool stood(std::chrono::seconds time) const;

  /// Null: it is an event stream.
  [[nodiscard]] WebSocket* socket() const { return socket_.get(); }
  /// After each step: asks for an event stream where no WebSocket is to be had. True: it did now.
  bool go_on();
  /// Why there was none.
  [[nodiscard]] WebSocket::Shut shut() const { return socket_ ? socket_->shut() : shut_; }

 private:
  [[nodiscard]] HttpRequest request() const;
  [[nodiscard]] StreamSink sink();
  [[nodiscard]] bool take(std::string_view bytes);

  Http& http_;
  Access access_;
  Asked asked_;
  Events events_;
  SseParser parser_;
  std::optional<SteadyTime> opened_;
  WebSocket::Shut shut_ = WebSocket::Shut::No;
  std::unique_ptr<Http::Stream> stream_;  ///< last, as the next: they call what stands above
  std::unique_ptr<WebSocket> socket_;
};

/// Which servers are not asked for a WebSocket, for they, or who stands before them, had none.
class Upgrades {
 public:
  static constexpr std::chrono::hours kRefused{1};
  /// Maybe they only broke off.
  static constexpr std::chrono::minutes kUnanswered{5};

  void note(const std::string& server, WebSocket::Shut shut, SteadyTime now);
  [[nodiscard]] bool worth_asking(const std::string& server, SteadyTime now) const;

 private:
  std::map<std::string, SteadyTime> not_before_;  ///< at most one for each server that was named
};

/// When a move that was asked for is due, and when it is given up. Pure but for its dice.
class Move {
 public:
  static constexpr int kTries = 5;
  explicit Move(const Backoff& pauses) : pauses_(pauses) {}

  void asked(Reconnect reconnect, SteadyTime now);
  void done() { wanted_.reset(); }
  /// The new stream did not come to stand: once more later, at another server, or not at all.
  void failed(SteadyTime now);
  [[nodiscard]] bool is_due(SteadyTime now) const { return wanted_ && now >= due_; }
  [[nodiscard]] bool pending() const { return wanted_.has_value(); }
  [[nodiscard]] std::chrono::milliseconds left(SteadyTime now) const;
  [[nodiscard]] const std::vector<std::string>& to() const { return wanted_->to; }

 private:
  Backoff pauses_;
  std::optional<Reconnect> wanted_;
  SteadyTime due_{};
  int tries_ = 0;
};

}  // namespace hotswap::sdk
