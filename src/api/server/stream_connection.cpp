#include "api/server/stream_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hotswap::api {
namespace {

constexpr std::size_t kGather = 64;  // frames in one write
constexpr int kReadsAtOnce = 16;     // of a peer that talks into its own stream

const SharedFrame& ping_frame() {
  static const auto frame = std::make_shared<const std::string>("event: ping\ndata: {}\n\n");
  return frame;
}

}  // namespace

StreamConnection::StreamConnection(IoThread& io, Transport transport, Ticket ticket,
                                   OpenedStream stream)
    : Peer(io),
      transport_(std::move(transport)),
      ticket_(std::move(ticket)),
      queue_(std::move(stream.queue)),
      on_close_(std::move(stream.on_close)),
      next_ping_(io.now() + io.core().limits().stream_ping),
      last_progress_(io.now()) {
  io.core().streams.fetch_add(1, std::memory_order_relaxed);
}

StreamConnection::~StreamConnection() {
  io_.core().streams.fetch_sub(1, std::memory_order_relaxed);
}

void StreamConnection::start(std::string head) {
  in_flight_.push_back(std::make_shared<const std::string>(std::move(head)));
  queue_->attach([this] { pump(); });
  watch_peer();
  if (io_.draining()) drain();
  pump();
}

void StreamConnection::tick(MonoTime now) {
  if (finished_) return;
  if (stays_until_ && now >= *stays_until_) queue_->close({});
  if (blocked_) {
    if (now - last_progress_ >= io_.core().limits().write_timeout) finish();
    return;
  }
  if (now < next_ping_) return;
  next_ping_ = now + io_.core().limits().stream_ping;
  in_flight_.push_back(ping_frame());
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

// A stream's client has nothing to say: what it sends is thrown away; its end ends the stream.
void StreamConnection::on_readable() {
  std::array<char, 512> ignored;
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const auto result = transport_.read(ignored);
    if (result.kind == IoResult::Kind::Closed || result.kind == IoResult::Kind::Failed) {
      return finish();
    }
    if (result.kind != IoResult::Kind::Done) break;
  }
  watch_peer();
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
  if (!blocked_ && !finished_ && queue_->is_finished()) finish();
}

bool StreamConnection::refill() {
  if (!in_flight_.empty()) return true;
  in_flight_ = {};  // an idle stream keeps no memory
  return queue_->take(in_flight_, kGather);
}

IoResult StreamConnection::write_some() {
  std::array<iovec, kGather> parts;
  std::size_t count = 0;
  for (const auto& frame : in_flight_) {
    if (count == parts.size()) break;
    const auto done = count == 0 ? written_ : 0;
    parts[count++] = as_iovec(std::string_view(*frame).substr(done));
  }
  return transport_.write(std::span(parts.data(), count));
}

void StreamConnection::drop_written(std::size_t bytes) {
  written_ += bytes;
  auto first = in_flight_.begin();
  while (first != in_flight_.end() && written_ >= (*first)->size()) {
    written_ -= (*first)->size();
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
                                 if (!error && !self->finished_) self->pump();
                               });
}

void StreamConnection::finish() {
  if (std::exchange(finished_, true)) return;
  queue_->detach();
  in_flight_ = {};
  transport_.finish_writing();
  transport_.close();
  call_guarded(io_.core(), on_close_);
  on_close_ = nullptr;
}

}  // namespace hotswap::api
