#pragma once
// Thousands of instances in one program: registered through the API, one stream each, every frame
// acknowledged: `config` and `activate` as applied, `stage` as staged. By a message on the stream's
// own connection if that is a WebSocket, which nobody answers; else by a heartbeat over a pool of
// keep-alive connections.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "perf/support/requests.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {

enum class Stream { Events, WebSocket };

class Fleet {
 public:
  explicit Fleet(Server& server, Stream stream = Stream::Events);

  /// Instances per second; their hosts are numbered from `first`.
  double register_instances(std::size_t count, std::size_t first = 0);
  /// Opens the streams of all; returns when each has its head and what was desired already.
  void open_streams();
  /// Everybody opens the stream anew at the same moment, as after the death of the server; until
  /// each has its head.
  void storm_back();
  /// One heartbeat of each of `count` instances, from the one at `first` on, round about.
  void beat(std::size_t first, std::size_t count);
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] Stream stream() const { return stream_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] RequestPool& requests() { return *requests_; }

  /// Counted since the last reset().
  struct Progress {
    /// An acknowledgement counts when it was answered; of a WebSocket, when it was sent.
    std::size_t delivered = 0, acknowledged = 0;
    Clock::time_point last_delivery, last_acknowledgement;
    /// Of them `activate` frames, and when the first and the last instance had one.
    std::size_t activated = 0;
    Clock::time_point first_activation, last_activation;
    std::size_t bytes = 0;  ///< of all frames
  };
  [[nodiscard]] const Progress& progress() const { return progress_; }
  void reset() { progress_ = {}; }

 private:
  struct Member {
    std::string id, token;
    bool open = false;
    Wire* stream = nullptr;
  };
  void open_stream(Member& member);
  void arrived(Member& member);
  bool take_head(Member& member);
  void take_events(Member& member);
  void take_messages(Member& member);
  void take(const Member& member, std::string_view frame);
  void acknowledge(const Member& member, std::string_view frame, std::string_view state);
  void acknowledged();

  Server& server_;
  const Stream stream_;
  EventLoop loop_;
  std::optional<RequestPool> requests_;
  std::vector<Member> members_;
  std::size_t open_ = 0;
  Progress progress_;
};

}  // namespace hotswap::perf
