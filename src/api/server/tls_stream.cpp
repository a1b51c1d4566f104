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
constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

std::unexpected<Error> tls_error(std::string detail) {
  Error error{ErrorCode::Invalid, "server.tls", std::move(detail), {}, {}};
  if (const auto code = ERR_get_error(); code != 0) {
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    error.internal = text.data();
  }
  ERR_clear_error();
  return std::unexpected(std::move(error));
}

// Only HTTP/1.1 is spoken; a client that offers ALPN without it is refused in the handshake.
// The parameters are OpenSSL's.
// NOLINTNEXTLINE(readability-function-size)
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned int in_length, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1, in, in_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

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

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsStream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<std::unique_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  std::unique_ptr<TlsContext> context(new TlsContext(SSL_CTX_new(TLS_server_method())));
  auto* native = context->native();
  if (native == nullptr) return tls_error("OpenSSL gives no context.");
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, kTls12Ciphers);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions are resumed by tickets: nothing is kept here.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 1);
  SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(native, files.certificate.c_str()) != 1) {
    return tls_error("The certificate file " + files.certificate + " is not a readable PEM chain.");
  }
  if (SSL_CTX_use_PrivateKey_file(native, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(native) != 1) {
    return tls_error("The key file " + files.key + " is not the PEM key of the certificate.");
  }
  if (files.client_authorities.empty()) return context;
  const auto asked = ask_for_certificates(*native, files.client_authorities, files.client_required);
  if (!asked) return std::unexpected(asked.error());
  return context;
}

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
