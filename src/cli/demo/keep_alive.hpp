#pragma once
// The smallest HTTP/1.1 client that measures a service honestly: one loopback connection, kept
// open, one request at a time.

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace hotswap::cli {

struct PlainAnswer {
  int status = 0;
  std::string body;
};

/// Not thread-safe.
class KeepAlive {
 public:
  KeepAlive(int port, std::chrono::milliseconds timeout) : port_(port), timeout_(timeout) {}
  ~KeepAlive();
  KeepAlive(const KeepAlive&) = delete;
  KeepAlive& operator=(const KeepAlive&) = delete;

  /// Connects if needed; status 0 when there was no answer in time.
  [[nodiscard]] PlainAnswer request(std::string_view method, std::string_view path,
                                    std::string_view body = {});

 private:
  bool connect();
  bool send_all(std::string_view text);
  [[nodiscard]] PlainAnswer receive();
  void close();

  int port_;
  std::chrono::milliseconds timeout_;
  int socket_ = -1;
};

}  // namespace hotswap::cli
