#include "infrastructure/traffic/haproxy_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "domain/net/socket_address.hpp"

namespace hotswap {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t kAnswerBytes = std::size_t{4} << 20;

/// A descriptor that is closed with its scope.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> unreachable(const std::string& address) {
  return fail(ErrorCode::Unavailable, "haproxy.unreachable",
              "HAProxy's socket " + address + " cannot be reached: " + std::strerror(errno));
}

std::unexpected<Error> silent(const std::string& address) {
  return fail(ErrorCode::Timeout, "haproxy.timeout",
              "HAProxy did not answer on " + address + " in time");
}

/// False when the time is over.
bool wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next call says what is wrong
  }
}

struct Target {
  sockaddr_storage address{};
  socklen_t size = 0;
  int family = AF_UNSPEC;
};

Result<Target> unix_target(const std::string& path, const net::Reach& reach) {
  Target target;
  if (!reach.allows_socket(path))
    return fail(ErrorCode::Forbidden, "haproxy.address_refused",
                "HAProxy's socket " + path +
                    " is in none of the folders that are allowed; the server's operator adds one "
                    "with --allow-hosts");
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), std::min(path.size(), sizeof name.sun_path - 1));
  std::memcpy(&target.address, &name, sizeof name);
  target.size = sizeof name;
  target.family = AF_UNIX;
  return target;
}

Result<Target> tcp_target(const std::string& address, const net::Reach& reach) {
  const auto colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const addrinfo hints{.ai_flags = AI_ADDRCONFIG,
                       .ai_family = AF_UNSPEC,
                       .ai_socktype = SOCK_STREAM,
                       .ai_protocol = 0,
                       .ai_addrlen = 0,
                       .ai_addr = nullptr,
                       .ai_canonname = nullptr,
                       .ai_next = nullptr};
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  if (failed != 0)
    return fail(ErrorCode::Unavailable, "haproxy.unreachable",
                "HAProxy's address " + address + " is not known: " + ::gai_strerror(failed));
  const auto ip = net::ip_of(*found->ai_addr);
  if (!ip || !reach.allows(host, *ip))
    return fail(ErrorCode::Forbidden, "haproxy.address_refused",
                "HAProxy's address " + address +
                    " is not called: " + (ip ? net::refusal(*ip) : "it is no IP address"));
  Target target;
  std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
  target.size = found->ai_addrlen;
  target.family = found->ai_family;
  return target;
}

Result<Socket> open_socket(const std::string& address, const net::Reach& reach, Deadline deadline) {
  const bool local = address.starts_with('/');
  const auto target = local ? unix_target(address, reach) : tcp_target(address, reach);
  if (!target) return std::unexpected(target.error());
  Socket socket(::socket(target->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* name = reinterpret_cast<const sockaddr*>(&target->address);
  if (socket.fd() < 0) return unreachable(address);
  if (::connect(socket.fd(), name, target->size) == 0) return socket;
  if (errno != EINPROGRESS) return unreachable(address);
  if (!wait_for(socket.fd(), POLLOUT, deadline)) return silent(address);
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &failed, &size);
  errno = failed;
  if (failed != 0) return unreachable(address);
  return socket;
}

Result<void> send_all(const Socket& socket, std::string_view text, const std::string& address,
                      Deadline deadline) {
  while (!text.empty()) {
    const auto sent = ::send(socket.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return unreachable(address);
    } else if (!wait_for(socket.fd(), POLLOUT, deadline)) {
      return silent(address);
    }
  }
  return {};
}

Result<std::string> read_all(const Socket& socket, const std::string& address, Deadline deadline) {
  std::string answer;
  char block[16384];
  while (true) {
    const auto got = ::recv(socket.fd(), block, sizeof block, 0);
    if (got == 0) return answer;
    if (got > 0) {
      answer.append(block, static_cast<std::size_t>(got));
      if (answer.size() > kAnswerBytes)
        return fail(ErrorCode::TooLarge, "haproxy.too_large",
                    "HAProxy's answer is longer than 4 MiB");
    } else if (errno != EAGAIN && errno != EINTR) {
      return unreachable(address);
    } else if (!wait_for(socket.fd(), POLLIN, deadline)) {
      return silent(address);
    }
  }
}

}  // namespace

Result<std::string> HaproxySocket::ask(const std::string& command) const {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout_;
  const auto socket = open_socket(address_, reach_, deadline);
  if (!socket) return std::unexpected(socket.error());
  if (auto sent = send_all(*socket, command + '\n', address_, deadline); !sent)
    return std::unexpected(sent.error());
  auto answer = read_all(*socket, address_, deadline);
  if (!answer) return answer;
  answer->resize(answer->find_last_not_of(" \r\n") + 1);
  return answer;
}

Result<void> HaproxySocket::command(const std::string& command) const {
  const auto answer = ask(command);
  if (!answer) return std::unexpected(answer.error());
  if (answer->empty()) return {};
  return fail(ErrorCode::Unavailable, "haproxy.refused",
              "HAProxy refused `" + command + "`: " + answer->substr(0, answer->find('\n')));
}

}  // namespace hotswap
