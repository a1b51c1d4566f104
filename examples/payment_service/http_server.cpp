#include "http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

namespace payment {
namespace {

constexpr std::size_t kConnections = 256;
constexpr std::size_t kRequestBytes = 16384;
constexpr int kIdleSeconds = 60;

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// The body's length by the header; nothing if it is no number.
std::optional<std::size_t> body_length(std::string header) {
  std::ranges::transform(header, header.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto at = header.find("\r\ncontent-length:");
  if (at == std::string::npos) return 0;
  auto from = header.find_first_not_of(' ', at + 17);
  if (from == std::string::npos) return std::nullopt;
  std::size_t length = 0;
  const auto bad = std::from_chars(header.data() + from, header.data() + header.size(), length).ec;
  return bad == std::errc{} ? std::optional(length) : std::nullopt;
}

/// Takes one request off `buffer`, reading more as needed; nothing: the connection is of no use.
std::optional<Request> read_request(int socket, std::string& buffer) {
  std::array<char, 4096> block{};
  while (true) {
    const auto header = buffer.find("\r\n\r\n");
    if (header != std::string::npos) {
      const auto length = body_length(buffer.substr(0, header));
      if (!length || *length > kRequestBytes) return std::nullopt;
      const auto size = header + 4 + *length;
      if (buffer.size() >= size) {
        const auto first = buffer.find(' ');
        const auto second = buffer.find(' ', first + 1);
        if (second == std::string::npos || second > header) return std::nullopt;
        Request request{buffer.substr(0, first), buffer.substr(first + 1, second - first - 1),
                        buffer.substr(header + 4, *length)};
        buffer.erase(0, size);
        return request;
      }
    }
    if (buffer.size() > 2 * kRequestBytes) return std::nullopt;
    const auto got = ::recv(socket, block.data(), block.size(), 0);
    if (got <= 0) return std::nullopt;
    buffer.append(block.data(), static_cast<std::size_t>(got));
  }
}

std::string render(const Response& response) {
  return "HTTP/1.1 " + std::to_string(response.status) +
         " .\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
}

}  // namespace

HttpServer::HttpServer(int port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 128) != 0) return;
  if (::getsockname(listener_, raw, &size) == 0) port_ = ntohs(address.sin_port);
}

void HttpServer::start(Handler handler) {
  handler_ = std::move(handler);
  acceptor_ = std::thread([this] { accept_all(); });
}

void HttpServer::stop() {
  ::shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& each : connections_) {
      if (!each.done) ::shutdown(each.socket, SHUT_RD);  // its answer still goes out
    }
  }
  for (auto& each : connections_) each.thread.join();
  connections_.clear();
  if (listener_ >= 0) ::close(std::exchange(listener_, -1));
}

void HttpServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) {
      admit(socket);
    } else if (errno != EINTR && errno != ECONNABORTED && errno != EMFILE) {
      return;
    }
  }
}

void HttpServer::admit(int socket) {
  const std::lock_guard lock(mutex_);
  std::erase_if(connections_, [](Connection& each) {
    if (each.done) each.thread.join();
    return each.done;
  });
  if (connections_.size() >= kConnections) {
    send_all(socket, render({503, R"({"error":"too many connections"})"}));
    ::close(socket);
    return;
  }
  const timeval idle{.tv_sec = kIdleSeconds, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof idle);
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  auto& connection = connections_.emplace_back();
  connection.socket = socket;
  connection.thread = std::thread([this, &connection] { serve(connection); });
}

void HttpServer::serve(Connection& connection) {
  std::string buffer;
  while (const auto request = read_request(connection.socket, buffer)) {
    if (!send_all(connection.socket, render(handler_(*request)))) break;
  }
  const std::lock_guard lock(mutex_);
  ::close(connection.socket);
  connection.done = true;
}

}  // namespace payment
