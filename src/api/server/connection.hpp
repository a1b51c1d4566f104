#pragma once
// One connection that speaks requests and responses, one after the other, as a coroutine that reads
// straight down. A request that opens a stream hands the socket to a StreamConnection and ends.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "api/server/io_thread.hpp"
#include "api/server/outcome.hpp"
#include "api/server/read_buffer.hpp"
#include "api/server/request_parser.hpp"
#include "api/server/transport.hpp"
#include "api/server/wakeup.hpp"

namespace hotswap::api {

class Connection : public Peer, public std::enable_shared_from_this<Connection> {
 public:
  /// Takes the socket over; the connection lives until it ends by itself.
  static void start(IoThread& io, Socket socket, Ticket ticket);

  Connection(IoThread& io, Socket socket, Ticket ticket);

  void tick(MonoTime now) override;
  void drain() override;
  void cut() override;

 private:
  enum class Phase { Handshake, Idle, Head, Body, Working, Holding, Writing, Lingering };

  [[nodiscard]] Awaitable<void> run(std::shared_ptr<Connection> self);
  [[nodiscard]] Awaitable<bool> shake_hands();
  [[nodiscard]] Awaitable<bool> read_request();
  [[nodiscard]] Awaitable<bool> fill();
  [[nodiscard]] Awaitable<bool> wait_for(IoResult::Kind what);
  [[nodiscard]] Awaitable<bool> answer();
  [[nodiscard]] Awaitable<bool> ask_pool();
  static void go_on(std::shared_ptr<Connection> self, Later later);
  static void hand_over(std::shared_ptr<Connection> self, Outcome outcome);
  [[nodiscard]] Awaitable<bool> hold(OpenedHold hold);
  [[nodiscard]] Awaitable<bool> send(Response response, bool keep_alive);
  [[nodiscard]] Awaitable<bool> send_rest(std::string head, SharedFrame body, std::size_t written);
  [[nodiscard]] Awaitable<void> refuse_and_close(int status, std::string_view why);
  [[nodiscard]] Awaitable<void> linger();

  void enter(Phase phase, std::chrono::milliseconds timeout);
  void enter_untimed(Phase phase);
  [[nodiscard]] ParseState feed();
  void complete_request();
  void open_stream(OpenedStream stream);
  void tell_answered(const Response& response, bool held);
  void watch_held_peer();
  [[nodiscard]] bool keeps_alive() { return parser_.keep_alive() && !io_.draining(); }

  Transport transport_;
  Ticket ticket_;
  ReadBuffer buffer_;
  RequestParser parser_;
  Wakeup wakeup_;
  std::optional<Outcome> outcome_;  ///< written by a pool thread, read after its wake-up
  std::string peer_name_;
  std::shared_ptr<const CertificateNames> certificate_;  ///< of the client
  MonoTime deadline_ = MonoTime::max();
  MonoTime arrived_{};  ///< the request, whole
  Phase phase_ = Phase::Handshake;
  bool first_request_ = true;
  bool timed_out_ = false;
  bool cut_ = false;
  bool peer_gone_ = false;
};

}  // namespace hotswap::api
