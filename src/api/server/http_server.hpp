#pragma once
// An HTTP/1.1 server, plain or with TLS 1.2+: keep-alive, pipelining, server-sent events, long
// polls, every size and time bounded by limits.hpp. One io_context per io thread; a connection
// stays on its thread. Blocking work runs on a bounded pool; a full pool is answered 503 at once.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/server/handler.hpp"
#include "api/server/reconnect.hpp"
#include "domain/base/error.hpp"
#include "domain/base/limits.hpp"
#include "domain/base/time.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/random.hpp"

namespace hotswap::api {

/// PEM files: the certificate with its chain, and its private key.
struct TlsFiles {
  std::string certificate;
  std::string key;
  /// Of clients' certificates; empty: they are not asked for any.
  std::string client_authorities{};
  bool client_required = false;  ///< who has none is turned away in the handshake
};

/// Bounds of one server. The defaults are the product's limits; tests make them small.
struct ServerLimits {
  std::size_t header_bytes = limits::kHeaderBytes;
  std::size_t target_bytes = 8 << 10;
  std::size_t body_bytes = limits::kBodyBytes;
  std::size_t connections = limits::kConnections;
  std::size_t address_connections = 0;  ///< open ones of one address; 0: no limit
  std::size_t worker_queue = limits::kWorkerQueue;
  std::size_t stream_queue = limits::kEventBacklog;  ///< frames waiting in one stream
  std::chrono::milliseconds header_timeout = limits::kHeaderTimeout;
  std::chrono::milliseconds body_timeout = limits::kBodyTimeout;
  std::chrono::milliseconds write_timeout = limits::kWriteTimeout;
  std::chrono::milliseconds idle_timeout = limits::kIdleTimeout;
  std::chrono::milliseconds handshake_timeout = limits::kTlsHandshakeTimeout;
  std::chrono::milliseconds stream_ping = limits::kStreamPing;
  std::chrono::milliseconds long_poll = limits::kLongPollMax;
  std::chrono::milliseconds drain = limits::kDrain;
  std::chrono::milliseconds tick{500};  ///< how often deadlines are looked at
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6 address
  std::uint16_t port = 0;             ///< 0 picks a free one
  int io_threads = 0;                 ///< 0: half of the cores, at least one
  int workers = 4;                    ///< threads of the pool
  std::optional<TlsFiles> tls;        ///< unset: plain HTTP
  ServerLimits limits;
  /// Whether the connections of this address are limited: not those of a proxy, behind which many
  /// stand. Empty: all are.
  std::function<bool(const std::string& address)> counts_address;
  /// Told about what an operator should know: refused connections, failing accepts, exceptions of
  /// the handler. Called from any thread; may be empty.
  std::function<void(std::string_view)> on_warning;
};

/// A moment's figures, for metrics.
struct ServerStats {
  std::size_t connections = 0;  ///< open, streams included
  std::size_t streams = 0;      ///< open event streams
  std::size_t long_polls = 0;   ///< requests held
  std::size_t in_flight = 0;    ///< requests that arrived and are not answered, held ones included
  std::size_t queued = 0;       ///< requests waiting for the pool
  std::uint64_t requests = 0;   ///< read completely since the start
  std::uint64_t refused = 0;    ///< refused by the transport since the start
};

/// When a certificate is valid.
struct CertificateDates {
  WallTime not_before{};
  WallTime not_after{};
};

/// The server. start, drain and the destructor belong to one controlling thread; stats and
/// stop_accepting may be called from any.
class HttpServer {
 public:
  /// The handler, clock (deadlines, Date) and random (ids, jitter) must outlive the server.
  HttpServer(ServerOptions options, Handler& handler, const Clock& clock, Random& random);
  /// Stops at once: open connections are cut.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds, listens and returns the port. Errors: Invalid `server.address`, `server.tls` (files
  /// unreadable or not a pair), Unavailable `server.bind`. Ignores SIGPIPE for the process, because
  /// OpenSSL writes straight to the socket. Call once.
  [[nodiscard]] Result<std::uint16_t> start();

  /// Closes the listening socket; open connections live on.
  void stop_accepting();

  /// Stops gracefully and returns when done, after limits.drain at the latest: stops accepting,
  /// finishes requests in flight, closes idle connections, answers long polls by their on_timeout,
  /// sends each stream away with `event: reconnect` and `{"afterMs":N}`, N uniform in [0, jitter).
  void drain(const DrainPlan& plan);

  [[nodiscard]] ServerStats stats() const;

  /// Takes the certificate's files again if they changed, or if `force`; open connections keep what
  /// they began with. True if a new pair is in use; on an error (Invalid `server.tls`) the old one
  /// stays. False without TLS. Any thread.
  [[nodiscard]] Result<bool> refresh_tls(bool force);
  /// Session tickets are sealed with a fresh key from now on. Any thread.
  void rotate_tickets();
  /// Of the certificate in use; nothing without TLS.
  [[nodiscard]] std::optional<CertificateDates> certificate() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hotswap::api
