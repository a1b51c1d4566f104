#include "hotswap/client.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "book.hpp"
#include "domain/base/assert.hpp"
#include "domain/base/mutex.hpp"
#include "downlink.hpp"
#include "lane.hpp"
#include "meter.hpp"
#include "session.hpp"
#include "state_dir.hpp"
#include "uplink.hpp"

namespace hotswap::sdk {
namespace {

bool is_address(const std::string& server) {
  const auto rest = server.starts_with("http://") ? 7U : server.starts_with("https://") ? 8U : 0U;
  return rest != 0 && server.size() > rest;
}

bool is_environment(std::string_view name) {
  return name == "Development" || name == "Staging" || name == "Production";
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::optional<std::string> complaint(const ClientOptions& options) {
  if (options.servers.empty()) return "no server is named: set ClientOptions::servers";
  for (const auto& server : options.servers) {
    if (!is_address(server)) return "'" + server + "' is no http:// or https:// address";
  }
  if (options.service.empty()) return "ClientOptions::service is empty";
  if (!is_environment(options.environment)) {
    return "ClientOptions::environment is '" + options.environment +
           "': it must be Development, Staging or Production";
  }
  if (std::ranges::any_of(options.token, is_control)) {
    return "ClientOptions::token holds a control character, maybe the end of a line: cut it off";
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    return "ClientOptions::cert_file and key_file come together";
  }
  if (options.port < 0 || options.port > 65535) return "ClientOptions::port is beyond 65535";
  if (options.backoff_min.count() < 1 || options.backoff_max < options.backoff_min) {
    return "the backoff needs 1 ms <= backoff_min <= backoff_max";
  }
  if (options.request_timeout.count() < 1 || options.stream_silence.count() < 1) {
    return "timeouts must be at least 1 ms";
  }
  if (options.heartbeat_interval && options.heartbeat_interval->count() < 1) {
    return "heartbeat_interval must be at least 1 ms";
  }
  return std::nullopt;
}

/// The program's signals are none of our threads' business; and a broken TLS connection must not
/// end the program by SIGPIPE. What a thread does to itself is: faults, abort(), profilers.
void block_signals() {
  sigset_t blocked;
  sigfillset(&blocked);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPROF}) {
    sigdelset(&blocked, own);
  }
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

/// While it lives, its thread runs the program's code for `engine`: that must not wait for itself.
class Inside {
 public:
  explicit Inside(const void* engine) : engine_(engine), outer_(std::exchange(innermost, this)) {}
  ~Inside() { innermost = outer_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  static bool is_in(const void* engine) {
    const auto* at = innermost;
    while (at != nullptr && at->engine_ != engine) at = at->outer_;
    return at != nullptr;
  }

 private:
  static constinit thread_local const Inside* innermost;

  const void* engine_;
  const Inside* outer_;
};
constinit thread_local const Inside* Inside::innermost = nullptr;

}  // namespace

class Client::Engine {
 public:
  explicit Engine(ClientOptions options)
      : options_(std::move(options)),
        state_(options_.state_dir),
        book_(options_.profile, options_.validator, options_.applier) {}
  ~Engine() {
    HS_ASSERT(!Inside::is_in(this) && "a Client must not be destroyed in one of its own callbacks");
    stop();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::expected<void, std::string> start() {
    if (auto wrong = complaint(options_)) return std::unexpected(*std::move(wrong));
    if (Inside::is_in(this)) return std::unexpected("the client was started before");
    const std::lock_guard turn(threads_);
    if (link() != nullptr) return std::unexpected("the client was started before");
    if (auto locked = state_.lock(); !locked) return locked;
    auto* const link = make_link();
    const Inside inside(this);
    link->downlink.restore();
    if (link->session.stopping()) return {};  // a callback wants it so
    link->down = thread_of([link] { link->downlink.run(); });
    link->up = thread_of([link] { link->uplink.run(); });
    return {};
  }

  /// False: it is only asked for, since the caller is one of those that would have to end.
  bool stop() {
    auto* const link = this->link();
    if (link != nullptr) {
      link->session.stop();
      if (options_.interrupt) options_.interrupt();
    }
    if (Inside::is_in(this)) return false;
    const std::lock_guard turn(threads_);
    if (link == nullptr || !link->down.joinable()) return true;
    link->down.join();
    if (link->up.joinable()) link->up.join();
    state_.unlock();
    return true;
  }

  bool leave() {
    if (!stop()) return false;
    const auto* const link = this->link();
    if (link == nullptr || !link->session.access().registered) return false;
    const auto access = link->session.access();
    Http http(tls_paths(options_), options_.request_timeout, [] { return false; });
    return http.send({"DELETE", access.server + "/api/v1/instances/" + access.id, access.token, {}})
        .ok();
  }

  [[nodiscard]] ClientStatus status() const {
    const auto* const link = this->link();
    return link != nullptr ? link->session.status() : ClientStatus{};
  }
  Book& book() { return book_; }
  Meter& meter() { return meter_; }
  Journal& journal() { return journal_; }

  std::expected<std::string, std::string> fall_back(const std::string& profile,
                                                    std::string_view reason) {
    auto* const link = this->link();
    if (link == nullptr) return std::unexpected("the client was not started");
    const Inside inside(this);
    return link->downlink.fall_back(profile, reason);
  }

 private:
  struct Link {
    explicit Link(Engine& engine)
        : session(engine.options_.servers, engine.state_.load_id().value_or(""),
                  engine.options_.log),
          lane(session),
          downlink(engine.options_, session, lane, engine.book_, engine.state_),
          uplink(engine.options_, session, lane, {engine.book_, engine.meter_, engine.journal_}) {}
    Session session;
    Lane lane;
    Downlink downlink;
    Uplink uplink;
    std::thread down;
    std::thread up;
  };

  [[nodiscard]] Link* link() const {
    const MutexLock lock(mutex_);
    return link_.get();
  }
  Link* make_link() {
    const MutexLock lock(mutex_);
    link_ = std::make_unique<Link>(*this);
    link_->session.on_interrupt([link = link_.get()] {
      link->downlink.wake(), link->uplink.wake(), link->lane.interrupt();
    });
    link_->lane.on_handed_over([link = link_.get()] { link->downlink.wake_stream(); });
    link_->session.on_token([this, link = link_.get()](const std::string& token) {
      if (auto kept = state_.save_token(token); !kept) link->session.failed(kept.error());
    });
    return link_.get();
  }
  std::thread thread_of(std::function<void()> run) {
    return std::thread([this, run = std::move(run)] {
      block_signals();
      const Inside inside(this);
      run();
    });
  }

  const ClientOptions options_;
  StateDir state_;
  Book book_;
  Meter meter_;
  Journal journal_;
  std::mutex threads_;  ///< held while they are started or joined
  mutable Mutex mutex_;
  std::unique_ptr<Link> link_ HS_GUARDED_BY(mutex_);  ///< once made, it stays
};

Client::Client(ClientOptions options) : engine_(std::make_unique<Engine>(std::move(options))) {}
Client::~Client() = default;

std::expected<void, std::string> Client::start() { return engine_->start(); }
bool Client::wait_ready(std::chrono::milliseconds timeout) {
  // Beyond what the clock can count to (and a timeout of years is none), the sum would overflow.
  constexpr std::chrono::milliseconds kLongest = std::chrono::years(1);
  const auto wait = std::clamp(timeout, std::chrono::milliseconds(0), kLongest);
  return engine_->book().wait_ready(std::chrono::steady_clock::now() + wait);
}
void Client::stop() { (void)engine_->stop(); }
bool Client::leave() { return engine_->leave(); }
Config& Client::config() { return engine_->book().config(); }
Config& Client::config(const std::string& profile) { return engine_->book().config(profile); }
void Client::record(std::chrono::nanoseconds latency, bool ok) noexcept {
  engine_->meter().record(latency, ok);
}
Gauge Client::gauge(const std::string& name) { return Gauge(engine_->meter().gauge(name)); }
void Client::report(const Traffic& traffic) { engine_->meter().add(traffic); }
void Client::log(LogLevel level, std::string_view text) { engine_->journal().add(level, text); }
std::expected<std::string, std::string> Client::fall_back(std::string_view reason) {
  return engine_->fall_back("", reason);
}
std::expected<std::string, std::string> Client::fall_back(const std::string& profile,
                                                          std::string_view reason) {
  return engine_->fall_back(profile, reason);
}
void Client::health_check(bool ok) noexcept { engine_->meter().check(ok); }
ClientStatus Client::status() const { return engine_->status(); }

}  // namespace hotswap::sdk
