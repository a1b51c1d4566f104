#include "cli/demo/keep_alive.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <optional>

namespace hotswap::cli {
namespace {

constexpr std::size_t kAnswerBytes = 256 << 10;

/// Value of Content-Length in a head, nothing if absent.
std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  for (std::size_t at = 0; at < head.size();) {
    const auto end = std::min(head.find("\r\n", at), head.size());
    const auto line = head.substr(at, end - at);
    const bool same = line.size() > kName.size() &&
                      std::ranges::equal(line.substr(0, kName.size()), kName, [](char a, char b) {
                        return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
                      });
    if (same) {
      auto value = line.substr(kName.size());
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      std::size_t length = 0;
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), length);
      if (error == std::errc()) return length;
    }
    at = end + 2;
  }
  return std::nullopt;
}

int status_in(std::string_view head) {
  int status = 0;
  if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
  return status;
}

}  // namespace

KeepAlive::~KeepAlive() { close(); }

PlainAnswer KeepAlive::request(std::string_view method, std::string_view path,
                               std::string_view body) {
  const auto text = fmt::format(
      "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      method, path, port_, body.size(), body);
  // A kept connection may have been closed by the peer meanwhile: one fresh try then.
  for (const bool fresh : {socket_ < 0, true}) {
    if (fresh && !connect()) return {};
    if (!send_all(text)) {
      close();
      continue;
    }
    auto answer = receive();
    if (answer.status != 0 || fresh) return answer;
  }
  return {};
}

bool KeepAlive::connect() {
  close();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout_);
  const timeval limit{.tv_sec = seconds.count(),
                      .tv_usec = std::chrono::microseconds(timeout_ - seconds).count()};
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return true;
  }
  close();
  return false;
}

bool KeepAlive::send_all(std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

PlainAnswer KeepAlive::receive() {
  std::string text;
  char buffer[8192];
  while (text.size() < kAnswerBytes) {
    if (const auto head_end = text.find("\r\n\r\n"); head_end != std::string::npos) {
      const auto head = std::string_view(text).substr(0, head_end);
      const auto length = content_length(head).value_or(0);
      if (text.size() >= head_end + 4 + length) {
        PlainAnswer answer{status_in(head), text.substr(head_end + 4, length)};
        if (head.find("onnection: close") != std::string_view::npos) close();
        return answer;
      }
    }
    const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  close();
  return {};
}

void KeepAlive::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

}  // namespace hotswap::cli
