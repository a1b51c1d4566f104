#include "uplink.hpp"

#include <random>

namespace hotswap::sdk {

Uplink::Uplink(const ClientOptions& options, Session& session, Book& book, Meter& meter)
    : options_(options),
      session_(session),
      book_(book),
      meter_(meter),
      http_(options.ca_file, options.request_timeout, [this] { return session_.stopping(); }),
      backoff_(options.backoff_min, options.backoff_max, std::random_device{}()) {}

void Uplink::run() {
  auto due = std::chrono::steady_clock::now();
  std::uint64_t pokes = 0;
  while (session_.wait_beat(due, pokes)) {
    pokes = session_.pokes();
    const bool heard = beat();
    if (heard) backoff_.reset();
    const auto wait = heard ? session_.interval() : backoff_.next();
    due = std::chrono::steady_clock::now() + wait;
  }
}

bool Uplink::beat() {
  const auto report = book_.report();
  const auto totals = meter_.totals();
  const auto body = write_heartbeat(report, meter_.increments(totals, told_));
  for (std::size_t tried = 0; tried < session_.server_count(); ++tried) {
    const auto access = session_.access();
    const auto reply =
        http_.send({"POST", access.server + "/api/v1/instances/" + access.id + "/heartbeat",
                    access.token, body});
    if (session_.stopping()) return false;
    if (reply.ok()) {
      told_ = totals;
      book_.heard(report);
      answered(reply);
      return true;
    }
    session_.failed("heartbeat to " + access.server + ": " + reply.explain());
    if (reply.status == 404 || reply.status == 401) {
      session_.lost(access.epoch);
      return false;
    }
    if (reply.status == 400 || reply.status == 422) {
      told_ = totals;  // refused for what it says: the same counts again would be refused for ever
      return true;
    }
    if (!session_.streaming()) session_.rotate(access.server);
  }
  return false;
}

void Uplink::answered(const HttpReply& reply) {
  const auto heard = read_heard(reply.body);
  if (!heard) {
    session_.failed("heartbeat: " + heard.error());
    return;
  }
  if (heard->interval && !options_.heartbeat_interval) session_.set_interval(*heard->interval);
  if (heard->changed.empty()) {
    stale_since_.reset();
    return;
  }
  if (!session_.streaming()) {
    session_.want_fetch();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - stale_since_.value_or(now) >= options_.stream_silence) {
    // The stream should have brought it long ago; a new one starts with everything desired.
    stale_since_.reset();
    session_.resync();
  } else if (!stale_since_) {
    stale_since_ = now;
  }
}

}  // namespace hotswap::sdk
