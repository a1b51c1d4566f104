#include "integration/support/responder.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>

namespace hotswap::integration {

Responder::Responder(std::string name, bool healthy) : name_(std::move(name)), healthy_(healthy) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, raw, &size) != 0)
    throw std::runtime_error("a responder cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { run(); });
}

Responder::~Responder() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void Responder::run() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    answer(socket);
    ::close(socket);
  }
}

void Responder::answer(int socket) const {
  std::string request;
  char block[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto got = ::recv(socket, block, sizeof block, 0);
    if (got <= 0) return;
    request.append(block, static_cast<std::size_t>(got));
  }
  const bool refused = request.starts_with("GET /healthz") && !healthy_;
  const std::string text =
      std::string("HTTP/1.1 ") + (refused ? "503 No" : "200 OK") +
      "\r\nConnection: close\r\nContent-Length: " + std::to_string(name_.size()) + "\r\n\r\n" +
      name_;
  static_cast<void>(::send(socket, text.data(), text.size(), MSG_NOSIGNAL));
}

}  // namespace hotswap::integration
