#include "infrastructure/redis/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hotswap::redis {
namespace {

constexpr std::size_t kBlock = std::size_t{16} << 10;

}  // namespace

Stream::Stream(int descriptor, Host host)
    : descriptor_(descriptor), host_(std::move(host)), block_(kBlock) {}

Stream::Stream(Stream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      host_(std::move(other.host_)),
      ssl_(std::move(other.ssl_)),
      block_(std::move(other.block_)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(host_, other.host_);
  std::swap(ssl_, other.ssl_);
  std::swap(block_, other.block_);
  return *this;
}

Stream::~Stream() {
  ssl_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::unexpected<Error> Stream::lost(const std::string& why) const {
  return fail(ErrorCode::Unavailable, "redis.unreachable",
              "Redis at " + to_string(host_) + " cannot be reached: " + why);
}

Result<void> Stream::wait(short events, Deadline deadline) const {
  while (true) {
    const auto time = left(deadline);
    pollfd entry{descriptor_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(time.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost(std::strerror(errno));
    if (ready == 0)
      return fail(ErrorCode::Timeout, "redis.timeout",
                  "Redis at " + to_string(host_) + " does not answer in time");
  }
}

Result<void> Stream::connect(const SocketAddress& address, Deadline deadline) {
  const int one = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(descriptor_, name, address.size) == 0) return {};
  if (errno != EINPROGRESS) return lost(std::strerror(errno));
  if (auto done = wait(POLLOUT, deadline); !done) return done;
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed != 0) return lost(std::strerror(failed));
  return {};
}

Result<short> Stream::wanted(int result) {
  const int why = SSL_get_error(ssl_.get(), result);
  if (why == SSL_ERROR_WANT_READ) return static_cast<short>(POLLIN);
  if (why == SSL_ERROR_WANT_WRITE) return static_cast<short>(POLLOUT);
  if (why == SSL_ERROR_ZERO_RETURN) return lost("it closed the connection");
  const auto words = tls_words(ssl_);
  return lost(words.empty() ? "it closed the connection" : words);
}

Result<void> Stream::handshake(const Tls& tls, Deadline deadline) {
  auto ssl = tls.open(descriptor_, host_.name);
  if (!ssl) return std::unexpected(ssl.error());
  ssl_ = std::move(*ssl);
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return {};
    const auto events = wanted(result);
    if (!events)
      return fail(ErrorCode::Unavailable, "redis.tls",
                  events.error().detail +
                      "; TLS fails: check --redis-ca-file, the certificate's names and the port");
    if (auto done = wait(*events, deadline); !done) {
      done.error().detail += "; is this a port for TLS?";
      return done;
    }
  }
}

Result<Stream> Stream::open(const Host& host, const Tls* tls, Resolver& resolver,
                            Deadline deadline) {
  const auto addresses = resolver.resolve(host, deadline);
  if (!addresses) return std::unexpected(addresses.error());
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto& address = (*addresses)[i];
    Stream stream(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), host);
    // One that swallows packets must not use up the time of the others.
    const auto share = after(left(deadline) / static_cast<int>(addresses->size() - i));
    auto done =
        stream.descriptor_ < 0 ? stream.lost(std::strerror(errno)) : stream.connect(address, share);
    if (done && tls != nullptr) done = stream.handshake(*tls, deadline);
    if (done) return stream;
    if (!first_error) first_error = std::move(done.error());
  }
  if (first_error) return std::unexpected(std::move(*first_error));
  return fail(ErrorCode::Unavailable, "redis.host", "Redis' host " + host.name + " has no address");
}

Result<void> Stream::write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    Result<short> events = static_cast<short>(POLLOUT);
    if (ssl_) {
      ERR_clear_error();
      const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
      if (result != 1) events = wanted(result);
    } else {
      const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count > 0) sent = static_cast<std::size_t>(count);
      if (count < 0 && errno != EAGAIN && errno != EINTR) return lost(std::strerror(errno));
    }
    if (!events) return std::unexpected(events.error());
    bytes.remove_prefix(sent);
    if (sent > 0) continue;
    if (auto done = wait(*events, deadline); !done) return done;
  }
  return {};
}

Result<std::string_view> Stream::read(Deadline deadline) {
  while (true) {
    Result<short> events = static_cast<short>(POLLIN);
    if (ssl_) {
      ERR_clear_error();
      std::size_t got = 0;
      const int result = SSL_read_ex(ssl_.get(), block_.data(), block_.size(), &got);
      if (result == 1) return std::string_view(block_.data(), got);
      events = wanted(result);
    } else {
      const auto got = ::recv(descriptor_, block_.data(), block_.size(), 0);
      if (got > 0) return std::string_view(block_.data(), static_cast<std::size_t>(got));
      if (got == 0) return lost("it closed the connection");
      if (errno != EAGAIN && errno != EINTR) return lost(std::strerror(errno));
    }
    if (!events) return std::unexpected(events.error());
    if (auto done = wait(*events, deadline); !done) return std::unexpected(done.error());
  }
}

}  // namespace hotswap::redis
