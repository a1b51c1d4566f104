#include "hotswap/client.hpp"

#include <csignal>
#include <thread>

#include "book.hpp"
#include "downlink.hpp"
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

std::optional<std::string> complaint(const ClientOptions& options) {
  if (options.servers.empty()) return "no server is named: set ClientOptions::servers";
  for (const auto& server : options.servers) {
    if (!is_address(server)) return "'" + server + "' is no http:// or https:// address";
  }
  if (options.service.empty()) return "ClientOptions::service is empty";
  if (options.environment.empty()) return "ClientOptions::environment is empty";
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
/// end the program by SIGPIPE.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

class Client::Engine {
 public:
  explicit Engine(ClientOptions options)
      : options_(std::move(options)),
        state_(options_.state_dir),
        book_(options_.profile, options_.validator, options_.applier) {}
  ~Engine() { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::expected<void, std::string> start() {
    if (link_) return std::unexpected("the client was started before");
    if (auto wrong = complaint(options_)) return std::unexpected(*std::move(wrong));
    if (auto locked = state_.lock(); !locked) return locked;
    link_ = std::make_unique<Link>(*this);
    link_->session.on_interrupt([this] { link_->downlink.wake(), link_->uplink.wake(); });
    link_->downlink.restore();
    link_->down = std::thread([this] {
      block_signals();
      link_->downlink.run();
    });
    link_->up = std::thread([this] {
      block_signals();
      link_->uplink.run();
    });
    return {};
  }

  void stop() {
    if (!link_ || !link_->down.joinable()) return;
    link_->session.stop();
    if (options_.interrupt) options_.interrupt();
    link_->down.join();
    link_->up.join();
    state_.unlock();
  }

  bool leave() {
    stop();
    if (!link_ || !link_->session.access().registered) return false;
    const auto access = link_->session.access();
    Http http(options_.ca_file, options_.request_timeout, [] { return false; });
    return http.send({"DELETE", access.server + "/api/v1/instances/" + access.id, access.token, {}})
        .ok();
  }

  [[nodiscard]] ClientStatus status() const {
    return link_ ? link_->session.status() : ClientStatus{};
  }
  Book& book() { return book_; }
  Meter& meter() { return meter_; }
  Journal& journal() { return journal_; }

  std::expected<std::string, std::string> fall_back(const std::string& profile,
                                                    std::string_view reason) {
    if (!link_) return std::unexpected("the client was not started");
    return link_->downlink.fall_back(profile, reason);
  }

 private:
  struct Link {
    explicit Link(Engine& engine)
        : session(engine.options_.servers, engine.state_.load_id().value_or(""),
                  engine.options_.log),
          downlink(engine.options_, session, engine.book_, engine.state_),
          uplink(engine.options_, session, {engine.book_, engine.meter_, engine.journal_}) {}
    Session session;
    Downlink downlink;
    Uplink uplink;
    std::thread down;
    std::thread up;
  };

  const ClientOptions options_;
  StateDir state_;
  Book book_;
  Meter meter_;
  Journal journal_;
  std::unique_ptr<Link> link_;
};

Client::Client(ClientOptions options) : engine_(std::make_unique<Engine>(std::move(options))) {}
Client::~Client() = default;

std::expected<void, std::string> Client::start() { return engine_->start(); }
bool Client::wait_ready(std::chrono::milliseconds timeout) {
  return engine_->book().wait_ready(std::chrono::steady_clock::now() + timeout);
}
void Client::stop() { engine_->stop(); }
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
