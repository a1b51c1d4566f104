#include "api/server/http_server.hpp"

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>
#include <vector>

#include "api/server/asio.hpp"
#include "api/server/core.hpp"
#include "api/server/io_thread.hpp"
#include "api/server/outcome.hpp"
#include "api/server/response_head.hpp"
#include "api/server/transport.hpp"

namespace hotswap::api {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // when the process is out of descriptors

unsigned io_thread_count(int wanted) {
  if (wanted > 0) return static_cast<unsigned>(wanted);
  return std::max(1U, std::thread::hardware_concurrency() / 2);
}

std::unexpected<Error> bind_error(const std::string& address, std::uint16_t port,
                                  const boost::system::error_code& error) {
  auto place = address + ":" + std::to_string(port);
  return fail(ErrorCode::Unavailable, "server.bind",
              "Cannot listen on " + place + ": " + error.message() + ".");
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, Handler& handler, const Clock& clock, Random& random)
      : core_(std::move(options), handler, clock, random) {}

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<std::uint16_t> start();
  void stop_accepting();
  void drain(const DrainPlan& plan);
  void stop();
  ServerStats stats() const;
  [[nodiscard]] bool has_tls() const { return core_.options.tls.has_value(); }
  [[nodiscard]] WallTime now() const { return core_.clock.wall(); }
  TlsSlot& tls() { return core_.tls; }

 private:
  Result<std::uint16_t> listen();
  Awaitable<void> accept_loop();
  Awaitable<void> pause_accepting(std::string why);
  void admit(IoThread& target, Socket socket);
  void turn_away(Socket socket);
  [[nodiscard]] std::string counted_address(const Socket& socket) const;

  ServerCore core_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::unique_ptr<Acceptor> acceptor_;
  std::atomic<bool> accepting_ = false;
  std::size_t next_ = 0;
  bool full_ = false;
  std::string crowded_;  ///< address that was turned away last
};

Result<std::uint16_t> HttpServer::Impl::start() {
  ::signal(SIGPIPE, SIG_IGN);
  if (core_.options.tls) {
    if (auto opened = core_.tls.open(*core_.options.tls, core_.clock.wall()); !opened)
      return std::unexpected(std::move(opened.error()));
  }
  core_.id_prefix = core_.random.guid().substr(0, 8) + "-";
  const auto count = io_thread_count(core_.options.io_threads);
  for (unsigned i = 0; i < count; ++i) threads_.push_back(std::make_unique<IoThread>(core_, i));
  auto port = listen();
  if (!port) return port;
  core_.pool = std::make_unique<WorkerPool>(core_.options.workers, core_.limits().worker_queue);
  accepting_ = true;
  asio::co_spawn(threads_.front()->context(), accept_loop(), asio::detached);
  for (auto& thread : threads_) thread->start();
  return port;
}

Result<std::uint16_t> HttpServer::Impl::listen() {
  const auto& options = core_.options;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail(ErrorCode::Invalid, "server.address",
                "The address " + options.address + " is not a numeric IPv4 or IPv6 address.");
  }
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  acceptor_ = std::make_unique<Acceptor>(threads_.front()->context());
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (error) return bind_error(options.address, options.port, error);
  const auto local = acceptor_->local_endpoint(error);
  if (error) return bind_error(options.address, options.port, error);
  return local.port();
}

Awaitable<void> HttpServer::Impl::accept_loop() {
  while (acceptor_->is_open()) {
    auto& target = *threads_[next_++ % threads_.size()];
    auto [error, socket] = co_await acceptor_->async_accept(target.context(), kAwait);
    if (!error) {
      admit(target, std::move(socket));
    } else if (acceptor_->is_open()) {
      co_await pause_accepting(error.message());
    }
  }
}

// Out of descriptors or memory: accepting again at once would spin.
Awaitable<void> HttpServer::Impl::pause_accepting(std::string why) {
  core_.warn("accept failed: " + why);
  Timer timer(threads_.front()->context(), kAcceptPause);
  co_await timer.async_wait(kAwait);
}

void HttpServer::Impl::admit(IoThread& target, Socket socket) {
  if (core_.open.value() >= core_.limits().connections) {
    if (!std::exchange(full_, true)) core_.warn("connection limit reached: turning clients away");
    return turn_away(std::move(socket));
  }
  full_ = false;
  auto address = counted_address(socket);
  if (!address.empty() && !core_.addresses.add(address, core_.limits().address_connections)) {
    if (std::exchange(crowded_, address) != address)
      core_.warn("an address has too many connections: turning away " + address);
    return turn_away(std::move(socket));
  }
  asio::post(target.context(),
             [&target, socket = std::move(socket),
              ticket = Ticket(core_.open, core_.addresses, std::move(address))]() mutable {
               target.adopt(std::move(socket), std::move(ticket));
             });
}

// Empty: not counted.
std::string HttpServer::Impl::counted_address(const Socket& socket) const {
  if (core_.limits().address_connections == 0) return {};
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  auto address = endpoint.address().to_string();
  const auto& counts = core_.options.counts_address;
  return !counts || counts(address) ? address : std::string();
}

// One non-blocking attempt to say why; TLS clients see the connection close.
void HttpServer::Impl::turn_away(Socket socket) {
  if (core_.options.tls) return;
  const auto response = refuse(core_, 503, "Too many connections; try again.", nullptr);
  std::string text;
  append_head(text, response, {.date = http_date(core_.clock.wall())});
  if (response.body) text += *response.body;
  Transport transport{std::move(socket), nullptr};
  const auto part = as_iovec(text);
  static_cast<void>(transport.write({&part, 1}));
  transport.finish_writing();
}

void HttpServer::Impl::stop_accepting() {
  if (!accepting_.exchange(false)) return;
  asio::post(threads_.front()->context(), [this] {
    boost::system::error_code ignored;
    acceptor_->close(ignored);
  });
}

void HttpServer::Impl::drain(const DrainPlan& plan) {
  if (!core_.pool) return;
  stop_accepting();
  for (auto& thread : threads_) thread->drain(plan);
  const auto deadline = core_.clock.mono() + core_.limits().drain;
  core_.open.wait_for_none([&] { return core_.clock.mono() >= deadline; });
  stop();
}

void HttpServer::Impl::stop() {
  if (!core_.pool) return;
  stop_accepting();
  core_.pool->stop();
  for (auto& thread : threads_) thread->stop();
}

ServerStats HttpServer::Impl::stats() const {
  return {.connections = core_.open.value(),
          .streams = core_.streams.load(std::memory_order_relaxed),
          .long_polls = core_.long_polls.load(std::memory_order_relaxed),
          .in_flight = core_.in_flight.load(std::memory_order_relaxed),
          .queued = core_.pool ? core_.pool->queued() : 0,
          .requests = core_.requests.load(std::memory_order_relaxed),
          .refused = core_.refused.load(std::memory_order_relaxed)};
}

HttpServer::HttpServer(ServerOptions options, Handler& handler, const Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(options), handler, clock, random)) {}
HttpServer::~HttpServer() = default;
Result<std::uint16_t> HttpServer::start() { return impl_->start(); }
void HttpServer::stop_accepting() { impl_->stop_accepting(); }
void HttpServer::drain(const DrainPlan& plan) { impl_->drain(plan); }
Result<bool> HttpServer::refresh_tls(bool force) {
  if (!impl_->has_tls()) return false;
  return impl_->tls().refresh(impl_->now(), force);
}
void HttpServer::rotate_tickets() { impl_->tls().rotate_tickets(); }
std::optional<CertificateDates> HttpServer::certificate() const {
  const auto context = impl_->tls().get();
  if (!context) return std::nullopt;
  return CertificateDates{context->not_before(), context->not_after()};
}
ServerStats HttpServer::stats() const { return impl_->stats(); }

}  // namespace hotswap::api
