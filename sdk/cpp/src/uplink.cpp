#include "uplink.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace hotswap::sdk {
namespace {

/// Above those of the program's run before, so that a heartbeat of then that arrives late is old.
std::uint64_t first_sequence() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, milliseconds));
}

/// For what it says, so that it would be for ever.
bool is_refusal(const HttpReply& reply) { return reply.status == 400 || reply.status == 422; }

}  // namespace

Uplink::Uplink(const ClientOptions& options, Session& session, const Sources& sources)
    : options_(options),
      session_(session),
      book_(sources.book),
      meter_(sources.meter),
      journal_(sources.journal),
      sequence_(first_sequence()),
      http_(tls_paths(options), options.request_timeout, [this] { return session_.stopping(); }),
      backoff_(options.backoff_min, options.backoff_max, std::random_device{}()) {}

void Uplink::run() {
  auto due = std::chrono::steady_clock::now();
  std::uint64_t pokes = 0;
  while (session_.wait_beat(due, pokes)) {
    if (std::chrono::steady_clock::now() >= due) measure();
    pokes = session_.pokes();
    const bool heard = beat();
    if (heard) backoff_.reset();
    const auto wait = heard ? session_.interval() : backoff_.next();
    due = std::chrono::steady_clock::now() + wait;
  }
}

void Uplink::measure() const {
  if (!options_.before_heartbeat) return;
  try {
    options_.before_heartbeat();
  } catch (...) {  // the program's own fault must not end our thread; documented
  }
}

void Uplink::gather() {
  if (measured_) return;
  telling_ = meter_.totals();
  measured_ = Measured{++sequence_, meter_.increments(telling_, told_), journal_.take()};
}

HttpReply Uplink::send(const Access& access, const std::map<std::string, Observation>& report) {
  const auto post = [&](const Measured* measured) {
    return http_.send({"POST", access.server + "/api/v1/instances/" + access.id + "/heartbeat",
                       access.token, write_heartbeat(report, measured, left_out_),
                       trace_.empty() ? std::string() : "traceparent: " + trace_});
  };
  const auto* measured = measured_ ? &*measured_ : nullptr;
  auto reply = post(measured);
  while (is_refusal(reply) && leaves_out_more(access, reply)) reply = post(measured);
  if (measured == nullptr || !is_refusal(reply)) return reply;
  // What was measured would be refused for ever; what is observed must not be lost with it.
  session_.failed("heartbeat to " + access.server + ": " + reply.explain());
  told_ = telling_;
  measured_.reset();
  return post(nullptr);
}

bool Uplink::leaves_out_more(const Access& access, const HttpReply& refusal) {
  bool more = false;
  for (const auto& name : read_unneeded(refusal.body)) {
    if (!left_out_.insert(name).second) continue;
    more = true;
    session_.log(LogLevel::Info, "heartbeats leave out `" + name + "` from now on: " +
                                     access.server + " runs a version that does not know it");
  }
  return more;
}

bool Uplink::beat() {
  if (auto trace = session_.take_trace(); !trace.empty()) trace_ = std::move(trace);
  const auto report = book_.report();
  gather();
  auto access = session_.access();
  for (std::size_t tried = 0; tried < session_.server_count(); ++tried) {
    const auto reply = send(access, report);
    if (session_.stopping()) return false;
    if (reply.ok()) {
      told_ = telling_;
      measured_.reset();
      trace_.clear();
      book_.heard(report);
      answered(access, reply);
      return true;
    }
    session_.failed("heartbeat to " + access.server + ": " + reply.explain());
    if (is_refusal(reply)) return true;
    if (reply.status == 404 || reply.status == 401) {
      session_.lost(access.epoch);
      return false;
    }
    if (session_.streaming()) {
      // Any node hears for all: one that drains may still send, but takes no calls any more.
      access.server = session_.server_after(access.server, {});
    } else {
      session_.rotate(access.server);
      access = session_.access();
    }
  }
  return false;
}

void Uplink::answered(const Access& access, const HttpReply& reply) {
  const auto heard = read_heard(reply.body);
  if (!heard) {
    session_.failed("heartbeat: " + heard.error());
    return;
  }
  if (heard->token) session_.renewed(access.id, *heard->token);
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
