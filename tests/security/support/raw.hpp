#pragma once
// Bytes to a server as an attacker writes them, and what comes back.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace hotswap::security {

class Raw {
 public:
  explicit Raw(int port, std::chrono::seconds patience = std::chrono::seconds(20))
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval wait{patience.count(), 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Raw() {
    if (socket_ >= 0) ::close(socket_);
  }
  Raw(Raw&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Raw& operator=(Raw&&) = delete;

  /// False once the server has hung up.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  /// Everything until the server closes; `closed` says whether it did, or fell silent.
  std::string read_all(bool& closed) {
    std::string all;
    char block[16384];
    for (;;) {
      const auto got = ::recv(socket_, block, sizeof block, 0);
      closed = got == 0 || (got < 0 && errno == ECONNRESET);
      if (got <= 0) return all;
      all.append(block, static_cast<std::size_t>(got));
    }
  }
  std::string read_until(std::string_view mark) {
    std::string all;
    char block[16384];
    while (!all.contains(mark)) {
      const auto got = ::recv(socket_, block, sizeof block, 0);
      if (got <= 0) break;
      all.append(block, static_cast<std::size_t>(got));
    }
    return all;
  }
  [[nodiscard]] int descriptor() const { return socket_; }

 private:
  int socket_;
};

/// Answers in a stream of bytes: their status lines.
inline std::size_t count_answers(std::string_view bytes) {
  std::size_t count = 0;
  for (auto at = bytes.find("HTTP/1.1 "); at != std::string_view::npos;
       at = bytes.find("HTTP/1.1 ", at + 1))
    count += at + 9 < bytes.size() && bytes[at + 9] >= '1' && bytes[at + 9] <= '5' ? 1 : 0;
  return count;
}

inline int first_status(const std::string& bytes) {
  return bytes.starts_with("HTTP/1.1 ") ? std::stoi(bytes.substr(9, 3)) : 0;
}

}  // namespace hotswap::security
