#include "api/server/connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/server/response_head.hpp"
#include "api/server/stream_connection.hpp"
#include "api/server/upgrade.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kReadBytes = 4096;       // room of a first read
constexpr std::size_t kBodyReadBytes = 16384;  // room of a read within a body
constexpr std::size_t kLingerBytes = 4 << 20;  // thrown away after a refusal, at most
constexpr std::chrono::milliseconds kLingerTime{3000};
constexpr std::size_t kRequestIdBytes = 64;

bool is_sane_id(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdBytes && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

void Connection::start(IoThread& io, Socket socket, Ticket ticket) {
  auto connection = std::make_shared<Connection>(io, std::move(socket), std::move(ticket));
  auto& self = *connection;
  asio::co_spawn(io.context(), self.run(std::move(connection)), asio::detached);
}

Connection::Connection(IoThread& io, Socket socket, Ticket ticket)
    : Peer(io),
      transport_{std::move(socket), nullptr},
      ticket_(std::move(ticket)),
      buffer_(io.core().limits().header_bytes),
      parser_({io.core().limits().header_bytes, io.core().limits().target_bytes,
               io.core().limits().body_bytes}),
      peer_name_(transport_.peer_name()) {
  transport_.tune();
}

void Connection::enter(Phase phase, std::chrono::milliseconds timeout) {
  phase_ = phase;
  timed_out_ = false;
  deadline_ = io_.now() + timeout;
}

void Connection::enter_untimed(Phase phase) {
  phase_ = phase;
  deadline_ = MonoTime::max();
}

void Connection::tick(MonoTime now) {
  if (now < deadline_) return;
  timed_out_ = true;
  if (phase_ == Phase::Holding) {
    wakeup_.raise();
  } else {
    boost::system::error_code ignored;
    transport_.socket.cancel(ignored);
  }
}

void Connection::drain() {
  switch (phase_) {
    case Phase::Idle:
      // A request that has arrived meanwhile is still answered.
      if (transport_.peek().kind != IoResult::Kind::Done) cut();
      break;
    case Phase::Handshake:
    case Phase::Lingering:
      cut();
      break;
    case Phase::Holding:
      wakeup_.raise();
      break;
    case Phase::Head:
    case Phase::Body:
    case Phase::Working:
    case Phase::Writing:
      break;  // answered with `Connection: close`
  }
}

void Connection::cut() {
  cut_ = true;
  transport_.close();
  if (phase_ == Phase::Working || phase_ == Phase::Holding) wakeup_.raise();
}

Awaitable<void> Connection::run(std::shared_ptr<Connection>) {
  if (!co_await shake_hands()) co_return;
  while (co_await read_request()) {
    if (!co_await answer()) break;
  }
  // Also when the stream took the socket: then there is nothing to close here.
  if (transport_.socket.is_open()) co_await linger();
}

Awaitable<bool> Connection::shake_hands() {
  const auto& core = io_.core();
  const auto context = core.tls.get();
  if (!context) co_return true;
  enter(Phase::Handshake, core.limits().handshake_timeout);
  transport_.tls = TlsStream::accept(*context, transport_.socket.native_handle());
  if (!transport_.tls) co_return false;
  for (;;) {
    const auto step = transport_.tls->handshake();
    if (step.kind == IoResult::Kind::Done) {
      certificate_ = transport_.tls->peer();
      co_return true;
    }
    if (!co_await wait_for(step.kind)) co_return false;
  }
}

Awaitable<bool> Connection::wait_for(IoResult::Kind what) {
  if (what == IoResult::Kind::Closed || what == IoResult::Kind::Failed) co_return false;
  const auto direction = what == IoResult::Kind::WantRead ? Socket::wait_read : Socket::wait_write;
  const auto [error] = co_await transport_.socket.async_wait(direction, kAwait);
  co_return !error && !cut_;
}

ParseState Connection::feed() {
  std::size_t consumed = 0;
  const auto state = parser_.feed(buffer_.unread(), consumed);
  buffer_.consume(consumed);
  return state;
}

Awaitable<bool> Connection::read_request() {
  const auto& limits = io_.core().limits();
  parser_.reset();
  enter(Phase::Idle,
        std::exchange(first_request_, false) ? limits.header_timeout : limits.idle_timeout);
  for (;;) {
    const auto state = feed();
    if (state == ParseState::Done) co_return true;
    if (state == ParseState::Refused) {
      co_await refuse_and_close(parser_.fault().status, parser_.fault().why);
      co_return false;
    }
    if (state == ParseState::Body && phase_ != Phase::Body) {
      if (parser_.expects_continue() && buffer_.unread().empty()) {
        enter(Phase::Writing, limits.write_timeout);
        if (!co_await send_rest("HTTP/1.1 100 Continue\r\n\r\n", nullptr, 0)) co_return false;
      }
      enter(Phase::Body, limits.body_timeout);
    } else if (phase_ == Phase::Idle && !buffer_.unread().empty()) {
      enter(Phase::Head, limits.header_timeout);
    }
    if (io_.draining() && phase_ == Phase::Idle) co_return false;
    if (co_await fill()) continue;
    if (timed_out_ && phase_ != Phase::Idle) {
      co_await refuse_and_close(408, "The request did not arrive in time.");
    }
    co_return false;
  }
}

Awaitable<bool> Connection::fill() {
  const auto room = buffer_.prepare(phase_ == Phase::Body ? kBodyReadBytes : kReadBytes);
  if (!transport_.tls) {
    const auto [error, bytes] =
        co_await transport_.socket.async_read_some(asio::buffer(room.data(), room.size()), kAwait);
    buffer_.commit(bytes);
    co_return !error && !cut_;
  }
  for (;;) {
    const auto result = transport_.tls->read(room);
    if (result.kind == IoResult::Kind::Done) {
      buffer_.commit(result.bytes);
      co_return true;
    }
    if (!co_await wait_for(result.kind)) co_return false;
  }
}

void Connection::complete_request() {
  auto& request = parser_.request();
  const auto offered = request.header("X-Request-Id");
  request.request_id = is_sane_id(offered) ? std::string(offered) : io_.next_request_id();
  request.peer = peer_name_;
  request.tls = transport_.tls != nullptr;
  request.certificate = certificate_;
  request.notes = {};
  // HTTP/1.0 knows no upgrade.
  if (parser_.is_http10())
    std::erase_if(request.headers,
                  [](const Header& h) { return same_header_name(h.name, "Upgrade"); });
  arrived_ = io_.core().clock.mono();
  io_.core().requests.fetch_add(1, std::memory_order_relaxed);
}

Awaitable<bool> Connection::answer() {
  complete_request();
  const Counted in_flight(io_.core().in_flight);
  enter_untimed(Phase::Working);
  if (auto response = perform_now(io_.core(), parser_.request())) {
    tell_answered(*response, false);
    co_return co_await send(std::move(*response), keeps_alive());
  }
  if (!co_await ask_pool()) {
    auto busy = refuse(io_.core(), 503, "The server is busy; try again.", &parser_.request());
    tell_answered(busy, false);
    co_return co_await send(std::move(busy), keeps_alive());
  }
  if (!outcome_) co_return false;  // cut before a worker took it
  auto outcome = std::move(*outcome_);
  outcome_.reset();
  if (auto* response = std::get_if<Response>(&outcome)) {
    if (cut_) co_return false;
    tell_answered(*response, false);
    // Somebody on the way may take what follows for frames, whatever the answer was.
    const bool refused = response->status >= 400 && asks_for_websocket(parser_.request());
    co_return co_await send(std::move(*response), keeps_alive() && !refused);
  }
  if (auto* held = std::get_if<OpenedHold>(&outcome)) co_return co_await hold(std::move(*held));
  open_stream(std::get<OpenedStream>(std::move(outcome)));
  co_return false;
}

// False when the pool is full.
Awaitable<bool> Connection::ask_pool() {
  wakeup_.reset();
  auto job = [self = shared_from_this()]() mutable {
    auto outcome = perform(self->io_.core(), self->parser_.request(), self->io_.mailbox());
    if (auto* later = std::get_if<Later>(&outcome))
      return go_on(std::move(self), std::move(*later));
    hand_over(std::move(self), std::move(outcome));
  };
  if (!io_.core().pool->submit(std::move(job))) co_return false;
  co_await wakeup_.wait();
  co_return true;
}

// Pool thread. Moved along: the last reference must go on the connection's own thread.
void Connection::hand_over(std::shared_ptr<Connection> self, Outcome outcome) {
  self->outcome_ = std::move(outcome);
  auto& mailbox = *self->io_.mailbox();
  mailbox.post([self = std::move(self)] { self->wakeup_.raise(); });
}

// Pool thread, which is free for others until the work is done.
void Connection::go_on(std::shared_ptr<Connection> self, Later later) {
  auto& pool = *self->io_.core().pool;
  auto job = [self = std::move(self), end = std::move(later.end)]() mutable {
    auto& core = self->io_.core();
    auto response = perform_end(core, end, self->parser_.request());
    hand_over(std::move(self), std::move(response));
  };
  pool.expect();
  later.begin([&pool, job = std::move(job)]() mutable { pool.resume(std::move(job)); });
}

void Connection::tell_answered(const Response& response, bool held) {
  auto& core = io_.core();
  core.handler.answered(parser_.request(), {response.status, core.clock.mono() - arrived_,
                                            response.body ? response.body->size() : 0, held});
}

void Connection::open_stream(OpenedStream stream) {
  const bool upgraded = stream.messages != nullptr;
  Response response{upgraded ? 101 : 200, std::move(stream.headers), {}, nullptr};
  if (!upgraded) response.content_type = "text/event-stream";
  tell_answered(response, false);
  response.headers.push_back({"Cache-Control", "no-store"});
  if (!upgraded) response.headers.push_back({"X-Accel-Buffering", "no"});
  std::string head;
  append_head(head, response,
              {.date = io_.date(),
               .request_id = parser_.request().request_id,
               .keep_alive = upgraded,
               .tls = transport_.tls != nullptr,
               .open_end = true});
  auto connection = std::make_shared<StreamConnection>(io_, std::move(transport_),
                                                       std::move(ticket_), std::move(stream));
  if (cut_) return connection->cut();
  connection->start(std::move(head), buffer_.unread());
}

Awaitable<bool> Connection::hold(OpenedHold hold) {
  auto& core = io_.core();
  core.long_polls.fetch_add(1, std::memory_order_relaxed);
  // By the clock itself, not by the last tick: a client that waits 1 s must not be told at once.
  enter_untimed(Phase::Holding);
  wakeup_.reset();
  deadline_ = core.clock.mono() + std::min(hold.timeout, core.limits().long_poll);
  hold.reply->on_answer([this] { wakeup_.raise(); });
  peer_gone_ = false;
  if (!hold.reply->is_done() && !io_.draining() && !cut_) {
    watch_held_peer();
    co_await wakeup_.wait();
  }
  enter_untimed(Phase::Working);
  hold.reply->on_answer(nullptr);
  boost::system::error_code ignored;
  transport_.socket.cancel(ignored);  // the watch
  auto response = hold.reply->settle();
  core.long_polls.fetch_sub(1, std::memory_order_relaxed);
  call_guarded(core, hold.on_close);
  if (peer_gone_ || cut_) co_return false;
  if (!response) response = perform_timeout(core, hold, parser_.request());
  tell_answered(*response, true);
  co_return co_await send(std::move(*response), keeps_alive());
}

// A held request is given up when its client goes; bytes of a next request are left alone.
void Connection::watch_held_peer() {
  transport_.socket.async_wait(
      Socket::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->phase_ != Phase::Holding) return;
        const auto kind = self->transport_.peek().kind;
        if (kind == IoResult::Kind::Done) return;
        if (kind == IoResult::Kind::WantRead || kind == IoResult::Kind::WantWrite) {
          return self->watch_held_peer();
        }
        self->peer_gone_ = true;
        self->wakeup_.raise();
      });
}

Awaitable<bool> Connection::send(Response response, bool keep_alive) {
  auto& head = io_.scratch();
  head.clear();
  const auto& request = parser_.request();
  append_head(head, response,
              {.date = io_.date(),
               .request_id = request.request_id,
               .keep_alive = keep_alive,
               .http10 = parser_.is_http10(),
               .tls = transport_.tls != nullptr});
  const bool bare =
      request.method == Method::Head || response.status == 204 || response.status == 304;
  if (bare) response.body.reset();
  const std::string_view body = response.body ? *response.body : std::string_view();
  enter(Phase::Writing, io_.core().limits().write_timeout);
  const std::array parts{as_iovec(head), as_iovec(body)};
  const auto result = transport_.write(parts);
  if (result.kind == IoResult::Kind::Closed || result.kind == IoResult::Kind::Failed) {
    co_return false;
  }
  if (result.bytes < head.size() + body.size() &&
      !co_await send_rest(head, std::move(response.body), result.bytes)) {
    co_return false;
  }
  co_return keep_alive;
}

Awaitable<bool> Connection::send_rest(std::string head, SharedFrame body, std::size_t written) {
  const std::string_view tail = body ? *body : std::string_view();
  while (written < head.size() + tail.size()) {
    const auto head_done = std::min(written, head.size());
    const std::array parts{as_iovec(std::string_view(head).substr(head_done)),
                           as_iovec(tail.substr(written - head_done))};
    const auto result = transport_.write(parts);
    if (result.kind == IoResult::Kind::Done) {
      written += result.bytes;
      enter(Phase::Writing, io_.core().limits().write_timeout);
    } else if (!co_await wait_for(result.kind)) {
      transport_.close();  // nobody reads: nothing to linger for
      co_return false;
    }
  }
  co_return true;
}

Awaitable<void> Connection::refuse_and_close(int status, std::string_view why) {
  if (parser_.request().request_id.empty()) parser_.request().request_id = io_.next_request_id();
  auto response =
      refuse(io_.core(), status, why, parser_.has_head() ? &parser_.request() : nullptr);
  static_cast<void>(co_await send(std::move(response), false));
}

// Closing with unread bytes resets the connection, and the client would never see the answer: so
// say that nothing follows, and read a while.
Awaitable<void> Connection::linger() {
  enter(Phase::Lingering, kLingerTime);
  transport_.finish_writing();
  std::size_t thrown_away = 0;
  while (!io_.draining() && !cut_ && thrown_away < kLingerBytes) {
    buffer_.consume(buffer_.unread().size());
    if (!co_await fill()) break;
    thrown_away += buffer_.unread().size();
  }
  transport_.close();
}

}  // namespace hotswap::api
