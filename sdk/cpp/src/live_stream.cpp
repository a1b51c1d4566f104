#include "live_stream.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"

namespace hotswap::sdk {
namespace {

constexpr std::size_t kFrameBytes = 2 * limits::kBodyBytes;

}  // namespace

LiveStream::LiveStream(Http& http, Access access, std::chrono::milliseconds silence, bool moved,
                       Events events)
    : access_(std::move(access)), events_(std::move(events)), parser_(kFrameBytes) {
  stream_ = http.open({.method = "GET",
                       .url = access_.server + "/api/v1/instances/" + access_.id + "/stream",
                       .token = access_.token,
                       .body = {},
                       .header = moved ? "HotSwap-Moved: 1" : ""},
                      silence,
                      {.opened =
                           [this] {
                             opened_ = std::chrono::steady_clock::now();
                             events_.opened();
                           },
                       .bytes = [this](std::string_view bytes) { return take(bytes); }});
}

bool LiveStream::take(std::string_view bytes) {
  const auto outcome = parser_.feed(bytes, events_.frame);
  if (outcome == SseParser::Outcome::TooLarge) events_.too_large();
  return outcome == SseParser::Outcome::More;
}

bool LiveStream::stood(std::chrono::seconds time) const {
  return opened_ && std::chrono::steady_clock::now() - *opened_ > time;
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
