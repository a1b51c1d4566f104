#include "live_stream.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"

namespace hotswap::sdk {
namespace {

constexpr std::size_t kFrameBytes = 2 * limits::kBodyBytes;

}  // namespace

LiveStream::LiveStream(Http& http, Access access, const Asked& asked, Events events)
    : http_(http),
      access_(std::move(access)),
      asked_(asked),
      events_(std::move(events)),
      parser_(kFrameBytes) {
  if (asked.upgrade)
    socket_ = http_.upgrade(request(), asked.silence, kFrameBytes, sink());
  else
    stream_ = http_.open(request(), asked.silence, sink());
}

HttpRequest LiveStream::request() const {
  return {.method = "GET",
          .url = access_.server + "/api/v1/instances/" + access_.id + "/stream",
          .token = access_.token,
          .body = {},
          .header = asked_.moved ? "HotSwap-Moved: 1" : ""};
}

StreamSink LiveStream::sink() {
  return {.opened =
              [this] {
                opened_ = std::chrono::steady_clock::now();
                events_.opened();
              },
          .bytes = [this](std::string_view bytes) { return take(bytes); }};
}

bool LiveStream::go_on() {
  if (!socket_ || socket_->shut() != WebSocket::Shut::NotUpgraded) return false;
  shut_ = WebSocket::Shut::NotUpgraded;
  socket_.reset();
  stream_ = http_.open(request(), asked_.silence, sink());
  return true;
}

bool LiveStream::take(std::string_view bytes) {
  const auto outcome = parser_.feed(bytes, events_.frame);
  if (outcome == SseParser::Outcome::TooLarge) events_.too_large();
  return outcome == SseParser::Outcome::More;
}

bool LiveStream::stood(std::chrono::seconds time) const {
  return opened_ && std::chrono::steady_clock::now() - *opened_ > time;
}

void Upgrades::note(const std::string& server, WebSocket::Shut shut, SteadyTime now) {
  if (shut == WebSocket::Shut::NotUpgraded) not_before_[server] = now + kRefused;
  if (shut == WebSocket::Shut::Unanswered) not_before_[server] = now + kUnanswered;
}

bool Upgrades::worth_asking(const std::string& server, SteadyTime now) const {
  const auto found = not_before_.find(server);
  return found == not_before_.end() || now >= found->second;
}

void Move::asked(Reconnect reconnect, SteadyTime now) {
  due_ = now + reconnect.after;
  wanted_ = std::move(reconnect);
  tries_ = 0;
  pauses_.reset();
}

void Move::failed(SteadyTime now) {
  if (!wanted_) return;
  if (!wanted_->to.empty()) wanted_->to.erase(wanted_->to.begin());
  due_ = now + pauses_.next();
  if (++tries_ >= kTries) wanted_.reset();
}

std::chrono::milliseconds Move::left(SteadyTime now) const {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due_ - now);
  return std::max(wait, std::chrono::milliseconds(0));
}

}  // namespace hotswap::sdk
