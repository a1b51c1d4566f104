#include "api/server/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "api/server/peer_certificate.hpp"

namespace hotswap::api {
namespace {

constexpr std::size_t kRecordBytes = 16384;  // the largest TLS record
// The first bytes of `parts`, at most one record: in place if they lie together, else gathered.
// The same parts give the same bytes, as OpenSSL asks of a repeated write.
std::string_view next_record(std::span<const iovec> parts, std::size_t skip) {
  static thread_local std::array<char, kRecordBytes> gathered;
  std::size_t filled = 0;
  for (const auto& part : parts) {
    if (skip >= part.iov_len) {
      skip -= part.iov_len;
      continue;
    }
    const std::string_view rest(static_cast<const char*>(part.iov_base) + skip,
                                part.iov_len - skip);
    skip = 0;
    if (filled == 0 && rest.size() >= kRecordBytes) return rest.substr(0, kRecordBytes);
    const auto taken = std::min(rest.size(), kRecordBytes - filled);
    std::memcpy(gathered.data() + filled, rest.data(), taken);
    filled += taken;
    if (filled == kRecordBytes) break;
  }
  return {gathered.data(), filled};
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

std::unique_ptr<TlsStream> TlsStream::accept(const TlsContext& context, int descriptor) {
  std::unique_ptr<TlsStream> stream(new TlsStream(SSL_new(context.native())));
  auto* ssl = stream->ssl_.get();
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) return nullptr;
  SSL_set_accept_state(ssl);
  return stream;
}

IoResult TlsStream::outcome(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  // OpenSSL's queue belongs to the thread: what stays in it would spoil another connection's call.
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_WANT_READ:
      return {IoResult::Kind::WantRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return {IoResult::Kind::WantWrite, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {IoResult::Kind::Closed, 0};
    default:
      break;
  }
  broken_ = true;
  return {IoResult::Kind::Failed, 0};
}

IoResult TlsStream::handshake() {
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? IoResult{} : outcome(result);
}

std::shared_ptr<const CertificateNames> TlsStream::peer() const { return names_of_peer(*ssl_); }

IoResult TlsStream::read(std::span<char> into) {
  std::size_t bytes = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  return result == 1 ? IoResult{IoResult::Kind::Done, bytes} : outcome(result);
}

IoResult TlsStream::peek() {
  char byte = 0;
  std::size_t bytes = 0;
  const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &bytes);
  return result == 1 ? IoResult{IoResult::Kind::Done, bytes} : outcome(result);
}

IoResult TlsStream::write(std::span<const iovec> parts) {
  std::size_t written = 0;
  for (;;) {
    const auto record = next_record(parts, written);
    if (record.empty()) return {IoResult::Kind::Done, written};
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_.get(), record.data(), record.size(), &bytes);
    if (result != 1) {
      const auto why = outcome(result);
      const bool retry =
          why.kind == IoResult::Kind::WantRead || why.kind == IoResult::Kind::WantWrite;
      return retry && written > 0 ? IoResult{IoResult::Kind::Done, written} : why;
    }
    written += bytes;
  }
}

void TlsStream::close_notify() {
  if (broken_ || SSL_in_init(ssl_.get()) != 0) return;
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace hotswap::api
