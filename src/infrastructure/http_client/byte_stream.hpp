#pragma once
// A connection that only bytes go out on, plain or by TLS.

#include <memory>
#include <string>
#include <string_view>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

class ByteStream {
 public:
  struct To {
    std::string url;      ///< tcp://host:port or tls://host:port
    std::string ca_file;  ///< PEM; empty: the system's authorities
    Duration timeout = std::chrono::seconds(10);
  };
  /// Unavailable `stream.unreachable`.
  [[nodiscard]] static Result<std::unique_ptr<ByteStream>> open(const To& to);
  ~ByteStream();

  /// All of it within the time, or Unavailable `stream.broken`: how much came through is not known.
  [[nodiscard]] Result<void> write(std::string_view bytes, Duration timeout);
  /// Whether the other side has not closed it; what it sends is dropped.
  [[nodiscard]] bool is_open();

 private:
  struct Handle;
  explicit ByteStream(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace hotswap
