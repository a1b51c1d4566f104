#pragma once
// The io thread's half of an open stream: server-sent events, or a WebSocket whose messages are the
// same events and whose client may answer. Callbacks instead of a coroutine, and no buffers: an
// idle stream is this object, its queue and one pending wait.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/server/io_thread.hpp"
#include "api/server/outcome.hpp"
#include "api/server/stream_queue.hpp"
#include "api/server/transport.hpp"

namespace hotswap::api {

class StreamConnection : public Peer, public std::enable_shared_from_this<StreamConnection> {
 public:
  /// Frames in one write, at most.
  static constexpr std::size_t kGather = 64;

  /// A WebSocket if `stream` takes messages.
  StreamConnection(IoThread& io, Transport transport, Ticket ticket, OpenedStream stream);
  ~StreamConnection() override;

  /// Sends the response's head, then whatever the queue brings. `early`: what the client has said
  /// behind its request.
  void start(std::string head, std::string_view early);

  void tick(MonoTime now) override;
  void drain() override;
  void cut() override { finish(); }

  /// Of a WebSocket; any thread.
  [[nodiscard]] MessageTaker& taker() const;
  /// What its last message came to; the next may be read.
  void answered(MessageAnswer answer);

 private:
  struct Upward;
  void watch_peer();
  void on_readable();
  void read_on();
  [[nodiscard]] bool hear(std::span<char> bytes);
  [[nodiscard]] bool hear_the_end(std::span<char> bytes);
  [[nodiscard]] bool heard_close(std::uint16_t code);
  void send_raw(std::string bytes);
  void close_with(std::uint16_t code, std::string_view why);
  void end_stream();
  void over();
  void pump();
  [[nodiscard]] bool refill();
  [[nodiscard]] IoResult write_some();
  [[nodiscard]] std::size_t size_of(const Outgoing& out) const;
  void drop_written(std::size_t bytes);
  void wait_until_writable(IoResult::Kind what);
  void finish();

  Transport transport_;
  Ticket ticket_;
  std::shared_ptr<StreamQueue> queue_;
  std::function<void()> on_close_;
  std::unique_ptr<Upward> upward_;   ///< null: nothing of a WebSocket
  std::vector<Outgoing> in_flight_;  ///< being written; cannot be coalesced any more
  std::size_t written_ = 0;          ///< bytes of the first one in flight that are out
  MonoTime next_ping_;
  MonoTime last_progress_;
  std::optional<MonoTime> stays_until_;  ///< told to go
  bool blocked_ = false;
  bool finished_ = false;
};

}  // namespace hotswap::api
