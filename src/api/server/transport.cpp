#include "api/server/transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace hotswap::api {
namespace {

constexpr int kKeepIdleSeconds = 10;
constexpr int kKeepIntervalSeconds = 5;
constexpr int kKeepProbes = 3;
// Data that nobody acknowledges for so long means a dead peer. With a ping every 15 s a half-open
// stream is found within 30 s.
constexpr int kUnacknowledgedMs = 15000;

IoResult from_system(ssize_t result, IoResult::Kind wait) {
  using Kind = IoResult::Kind;
  if (result > 0) return {Kind::Done, static_cast<std::size_t>(result)};
  if (result == 0) return {Kind::Closed, 0};
  const bool blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {blocked ? wait : Kind::Failed, 0};
}

void set_option(int descriptor, int level, int name, int value) {
  // Best effort: without it the connection still works, only slower to notice a dead peer.
  static_cast<void>(::setsockopt(descriptor, level, name, &value, sizeof value));
}

}  // namespace

IoResult Transport::read(std::span<char> into) {
  if (tls) return tls->read(into);
  return from_system(::recv(socket.native_handle(), into.data(), into.size(), MSG_DONTWAIT),
                     IoResult::Kind::WantRead);
}

IoResult Transport::peek() {
  if (tls) return tls->peek();
  char byte = 0;
  return from_system(::recv(socket.native_handle(), &byte, 1, MSG_DONTWAIT | MSG_PEEK),
                     IoResult::Kind::WantRead);
}

IoResult Transport::write(std::span<const iovec> parts) {
  if (tls) return tls->write(parts);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  const auto sent = ::sendmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return from_system(sent, IoResult::Kind::WantWrite);
}

void Transport::finish_writing() {
  if (!socket.is_open()) return;
  if (tls) tls->close_notify();
  ::shutdown(socket.native_handle(), SHUT_WR);
}

void Transport::close() {
  boost::system::error_code ignored;
  socket.close(ignored);
}

void Transport::tune() {
  boost::system::error_code ignored;
  socket.native_non_blocking(true, ignored);
  const int descriptor = socket.native_handle();
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleSeconds);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalSeconds);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, kKeepProbes);
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, kUnacknowledgedMs);
}

std::string Transport::peer_name() const {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const auto host = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

}  // namespace hotswap::api
