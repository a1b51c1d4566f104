#pragma once
// The io thread's half of an open event stream. Callbacks instead of a coroutine, and no buffers:
// an idle stream is this object, its queue and one pending wait.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/server/io_thread.hpp"
#include "api/server/outcome.hpp"
#include "api/server/stream_queue.hpp"
#include "api/server/transport.hpp"

namespace hotswap::api {

class StreamConnection : public Peer, public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(IoThread& io, Transport transport, Ticket ticket, OpenedStream stream);
  ~StreamConnection() override;

  /// Sends the response's head, then whatever the queue brings.
  void start(std::string head);

  void tick(MonoTime now) override;
  void drain() override;
  void cut() override { finish(); }

 private:
  void watch_peer();
  void on_readable();
  void pump();
  [[nodiscard]] bool refill();
  [[nodiscard]] IoResult write_some();
  void drop_written(std::size_t bytes);
  void wait_until_writable(IoResult::Kind what);
  void finish();

  Transport transport_;
  Ticket ticket_;
  std::shared_ptr<StreamQueue> queue_;
  std::function<void()> on_close_;
  std::vector<SharedFrame> in_flight_;  ///< being written; cannot be coalesced any more
  std::size_t written_ = 0;             ///< bytes of the first frame in flight that are out
  MonoTime next_ping_;
  MonoTime last_progress_;
  std::optional<MonoTime> stays_until_;  ///< told to go
  bool blocked_ = false;
  bool finished_ = false;
};

}  // namespace hotswap::api
