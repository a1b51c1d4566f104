#include "downlink.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <random>

#include "document.hpp"
#include "domain/base/limits.hpp"

namespace hotswap::sdk {
namespace {

/// Between two looks at streams that need none of them.
constexpr std::chrono::minutes kIdle{1};
/// A stream that stood this long was a good one: the backoff begins anew.
constexpr std::chrono::seconds kStable{10};

std::string this_host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string path_of(const Access& access, std::string_view what) {
  return access.server + "/api/v1/instances/" + access.id + std::string(what);
}

}  // namespace

Downlink::Downlink(const ClientOptions& options, Session& session, Lane& lane, Book& book,
                   const StateDir& state)
    : options_(options),
      session_(session),
      lane_(lane),
      book_(book),
      state_(state),
      stream_http_(tls_paths(options), options.request_timeout,
                   [this] { return session_.stopping() || session_.access().epoch != epoch_; }),
      call_http_(tls_paths(options), options.request_timeout,
                 [this] { return session_.stopping(); }),
      backoff_(options.backoff_min, options.backoff_max, std::random_device{}()),
      move_(backoff_) {}

void Downlink::restore() {
  if (auto writable = state_.probe(); !writable) {
    session_.failed("state_dir: " + writable.error() +
                    ". Nothing will be kept; make it a folder that the program may write to");
  }
  for (const auto& profile : state_.profiles()) restore(profile);
}

void Downlink::restore(const std::string& profile) {
  const auto copy_of = [&](const std::optional<std::string>& content) -> std::optional<Copy> {
    const auto text = content ? opened(*content) : std::nullopt;
    auto copy = text ? read_copy(*text) : std::unexpected(std::string());
    if (!copy || copy->offer.identity.profile != profile) return std::nullopt;
    return *std::move(copy);
  };
  bool restored = false;
  for (const auto& text : state_.load(profile)) {
    auto copy = copy_of(text);
    if (!copy) continue;
    const auto version = copy->offer.identity.version;
    if (!book_.restore(std::move(copy->offer))) continue;
    if (copy->refused) book_.restore_refused(profile, *copy->refused);
    session_.log(LogLevel::Info, profile + ": last-known-good " + version + " from disk");
    restored = true;
    break;
  }
  if (!restored) {
    session_.failed(profile + ": no copy on disk is usable; waiting for a server");
    return;
  }
  const auto running = book_.active(profile)->identity().hash;
  auto pinned = copy_of(state_.load(profile, StateDir::Beside::Pinned));
  if (pinned && pinned->offer.identity.hash != running)
    book_.restore_pinned(std::move(pinned->offer));
  auto staged = copy_of(state_.load(profile, StateDir::Beside::Staged));
  if (staged && staged->offer.identity.hash != running)
    book_.restore_staged(std::move(staged->offer));
}

std::expected<std::string, std::string> Downlink::fall_back(const std::string& profile,
                                                            std::string_view reason) {
  const std::lock_guard turn(turn_);
  const auto name = profile.empty() ? book_.primary() : profile;
  auto version = book_.fall_back(name, reason);
  session_.poke();
  if (!version) {
    keep(name);  // that it was rejected
    return version;
  }
  session_.log(LogLevel::Warning, name + ": fell back to " + *version + ": " + std::string(reason));
  keep(name);
  return version;
}

void Downlink::run() {
  while (!session_.stopping()) {
    asked_pause_.reset();
    if (session_.access().registered || enroll()) stream();
    wait_before_retry();
  }
}

void Downlink::wait_before_retry() {
  const auto drawn = backoff_.next();
  session_.pause(asked_pause_.value_or(drawn));
  if (!session_.take_fetch() || !session_.access().registered || session_.stopping()) return;
  if (fetch()) session_.poke();
}

HttpReply Downlink::ask_to_enroll(const Access& access) {
  const auto hostname = options_.hostname.empty() ? this_host() : options_.hostname;
  const auto body = write_registration(options_, hostname, access.id);
  const auto ask = [&](const std::string& token) {
    return call_http_.send({"POST", access.server + "/api/v1/instances", token, body});
  };
  const auto bootstrap = bootstrap_token();
  auto reply = ask(bootstrap);
  if (reply.status != 401 || access.id.empty()) return reply;
  // A bootstrap token may be meant for the first start only: our own goes on from there.
  const auto own = state_.load_token();
  if (!own || *own == bootstrap) return reply;
  auto again = ask(*own);
  return again.status == 401 ? reply : again;
}

bool Downlink::enroll() {
  const auto access = session_.access();
  const auto reply = ask_to_enroll(access);
  if (!reply.ok()) {
    end_of_call(reply, access, "cannot register");
    return false;
  }
  auto registration = read_registration(reply.body);
  if (!registration) {
    session_.failed("cannot register: " + registration.error());
    session_.rotate(access.server);
    return false;
  }
  if (auto saved = state_.save_id(registration->id); !saved) session_.failed(saved.error());
  // 201: the server starts with us from nothing, maybe after a loss of its own.
  if (reply.status == 201) book_.forget_generations();
  take(std::move(registration->desired));  // first, so that the first heartbeat tells of it
  lane_.opening();  // the first heartbeat need not open a connection of its own
  session_.registered(registration->id, registration->token,
                      options_.heartbeat_interval.value_or(registration->interval));
  session_.log(LogLevel::Info, "registered as " + registration->id + " at " + access.server);
  return true;
}

std::unique_ptr<LiveStream> Downlink::open_stream(Access access, bool moved) {
  const LiveStream::Asked asked{
      .silence = options_.stream_silence,
      .moved = moved,
      .upgrade = upgrades_.worth_asking(access.server, std::chrono::steady_clock::now())};
  return std::make_unique<LiveStream>(
      stream_http_, std::move(access), asked,
      LiveStream::Events{
          .opened =
              [this] {
                session_.set_streaming(true);
                if (!next_) carry();
              },
          .frame =
              [this](const SseFrame& frame) {
                const Lane::AtWork at_work(lane_);
                return on_frame(frame);
              },
          .too_large = [this] { session_.failed("stream: an event is too large"); }});
}

void Downlink::stream() {
  const auto access = session_.access();
  if (!access.registered) return lane_.gone();  // a heartbeat has just been refused
  epoch_ = access.epoch;
  lane_.opening();
  stream_ = open_stream(access, std::exchange(moved_, false));
  if (stream_->socket() == nullptr) lane_.gone();
  while (!stream_->ended()) {
    step();
    go_on_moving();
  }
  lane_.gone();
  session_.set_streaming(false);
  next_.reset();
  const auto ended = std::exchange(stream_, nullptr);
  upgrades_.note(ended->access().server, ended->shut(), std::chrono::steady_clock::now());
  if (!session_.stopping()) stream_ended(*ended);
}

void Downlink::step() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<WebSocket*> sockets;
  for (const auto* each : {stream_.get(), next_.get()})
    if (each != nullptr && each->socket() != nullptr) sockets.push_back(each->socket());
  stream_http_.step(move_.pending() && !next_ ? move_.left(now) : kIdle, sockets);
  go_on(*stream_);
  if (next_) go_on(*next_);
  say_all();
}

void Downlink::go_on(LiveStream& stream) {
  if (!stream.go_on()) return;
  upgrades_.note(stream.access().server, stream.shut(), std::chrono::steady_clock::now());
  if (&stream == stream_.get()) lane_.gone();
}

void Downlink::carry() { stream_->socket() != nullptr ? lane_.stands() : lane_.gone(); }

void Downlink::say_all() {
  for (const auto& text : lane_.take()) {
    if (stream_->socket() == nullptr || !stream_->socket()->send(text)) return lane_.gone();
  }
}

// The old stream stays until the new one stands, so that nothing is missed and nothing waits.
void Downlink::go_on_moving() {
  const auto now = std::chrono::steady_clock::now();
  if (!next_) {
    if (!move_.is_due(now) || stream_->ended()) return;
    auto access = stream_->access();
    access.server = session_.server_after(tried_, move_.to());
    tried_ = access.server;
    next_ = open_stream(std::move(access), true);
    return;
  }
  if (next_->opened() || (stream_->ended() && !next_->ended())) {
    session_.move_to(next_->access().server);
    stream_ = std::move(next_);
    stream_->opened() ? carry() : stream_->socket() != nullptr ? lane_.opening() : lane_.gone();
    move_.done();
  } else if (next_->ended()) {
    session_.log(LogLevel::Info, "the stream stays for now, " + next_->access().server +
                                     " does not take it: " + next_->reply().explain());
    upgrades_.note(next_->access().server, next_->shut(), now);
    next_.reset();
    move_.failed(now);
  }
}

void Downlink::stream_ended(const LiveStream& ended) {
  const auto& access = ended.access();
  if (ended.stood(kStable)) backoff_.reset();
  if (move_.pending()) {  // it drains, or an older server asked; another may take us
    asked_pause_ = move_.left(std::chrono::steady_clock::now());
    session_.move_to(session_.server_after(tried_, move_.to()));
    move_.done();
    moved_ = true;
  } else if (ended.opened()) {
    const auto& why = ended.reply().error;
    session_.log(LogLevel::Warning, "stream ended" + (why.empty() ? "" : ": " + why));
    session_.rotate(access.server);
  } else {
    end_of_call(ended.reply(), access, "no stream");
  }
}

bool Downlink::has_room_for(const Identity& identity) {
  if (book_.has_room_for(identity.profile)) return true;
  session_.failed("stream: " + identity.profile.substr(0, limits::kNameBytes) +
                  " is ignored: an instance has at most " + std::to_string(Book::kProfiles) +
                  " profiles");
  return false;
}

bool Downlink::on_frame(const SseFrame& frame) {
  if (frame.event == "config" || frame.event == "stage") {
    auto offer = read_offer(frame.data);
    if (!offer) {
      session_.failed("stream: " + frame.event + ": " + offer.error());
      return false;
    }
    if (!has_room_for(offer->identity)) return true;
    const std::lock_guard turn(turn_);
    frame.event == "config" ? apply(*std::move(offer)) : stage(*std::move(offer));
  } else if (frame.event == "activate") {
    return on_activate(frame);
  } else if (frame.event == "unassign") {
    if (const auto identity = read_identity(frame.data); identity && has_room_for(*identity)) {
      const std::lock_guard turn(turn_);
      book_.unassign(*identity);
      keep(identity->profile);
    }
  } else if (frame.event == "reconnect") {
    tried_ = stream_->access().server;
    move_.asked(read_reconnect(frame.data), std::chrono::steady_clock::now());
  } else if (frame.event == "heartbeat") {
    lane_.answered(frame.data);
  } else if (frame.event == "problem") {
    const auto refusal = read_refusal(frame.data);
    lane_.refused({.status = refusal.status,
                   .body = frame.data,
                   .error = {},
                   .retry_after = refusal.retry_after});
  }
  return true;  // ping, and what a newer server may say
}

bool Downlink::on_activate(const SseFrame& frame) {
  const auto identity = read_identity(frame.data);
  if (!identity) {
    session_.failed("stream: activate: " + identity.error());
    return false;
  }
  if (!has_room_for(*identity)) return true;
  {
    const std::lock_guard turn(turn_);
    const auto span = begin(*identity, read_traceparent(frame.data), "config.apply");
    if (const auto effect = book_.activate(*identity, span.traceparent())) {
      ended(span, *effect, *identity);
      return true;
    }
  }
  session_.log(LogLevel::Info,
               identity->profile + ": " + identity->version + " is not held; fetching");
  return fetch();  // else the next stream begins with it
}

bool Downlink::fetch() {
  const auto access = session_.access();
  const auto reply = call_http_.send({"GET", path_of(access, "/configs"), access.token, {}});
  if (!reply.ok()) {
    end_of_call(reply, access, "cannot fetch configurations");
    return false;
  }
  auto desired = read_configs(reply.body);
  if (!desired) {
    session_.failed("cannot fetch configurations: " + desired.error());
    return false;
  }
  take(*std::move(desired));
  return true;
}

void Downlink::take(std::vector<Desired> desired) {
  const std::lock_guard turn(turn_);
  for (auto& each : desired) {
    if (each.active) {
      if (!has_room_for(each.active->identity)) continue;
      apply(*std::move(each.active));
    }
    if (each.staged) {
      if (!has_room_for(each.staged->identity)) continue;
      stage(*std::move(each.staged));
    }
  }
}

void Downlink::apply(Offer offer) {
  const auto identity = offer.identity;
  const auto span = begin(identity, offer.traceparent, "config.apply");
  offer.traceparent = span.traceparent();
  ended(span, book_.apply(std::move(offer)), identity);
}

void Downlink::stage(Offer offer) {
  const auto identity = offer.identity;
  const auto span = begin(identity, offer.traceparent, "config.stage");
  offer.traceparent = span.traceparent();
  ended(span, book_.stage(std::move(offer)), identity);
}

ApplySpan Downlink::begin(const Identity& identity, const std::string& traceparent,
                          const char* name) const {
  const auto access = session_.access();
  return ApplySpan({identity, traceparent, access.id}, name, options_.on_span != nullptr);
}

void Downlink::ended(const ApplySpan& span, Book::Effect effect, const Identity& identity) {
  if (effect == Book::Effect::None) return;
  const auto report = book_.report();
  const auto seen = report.find(identity.profile);
  const bool rejected = seen != report.end() && seen->second.state == State::Rejected;
  const auto ended = span.end(rejected);
  if (auto trace = span.traceparent(); !trace.empty()) session_.trace(std::move(trace));
  done(effect, identity);
  if (!ended) return;
  try {
    options_.on_span(*ended);
  } catch (...) {  // the program's own fault must not end our thread; documented
  }
}

void Downlink::done(Book::Effect effect, const Identity& identity) {
  if (effect == Book::Effect::None) return;
  session_.poke();  // first: the server waits for it, the disk does not
  if (effect == Book::Effect::Swapped)
    session_.log(LogLevel::Info, identity.profile + ": applied " + identity.version);
  keep(identity.profile);
  const auto report = book_.report();
  const auto seen = report.find(identity.profile);
  if (seen == report.end() || seen->second.state != State::Rejected) return;
  session_.failed(identity.profile + ": rejected " + identity.version + ": " + seen->second.error);
}

const StateCipher* Downlink::cipher() {
  if (!cipher_) {
    const bool own = options_.state_key_file.empty();
    auto opened = StateCipher::open_key(own ? state_.key_file() : options_.state_key_file, own);
    if (!opened) {
      session_.failed("state key: " + opened.error() + ". Copies with secrets are not kept");
      return nullptr;
    }
    cipher_.emplace(*std::move(opened));
  }
  return &*cipher_;
}

std::optional<std::string> Downlink::opened(const std::string& content) {
  if (!StateCipher::is_sealed(content)) return content;
  const auto* cipher = this->cipher();
  return cipher ? cipher->open(content) : std::nullopt;
}

/// Empty: nothing of it may go to disk.
std::string Downlink::copy_text(const Held& held, const std::optional<Observation>& refused) {
  if (!held) return {};
  auto text = write_copy(held->identity(), held->document()->root, refused);
  if (held->identity().data_hash.empty()) return text;
  const auto* cipher = options_.keep_secrets ? this->cipher() : nullptr;
  return cipher ? cipher->seal(text) : std::string();
}

void Downlink::keep(const std::string& profile) {
  if (!state_.keeps()) return;
  const auto kept = book_.kept(profile);
  const auto told = [this](const std::expected<void, std::string>& saved) {
    if (!saved) session_.failed(saved.error());
  };
  const auto text = [this](const Held& held, const std::optional<Observation>& refused) {
    return copy_text(held, refused);
  };
  if (!kept.active) return;
  // An older copy is no substitute for one that may not be kept.
  if (text(kept.active, kept.refused).empty()) return told(state_.drop(profile));
  if (kept.pinned) told(state_.save(profile, StateDir::Beside::Pinned, text(kept.pinned, {})));
  told(state_.save(profile, text(kept.active, kept.refused)));
  if (!kept.pinned) told(state_.save(profile, StateDir::Beside::Pinned, ""));
  told(state_.save(profile, StateDir::Beside::Staged, text(kept.staged, {})));
}

void Downlink::end_of_call(const HttpReply& reply, const Access& access, const std::string& what) {
  if (session_.stopping()) return;
  session_.failed(what + " at " + access.server + ": " + reply.explain() + remedy(reply, access));
  if (access.registered && (reply.status == 404 || reply.status == 401)) {
    session_.lost(access.epoch);
    return;
  }
  if (reply.retry_after) asked_pause_ = *reply.retry_after + backoff_.next();
  session_.rotate(access.server);
}

std::string Downlink::remedy(const HttpReply& reply, const Access& access) const {
  if (access.registered || (reply.status != 401 && reply.status != 403)) return {};
  const bool from_file = !options_.token_file.empty();
  return " Renew the bootstrap token" + (from_file ? " in " + options_.token_file.string() : "") +
         ".";
}

std::string Downlink::bootstrap_token() const {
  if (options_.token_file.empty()) return options_.token;
  std::ifstream in(options_.token_file);
  std::string token;
  std::getline(in, token);
  while (token.ends_with('\r')) token.pop_back();
  return token;
}

}  // namespace hotswap::sdk
