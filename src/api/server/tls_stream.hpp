#pragma once
// TLS by OpenSSL straight on a non-blocking socket. No buffers of our own lie between, and
// OpenSSL's are released while a connection is idle: that is what makes an idle stream cost
// 16 KiB instead of 73.

#include <sys/uio.h>

#include <memory>
#include <span>

#include "api/server/io_result.hpp"
#include "api/server/tls_context.hpp"

// OpenSSL's own name for SSL; its headers stay in the .cpp.
struct ssl_st;

namespace hotswap::api {

/// One connection's TLS. Never blocks; the caller waits for the socket as told. One thread only.
class TlsStream {
 public:
  /// The descriptor stays the caller's and must be non-blocking. Null if OpenSSL has no memory.
  [[nodiscard]] static std::unique_ptr<TlsStream> accept(const TlsContext& context, int descriptor);

  /// Repeat until Done (bytes 0).
  [[nodiscard]] IoResult handshake();
  /// After it: what the client's certificate says; null if it showed none.
  [[nodiscard]] std::shared_ptr<const CertificateNames> peer() const;
  [[nodiscard]] IoResult read(std::span<char> into);
  /// Writes as much as goes. After WantRead or WantWrite, the next call must present the same bytes
  /// again, more may follow them.
  [[nodiscard]] IoResult write(std::span<const iovec> parts);
  /// As a read of one byte that leaves it there.
  [[nodiscard]] IoResult peek();
  /// Tells the peer that nothing more follows; never waits.
  void close_notify();

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  explicit TlsStream(ssl_st* ssl) : ssl_(ssl) {}
  [[nodiscard]] IoResult outcome(int result);

  std::unique_ptr<ssl_st, Free> ssl_;
  bool broken_ = false;
};

}  // namespace hotswap::api
