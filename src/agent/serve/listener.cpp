#include "agent/serve/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace hotswap::agent {
namespace {

constexpr int kBacklog = 64;

std::unexpected<Error> cannot_listen(const std::string& where, const std::string& why) {
  return fail(ErrorCode::Unavailable, "serve.address", "cannot listen on " + where + ": " + why);
}

std::unexpected<Error> no_address(const std::string& text) {
  return fail(ErrorCode::Invalid, "serve.address",
              "\"" + text + "\" must be IP:PORT such as 127.0.0.1:8411, or unix:/PATH");
}

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
};

bool fill(Address& address, const std::string& host, int port) {
  address = {};
  if (::inet_pton(AF_INET, host.c_str(), &address.v4.sin_addr) == 1) {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(static_cast<std::uint16_t>(port));
    return true;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &address.v6.sin6_addr) != 1) return false;
  address.v6.sin6_family = AF_INET6;
  address.v6.sin6_port = htons(static_cast<std::uint16_t>(port));
  return true;
}

bool is_loopback(const Address& address) {
  if (address.any.sa_family == AF_INET) return ntohl(address.v4.sin_addr.s_addr) >> 24U == 127U;
  return IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr);
}

/// Something of ours that died may have left its socket there; anything else is not ours to remove.
Result<void> make_room(const sockaddr_un& address, const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return cannot_listen(path, "it is there and is no socket");
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool alive =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  if (alive) return cannot_listen(path, "another process listens there");
  if (::unlink(path.c_str()) != 0) return cannot_listen(path, std::strerror(errno));
  return {};
}

Result<int> listen_local(const std::string& path) {
  Address address{};
  address.local.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.local.sun_path)
    return cannot_listen(path, "the path is too long for a socket (107 bytes)");
  std::memcpy(address.local.sun_path, path.c_str(), path.size() + 1);
  if (auto room = make_room(address.local, path); !room) return std::unexpected(room.error());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // Nobody can connect before listen(), so there is no moment with other rights.
  if (::bind(socket, &address.any, sizeof address.local) == 0 && ::chmod(path.c_str(), 0600) == 0 &&
      ::listen(socket, kBacklog) == 0)
    return socket;
  auto error = cannot_listen(path, std::strerror(errno));
  ::close(socket);
  return error;
}

Result<int> listen_inet(const ServeAddress& where) {
  Address address{};
  fill(address, where.host, where.port);
  const int family = address.any.sa_family;
  const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const socklen_t size = family == AF_INET ? sizeof address.v4 : sizeof address.v6;
  if (::bind(socket, &address.any, size) == 0 && ::listen(socket, kBacklog) == 0) return socket;
  auto error = cannot_listen(where.host + ':' + std::to_string(where.port), std::strerror(errno));
  ::close(socket);
  return error;
}

}  // namespace

Result<ServeAddress> ServeAddress::parse(const std::string& text) {
  ServeAddress parsed;
  if (text.starts_with("unix:")) {
    if (text.size() == 5) return no_address(text);
    parsed.path = std::filesystem::absolute(text.substr(5));
    return parsed;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return no_address(text);
  parsed.host = text.substr(0, colon);
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']'))
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, parsed.port);
  Address address{};
  if (read.ec != std::errc{} || read.ptr != end || parsed.port < 0 || parsed.port > 65535 ||
      !fill(address, parsed.host, parsed.port))
    return no_address(text);
  parsed.loopback = is_loopback(address);
  return parsed;
}

Result<int> listen_on(const ServeAddress& address) {
  return address.host.empty() ? listen_local(address.path.string()) : listen_inet(address);
}

int port_of(int listener) {
  Address address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, &address.any, &size);
  return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

}  // namespace hotswap::agent
