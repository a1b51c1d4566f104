#pragma once
// A byte stream to one server, plain or by TLS, on a non-blocking socket: each call ends at its
// deadline.

#include "infrastructure/redis/resolve.hpp"
#include "infrastructure/redis/tls.hpp"

namespace hotswap::redis {

class Stream {
 public:
  /// `tls` null: plain. Unavailable `redis.unreachable`, `redis.host` or `redis.tls`, Timeout
  /// `redis.timeout`.
  [[nodiscard]] static Result<Stream> open(const Host& host, const Tls* tls, Resolver& resolver,
                                           Deadline deadline);
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;
  ~Stream();

  [[nodiscard]] Result<void> write(std::string_view bytes, Deadline deadline);
  /// At least one byte; Timeout if there is none until then. A deadline that has passed: what is
  /// there already.
  [[nodiscard]] Result<std::string_view> read(Deadline deadline);
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  Stream(int descriptor, Host host);
  /// Waits until the socket is ready for what hindered an operation.
  [[nodiscard]] Result<void> wait(short events, Deadline deadline) const;
  [[nodiscard]] Result<void> connect(const SocketAddress& address, Deadline deadline);
  [[nodiscard]] Result<void> handshake(const Tls& tls, Deadline deadline);
  /// What OpenSSL wants before it goes on, or why it cannot.
  [[nodiscard]] Result<short> wanted(int result);
  [[nodiscard]] std::unexpected<Error> lost(const std::string& why) const;

  int descriptor_;
  Host host_;
  Ssl ssl_;
  std::vector<char> block_;
};

}  // namespace hotswap::redis
