#include "perf/support/event_loop.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "perf/support/give_up.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {
namespace {

constexpr int kBacklog = 4096;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

SSL_CTX* client_context() {
  static const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> kContext(
      SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_mode(kContext.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return kContext.get();
}

}  // namespace

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up(std::string("no socket: ") + std::strerror(errno));
  const auto address = loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd);
    return -1;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int listen_somewhere(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(fd, kBacklog) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up(std::string("cannot listen: ") + std::strerror(errno));
  }
  port = ntohs(address.sin_port);
  return fd;
}

int free_port() {
  int port = 0;
  close(listen_somewhere(port));
  return port;
}

struct Wire::Tls {
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(client_context()), SSL_free};
};

Wire::Wire(EventLoop& loop, int fd) : loop_(loop), fd_(fd) {
  fcntl(fd_, F_SETFL, O_NONBLOCK);  // NOLINT: variadic by POSIX
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  epoll_ctl(loop_.epoll_, EPOLL_CTL_ADD, fd_, &event);
  if (!loop.tls_) return;
  tls_ = std::make_unique<Tls>();
  SSL_set_fd(tls_->ssl.get(), fd_);
  shaking_ = true;
  shake_hands();
}

Wire::~Wire() {
  if (fd_ >= 0) close(fd_);
}

bool Wire::shake_hands() {
  const int done = SSL_connect(tls_->ssl.get());
  if (done != 1 && SSL_get_error(tls_->ssl.get(), done) != SSL_ERROR_WANT_READ)
    give_up("the TLS handshake failed");
  shaking_ = done != 1;
  return !shaking_;
}

long Wire::read_some(char* to, std::size_t room) {
  if (!tls_) return recv(fd_, to, room, 0);
  const int bytes = SSL_read(tls_->ssl.get(), to, static_cast<int>(room));
  if (bytes > 0) return bytes;
  return SSL_get_error(tls_->ssl.get(), bytes) == SSL_ERROR_WANT_READ ? -1 : 0;
}

long Wire::write_some(std::string_view bytes) {
  if (!tls_) return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return SSL_write(tls_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
}

void Wire::send(std::string_view bytes) {
  out_ += bytes;
  flush();
}

void Wire::flush() {
  if (shaking_) return;
  while (!out_.empty()) {
    const long written = write_some(out_);
    if (written <= 0) break;
    out_.erase(0, static_cast<std::size_t>(written));
  }
  watch(!out_.empty());
}

void Wire::watch(bool writing) {
  if (writing == watched_for_writing_) return;
  watched_for_writing_ = writing;
  epoll_event event{};
  event.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = this;
  epoll_ctl(loop_.epoll_, EPOLL_CTL_MOD, fd_, &event);
}

void Wire::readable() {
  if (shaking_) {
    if (!shake_hands()) return;
    flush();
  }
  std::array<char, 65536> room;
  for (;;) {
    const long bytes = read_some(room.data(), room.size());
    if (bytes == 0) give_up("the server closed a connection");
    if (bytes < 0) return;
    in.append(room.data(), static_cast<std::size_t>(bytes));
    if (on_bytes) on_bytes();
    // A whole TLS record may wait inside the library, where epoll does not see it.
    if (!tls_ && bytes < static_cast<long>(room.size())) return;
  }
}

EventLoop::EventLoop(int port, bool tls)
    : port_(port), tls_(tls), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

EventLoop::~EventLoop() {
  close_all();
  close(epoll_);
}

void EventLoop::close_all() { wires_.clear(); }

Wire& EventLoop::connect() {
  const int fd = connect_to(port_);
  if (fd < 0) give_up(std::string("cannot connect: ") + std::strerror(errno));
  wires_.push_back(std::make_unique<Wire>(*this, fd));
  return *wires_.back();
}

void EventLoop::run_until(const std::function<bool()>& done, std::chrono::milliseconds limit,
                          const std::string& what) {
  const auto end = Clock::now() + limit;
  std::array<epoll_event, 512> events;
  while (!done()) {
    if (Clock::now() > end) give_up(what + " took longer than allowed");
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      auto& wire = *static_cast<Wire*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0) wire.flush();
      if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) wire.readable();
    }
  }
}

}  // namespace hotswap::perf
