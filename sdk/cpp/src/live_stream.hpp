#pragma once
// One event stream at one server, and the move from one to another without a gap.

#include <optional>
#include <random>

#include "backoff.hpp"
#include "http.hpp"
#include "session.hpp"
#include "sse_parser.hpp"
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
  /// `moved`: a server asked for it, so the next one leaves us where we are for a while.
  LiveStream(Http& http, Access access, std::chrono::milliseconds silence, bool moved,
             Events events);

  [[nodiscard]] const Access& access() const { return access_; }
  [[nodiscard]] bool opened() const { return opened_.has_value(); }
  [[nodiscard]] bool ended() const { return stream_->ended(); }
  [[nodiscard]] const HttpReply& reply() const { return stream_->reply(); }
  /// Stood for so long.
  [[nodiscard]] bool stood(std::chrono::seconds time) const;

 private:
  [[nodiscard]] bool take(std::string_view bytes);

  Access access_;
  Events events_;
  SseParser parser_;
  std::optional<SteadyTime> opened_;
  std::unique_ptr<Http::Stream> stream_;  ///< last: it calls what stands above
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
