#include "api/server/stream_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/server/frame_parts.hpp"
#include "api/server/websocket.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kReadBytes = 16384;
constexpr int kReadsAtOnce = 16;                       // of a peer that talks and talks
constexpr std::chrono::milliseconds kCloseTime{3000};  // until the peer has closed, too
constexpr std::uint32_t kCloseBytes = 4 << 20;         // thrown away until then, at most

const SharedFrame& ping_frame() {
  static const auto frame = std::make_shared<const std::string>("event: ping\ndata: {}\n\n");
  return frame;
}

}  // namespace

/// What a WebSocket has beside the stream.
struct StreamConnection::Upward {
  explicit Upward(std::shared_ptr<MessageTaker> to, std::size_t limit)
      : taker(std::move(to)), reader(limit) {}

  const std::shared_ptr<MessageTaker> taker;
  ws::MessageReader reader;
  MonoTime due = MonoTime::max();  ///< for the rest of a message; for the end, while closing
  std::uint32_t thrown_away = 0;   ///< bytes that came while closing
  bool busy : 1 = false;           ///< a message is with the pool
  bool paused : 1 = false;         ///< not read, since the peer does not read either
  bool closing : 1 = false;        ///< a close frame is on its way or out
  bool peer_closed : 1 = false;    ///< the peer has sent one
  bool said_all : 1 = false;       ///< the close frame is out
  bool half_closed : 1 = false;    ///< and so is the end of what is written
  bool deaf : 1 = false;           ///< what still comes is no frame
};

StreamConnection::StreamConnection(IoThread& io, Transport transport, Ticket ticket,
                                   OpenedStream stream)
    : Peer(io),
      transport_(std::move(transport)),
      ticket_(std::move(ticket)),
      queue_(std::move(stream.queue)),
      on_close_(std::move(stream.on_close)),
      next_ping_(io.now() + io.core().limits().stream_ping),
      last_progress_(io.now()) {
  if (stream.messages)
    upward_ = std::make_unique<Upward>(std::move(stream.messages), io.core().limits().body_bytes);
  io.core().streams.fetch_add(1, std::memory_order_relaxed);
}

StreamConnection::~StreamConnection() {
  io_.core().streams.fetch_sub(1, std::memory_order_relaxed);
}

MessageTaker& StreamConnection::taker() const { return *upward_->taker; }

void StreamConnection::start(std::string head, std::string_view early) {
  in_flight_.push_back({std::make_shared<const std::string>(std::move(head)), true});
  queue_->attach([this] { pump(); });
  if (upward_) {
    upward_->reader.keep(early);
    read_on();
  } else {
    watch_peer();
  }
  if (io_.draining()) drain();
  pump();
}

void StreamConnection::tick(MonoTime now) {
  if (finished_) return;
  if (upward_ && !upward_->busy && now >= upward_->due) {
    if (upward_->closing) return finish();
    return close_with(ws::close_code::kPolicy, "The message did not arrive in time.");
  }
  // Not at once: a proxy may take it for the end of both ways, with the close frame in its hands.
  if (upward_ && upward_->said_all && !upward_->half_closed) {
    transport_.finish_writing();
    upward_->half_closed = true;
  }
  if (stays_until_ && now >= *stays_until_) queue_->close({});
  if (blocked_) {
    if (now - last_progress_ >= io_.core().limits().write_timeout) finish();
    return;
  }
  if (now < next_ping_ || (upward_ && upward_->closing)) return;
  next_ping_ = now + io_.core().limits().stream_ping;
  in_flight_.push_back({ping_frame()});
  pump();
}

// Whoever understands the hint opens a stream elsewhere first and closes this one then.
void StreamConnection::drain() {
  const DrainPlan& plan = io_.drain_plan();
  const auto spread = static_cast<std::uint64_t>(std::max<std::int64_t>(1, plan.jitter.count()));
  const std::chrono::milliseconds after(io_.core().random.below(spread));
  std::string frame = reconnect_frame(after, plan.to);
  if (plan.linger == plan.linger.zero()) return queue_->close(std::move(frame));
  queue_->push("reconnect", std::make_shared<const std::string>(std::move(frame)));
  stays_until_ = io_.core().clock.mono() + after + plan.linger;
}

void StreamConnection::watch_peer() {
  transport_.socket.async_wait(Socket::wait_read,
                               [self = shared_from_this()](const boost::system::error_code& error) {
                                 if (error || self->finished_) return;
                                 self->on_readable();
                               });
}

// Its end ends the stream. What the client of an event stream sends is thrown away.
void StreamConnection::on_readable() {
  if (upward_ && blocked_ && !upward_->closing) {
    upward_->paused = true;
    return;
  }
  std::array<char, kReadBytes> bytes;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const auto result = transport_.read(bytes);
    if (result.kind == IoResult::Kind::Closed || result.kind == IoResult::Kind::Failed) {
      return finish();
    }
    if (result.kind != IoResult::Kind::Done) break;
    if (upward_ && !hear(std::span(bytes).first(result.bytes))) return;
    // Without TLS nothing lies in between: what is left, or comes, wakes the next wait.
    if (!transport_.tls && result.bytes < bytes.size()) break;
  }
  watch_peer();
}

// First what came along with the last message, then what TLS holds already.
void StreamConnection::read_on() {
  if (!hear({})) return;
  if (transport_.tls) return on_readable();
  watch_peer();
}

// False if nothing is to be read for now.
bool StreamConnection::hear(std::span<char> bytes) {
  auto& up = *upward_;
  if (up.closing) return hear_the_end(bytes);
  const auto self = shared_from_this();
  std::optional<std::string> ping;  // the newest will do
  for (;;) {
    const auto heard = up.reader.next(bytes);
    using enum ws::Heard::Kind;
    if (heard.kind == Skipped) continue;
    if (heard.kind == Nothing) break;
    if (heard.kind == Ping) {
      ping = heard.text;
    } else if (heard.kind == Message) {
      io_.messages().add(self, heard.text);
      up.busy = true;
      up.reader.keep(bytes);
      break;
    } else if (heard.kind == Close) {
      return heard_close(heard.code);
    } else {
      up.deaf = true;
      close_with(heard.code, heard.text);
      return !finished_;
    }
  }
  const bool waits = !up.busy && up.reader.incomplete();
  if (!waits) {
    up.due = MonoTime::max();
  } else if (up.due == MonoTime::max()) {
    up.due = io_.now() + io_.core().limits().body_timeout;
  }
  if (ping) send_raw(ws::control_frame(ws::Opcode::Pong, *ping));
  return !up.busy && !finished_;
}

// While closing: the peer's own close ends it, everything else is thrown away.
bool StreamConnection::hear_the_end(std::span<char> bytes) {
  auto& up = *upward_;
  up.thrown_away += static_cast<std::uint32_t>(bytes.size());
  if (up.thrown_away > kCloseBytes) finish();
  while (!finished_ && !up.deaf) {
    const auto heard = up.reader.next(bytes);
    if (heard.kind == ws::Heard::Kind::Nothing) break;
    if (heard.kind == ws::Heard::Kind::Refused) up.deaf = true;
    if (heard.kind == ws::Heard::Kind::Close) {
      up.peer_closed = up.deaf = true;
      if (up.said_all) finish();
    }
  }
  return !finished_;
}

bool StreamConnection::heard_close(std::uint16_t code) {
  upward_->peer_closed = true;
  close_with(code, {});
  return !finished_;
}

void StreamConnection::answered(MessageAnswer answer) {
  auto& up = *upward_;
  up.busy = false;
  if (finished_) return;
  const auto self = shared_from_this();
  if (!up.closing) {
    if (answer.frame) in_flight_.push_back({std::move(answer.frame)});
    if (answer.close != 0) {
      close_with(answer.close, {});
    } else if (!in_flight_.empty()) {
      pump();
    }
  }
  if (!finished_) read_on();
}

void StreamConnection::send_raw(std::string bytes) {
  in_flight_.push_back({std::make_shared<const std::string>(std::move(bytes)), true});
  pump();
}

// Behind what is being written. The peer closes, too, or is cut off.
void StreamConnection::close_with(std::uint16_t code, std::string_view why) {
  if (upward_->closing) return;
  upward_->closing = true;
  upward_->due = io_.now() + kCloseTime;
  end_stream();
  send_raw(ws::close_frame(code, why));
}

void StreamConnection::end_stream() {
  queue_->detach();
  call_guarded(io_.core(), std::exchange(on_close_, nullptr));
}

void StreamConnection::pump() {
  const auto self = shared_from_this();
  while (!blocked_ && !finished_ && refill()) {
    const auto result = write_some();
    switch (result.kind) {
      case IoResult::Kind::Done:
        last_progress_ = io_.now();
        drop_written(result.bytes);
        break;
      case IoResult::Kind::WantRead:
      case IoResult::Kind::WantWrite:
        wait_until_writable(result.kind);
        break;
      case IoResult::Kind::Closed:
      case IoResult::Kind::Failed:
        finish();
        break;
    }
  }
  if (!blocked_ && !finished_ && queue_->is_finished()) over();
}

// Everything is out.
void StreamConnection::over() {
  if (!upward_ || upward_->peer_closed) return finish();
  if (upward_->closing) {
    upward_->said_all = true;  // the peer closes, or hears at the next tick that nothing follows
    return;
  }
  close_with(io_.draining() ? ws::close_code::kGoingAway : ws::close_code::kNormal, {});
}

bool StreamConnection::refill() {
  if (!in_flight_.empty()) return true;
  in_flight_ = {};  // an idle stream keeps no memory
  return queue_->take(in_flight_, kGather);
}

IoResult StreamConnection::write_some() {
  FrameParts<kGather> parts(written_, upward_ != nullptr);
  for (const auto& out : in_flight_)
    if (!parts.add(out)) break;
  return transport_.write(parts.get());
}

std::size_t StreamConnection::size_of(const Outgoing& out) const {
  if (!upward_ || out.raw) return out.bytes->size();
  return ws::frame_head(ws::Opcode::Text, out.bytes->size()).size + out.bytes->size();
}

void StreamConnection::drop_written(std::size_t bytes) {
  written_ += bytes;
  auto first = in_flight_.begin();
  while (first != in_flight_.end() && written_ >= size_of(*first)) {
    written_ -= size_of(*first);
    ++first;
  }
  in_flight_.erase(in_flight_.begin(), first);
}

void StreamConnection::wait_until_writable(IoResult::Kind what) {
  if (!std::exchange(blocked_, true)) last_progress_ = io_.now();
  const auto direction = what == IoResult::Kind::WantRead ? Socket::wait_read : Socket::wait_write;
  transport_.socket.async_wait(direction,
                               [self = shared_from_this()](const boost::system::error_code& error) {
                                 self->blocked_ = false;
                                 if (error || self->finished_) return;
                                 self->pump();
                                 const bool paused = self->upward_ && self->upward_->paused;
                                 if (!paused || self->blocked_ || self->finished_) return;
                                 self->upward_->paused = false;
                                 self->on_readable();
                               });
}

void StreamConnection::finish() {
  if (std::exchange(finished_, true)) return;
  end_stream();
  in_flight_ = {};
  transport_.finish_writing();
  transport_.close();
}

}  // namespace hotswap::api
