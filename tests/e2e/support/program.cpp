#include "e2e/support/program.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace hotswap::e2e {
namespace {

constexpr int kPollMs = 50;

std::string response(const Program::Answer& answer) {
  if (answer.raw) return answer.body;
  return "HTTP/1.1 " + std::to_string(answer.status) +
         " X\r\nContent-Type: " + answer.content_type + "\r\n" + answer.headers +
         "Connection: close\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" +
         answer.body;
}

}  // namespace

Program::Program(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 1024) != 0)
    throw std::runtime_error("a test's program cannot listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Program::~Program() {
  thread_.request_stop();
  thread_.join();
  for (const auto& [socket, read] : connections_) ::close(socket);
  ::close(listener_);
}

std::string Program::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void Program::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<pollfd> polled{{listener_, POLLIN, 0}};
    for (const auto& [socket, read] : connections_) polled.push_back({socket, POLLIN, 0});
    ::poll(polled.data(), polled.size(), kPollMs);
    for (const auto& each : polled) {
      if (each.revents == 0) continue;
      if (each.fd == listener_) {
        accept_all();
      } else if (!serve(each.fd, connections_[each.fd])) {
        ::close(each.fd);
        connections_.erase(each.fd);
      }
    }
  }
}

void Program::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    connections_.emplace(socket, "");
  }
}

bool Program::serve(int socket, std::string& read) {
  std::array<char, 4096> block{};
  const auto got = ::recv(socket, block.data(), block.size(), 0);
  if (got <= 0) return false;
  read.append(block.data(), static_cast<std::size_t>(got));
  if (!read.contains("\r\n\r\n")) return true;
  const auto first = read.find(' ') + 1;
  const auto answer = handler_(read.substr(first, read.find(' ', first) - first));
  if (!answer) return true;
  const auto bytes = response(*answer);
  ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ++answered_;
  return false;
}

}  // namespace hotswap::e2e
