#pragma once
// A socket with or without TLS, as one thing that reads and writes without ever blocking.

#include <sys/uio.h>

#include <memory>
#include <span>
#include <string>

#include "api/server/asio.hpp"
#include "api/server/io_result.hpp"
#include "api/server/tls_stream.hpp"

namespace hotswap::api {

struct Transport {
  Socket socket;
  std::unique_ptr<TlsStream> tls;  ///< null: plain

  [[nodiscard]] IoResult read(std::span<char> into);
  /// As a read of one byte that leaves it there.
  [[nodiscard]] IoResult peek();
  /// Writes as much as goes; see TlsStream::write for repeating.
  [[nodiscard]] IoResult write(std::span<const iovec> parts);
  /// Tells the peer that nothing more follows.
  void finish_writing();
  void close();

  /// No delay, non-blocking, dead peers found within 30 s.
  void tune();
  /// `127.0.0.1:50312`, or `[::1]:50312`.
  [[nodiscard]] std::string peer_name() const;
};

[[nodiscard]] inline iovec as_iovec(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // writev's parts are not const
}

}  // namespace hotswap::api
