#include "uplink.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace hotswap::sdk {
namespace {

using namespace std::chrono_literals;

/// Above those of the program's run before, so that a heartbeat of then that arrives late is old.
std::uint64_t first_sequence() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, milliseconds));
}

/// For what it says, so that it would be for ever.
bool is_refusal(const HttpReply& reply) { return reply.status == 400 || reply.status == 422; }

}  // namespace

Uplink::Uplink(const ClientOptions& options, Session& session, Lane& lane, const Sources& sources)
    : options_(options),
      session_(session),
      lane_(lane),
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
    const bool regular = std::chrono::steady_clock::now() >= due;
    if (regular) measure();
    pokes = session_.pokes();
    if (const auto wait = refused_wait()) {
      due = std::chrono::steady_clock::now() + *wait;
      continue;
    }
    if (!regular && acknowledged()) continue;
    lane_.wait_opening();
    asked_pause_.reset();
    const bool heard = beat();
    if (heard) backoff_.reset();
    const auto wait =
        heard ? session_.interval() : std::max(backoff_.next(), asked_pause_.value_or(0ms));
    due = std::chrono::steady_clock::now() + wait;
  }
}

bool Uplink::acknowledged() {
  if (lane_.take_doubt()) whole_ = true;
  if (whole_ || session_.access().epoch != said_epoch_ || !lane_.carries()) return false;
  auto report = book_.report();
  auto news = report;
  std::erase_if(news, [&](const auto& each) {
    const auto said = said_.find(each.first);
    return said != said_.end() && said->second == each.second;
  });
  if (news.empty()) return true;
  // What was measured and logged until then helps whoever looks for the cause.
  if (std::ranges::any_of(news,
                          [](const auto& each) { return each.second.state == State::Rejected; }))
    return false;
  if (auto trace = session_.take_trace(); !trace.empty()) trace_ = std::move(trace);
  if (!lane_.tell(write_acknowledgement(news, {left_out_, trace_}))) return false;
  trace_.clear();
  said_ = std::move(report);
  return true;
}

std::optional<std::chrono::milliseconds> Uplink::refused_wait() {
  const auto refusal = lane_.take_refusal();
  if (!refusal) return std::nullopt;
  whole_ = true;
  const auto access = session_.access();
  if (access.epoch != said_epoch_) return 0ms;  // of a connection before
  session_.failed("acknowledgement to " + access.server + ": " + refusal->explain());
  if (refusal->status == 404 || refusal->status == 401) session_.lost(access.epoch);
  if (!is_refusal(*refusal)) return std::max(backoff_.next(), refusal->retry_after.value_or(0ms));
  (void)leaves_out_more(access, *refusal);
  return 0ms;
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
  const auto* measured = measured_ ? &*measured_ : nullptr;
  auto reply = say(access, report, measured);
  while (is_refusal(reply) && leaves_out_more(access, reply)) reply = say(access, report, measured);
  if (measured == nullptr || !is_refusal(reply)) return reply;
  // What was measured would be refused for ever; what is observed must not be lost with it.
  session_.failed("heartbeat to " + access.server + ": " + reply.explain());
  told_ = telling_;
  measured_.reset();
  return say(access, report, nullptr);
}

HttpReply Uplink::say(const Access& access, const std::map<std::string, Observation>& report,
                      const Measured* measured) {
  // A second time if the stream has moved meanwhile.
  for (int i = 0; i < 2 && !by_request_ && lane_.carries(); ++i) {
    auto text = write_heartbeat(report, measured, {left_out_, trace_});
    if (auto reply = lane_.ask(std::move(text), options_.request_timeout)) return *std::move(reply);
  }
  return http_.send({"POST", access.server + "/api/v1/instances/" + access.id + "/heartbeat",
                     access.token, write_heartbeat(report, measured, {left_out_}),
                     trace_.empty() ? std::string() : "traceparent: " + trace_});
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
  by_request_ = false;
  for (std::size_t tried = 0; tried < session_.server_count(); ++tried) {
    const auto reply = send(access, report);
    if (session_.stopping()) return false;
    if (reply.ok()) {
      was_told(access, report);
      answered(access, reply);
      return true;
    }
    by_request_ = true;
    asked_pause_ = reply.retry_after;
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

void Uplink::was_told(const Access& access, std::map<std::string, Observation> report) {
  told_ = telling_;
  measured_.reset();
  trace_.clear();
  book_.heard(report);
  for (auto& [name, seen] : report)
    if (seen.state == State::Applied) seen.state = State::Running;  // as the book has it now
  said_ = std::move(report);
  said_epoch_ = access.epoch;
  whole_ = false;
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
