#include "api/server/io_thread.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "api/server/connection.hpp"
#include "api/server/response_head.hpp"

namespace hotswap::api {

Peer::Peer(IoThread& io) : io_(io), slot_(io.peers_.size()) { io.peers_.push_back(this); }

Peer::~Peer() {
  auto& peers = io_.peers_;
  peers[slot_] = peers.back();
  peers[slot_]->slot_ = slot_;
  peers.pop_back();
}

IoThread::IoThread(ServerCore& shared, unsigned number)
    : core_(shared),
      number_(number),
      now_(shared.clock.mono()),
      date_(http_date(shared.clock.wall())) {
  mailbox_ = std::make_shared<Mailbox>(
      [this] { asio::post(context_, [box = mailbox_.get()] { box->run(); }); });
}

IoThread::~IoThread() { stop(); }

void IoThread::start() {
  arm_timer();
  thread_ = std::thread([this] { context_.run(); });
}

void IoThread::drain(DrainPlan plan) {
  asio::post(context_, [this, plan = std::move(plan)]() mutable {
    draining_ = true;
    plan_ = std::move(plan);
    each_peer(&Peer::drain);
  });
}

void IoThread::stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] {
    draining_ = true;
    stopping_ = true;
    timer_.cancel();
    each_peer(&Peer::cut);
    work_.reset();
  });
  thread_.join();
  mailbox_->close();
}

void IoThread::adopt(Socket socket, Ticket ticket) {
  if (draining_) return;
  Connection::start(*this, std::move(socket), std::move(ticket));
}

std::string IoThread::next_request_id() {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), next_id_++, 16).ptr;
  std::string id = core_.id_prefix;
  id.push_back(static_cast<char>('a' + number_ % 26));
  id.append(digits.data(), end);
  return id;
}

void IoThread::arm_timer() {
  timer_.expires_after(core_.limits().tick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_) return;
    tick();
    arm_timer();
  });
}

void IoThread::tick() {
  now_ = core_.clock.mono();
  date_ = http_date(core_.clock.wall());
  for (auto i = peers_.size(); i-- > 0;) {
    if (i < peers_.size()) peers_[i]->tick(now_);
  }
  core_.open.nudge();
}

// From the back: a peer that vanishes is replaced by one that had its turn.
void IoThread::each_peer(void (Peer::*what)()) {
  for (auto i = peers_.size(); i-- > 0;) {
    if (i < peers_.size()) (peers_[i]->*what)();
  }
}

}  // namespace hotswap::api
