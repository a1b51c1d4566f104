#include "api/server/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "api/server/asn1_time.hpp"
#include "api/server/peer_certificate.hpp"

namespace hotswap::api {
namespace {

constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kTls13Suites =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr int kSecurityLevel = 2;  // 112 bits: RSA from 2048, no SHA-1
constexpr long kSessionSeconds = 6 * 3600;

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

/// OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

bool set_rules(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions are resumed by tickets: nothing is kept here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, kSessionSeconds);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  static constexpr unsigned char kName[] = "hotswap";
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1 &&
         SSL_CTX_set_ciphersuites(context, kTls13Suites) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_session_id_context(context, kName, sizeof kName - 1) == 1;
}

bool is_too_weak() {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  return reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL ||
         reason == SSL_R_CA_MD_TOO_WEAK;
}

/// Empty if it can be opened.
std::string unreadable(const std::string& path) {
  errno = 0;
  if (const std::ifstream in(path); in) return {};
  return " cannot be read: " + std::string(std::strerror(errno)) + ".";
}

Result<void> load_certificate(SSL_CTX* context, const std::string& path) {
  if (auto why = unreadable(path); !why.empty())
    return tls_error("The certificate file " + path + why);
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) == 1) return {};
  if (is_too_weak())
    return tls_error("The certificate in " + path +
                     " is too weak: take RSA of 2048 bits or more, or P-256, and SHA-256.");
  return tls_error("The certificate file " + path + " is not a readable PEM chain.");
}

Result<void> load_key(SSL_CTX* context, const TlsFiles& files) {
  if (auto why = unreadable(files.key); !why.empty())
    return tls_error("The key file " + files.key + why);
  bool asked = false;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
  const bool loaded =
      SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(context) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (loaded) return {};
  if (asked)
    return tls_error("The key file " + files.key +
                     " is encrypted; store it without a passphrase (openssl pkey -in … -out …), "
                     "readable by this server's user only.");
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  if (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)
    return tls_error("The key file " + files.key + " does not belong to the certificate " +
                     files.certificate + ".");
  return tls_error("The key file " + files.key + " is not the PEM key of the certificate.");
}

FileStamp stamp_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
          found.st_mtim.tv_sec * 1'000'000'000L + found.st_mtim.tv_nsec};
}

bool is_valid(const TlsContext& context, WallTime now) {
  return context.not_before() <= now && now < context.not_after();
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files,
                                                           TicketKeys& tickets) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> context(new TlsContext(SSL_CTX_new(TLS_server_method())));
  auto* native = context->native();
  if (native == nullptr || !set_rules(native)) return tls_error("OpenSSL gives no context.");
  tickets.serve(native);
  if (auto done = load_certificate(native, files.certificate); !done)
    return std::unexpected(done.error());
  if (auto done = load_key(native, files); !done) return std::unexpected(done.error());
  if (!files.client_authorities.empty())
    if (auto done = ask_for_certificates(*native, files.client_authorities, files.client_required);
        !done)
      return std::unexpected(done.error());
  const X509* own = SSL_CTX_get0_certificate(native);
  context->not_before_ = wall_of(X509_get0_notBefore(own));
  context->not_after_ = wall_of(X509_get0_notAfter(own));
  return context;
}

Result<void> TlsSlot::open(const TlsFiles& files, WallTime now) {
  files_ = files;
  auto done = refresh(now, true);
  return done ? Result<void>() : std::unexpected(done.error());
}

Result<bool> TlsSlot::refresh(WallTime now, bool force) {
  const MutexLock lock(mutex_);
  // Before the files are read: what changes meanwhile is seen the next time.
  const auto certificate = stamp_of(files_.certificate);
  const auto key = stamp_of(files_.key);
  const auto authorities = stamp_of(files_.client_authorities);
  if (!force && certificate == certificate_seen_ && key == key_seen_ &&
      authorities == authorities_seen_)
    return false;
  certificate_seen_ = certificate;
  key_seen_ = key;
  authorities_seen_ = authorities;
  auto loaded = TlsContext::load(files_, tickets_);
  if (!loaded) return std::unexpected(loaded.error());
  if (current_ && !is_valid(**loaded, now) && is_valid(*current_, now)) {
    return fail(ErrorCode::Invalid, "server.tls",
                "The certificate file " + files_.certificate + " holds a certificate that " +
                    (now < (*loaded)->not_before() ? "is not valid yet." : "has expired."));
  }
  current_ = std::move(*loaded);
  return true;
}

std::shared_ptr<const TlsContext> TlsSlot::get() const {
  const MutexLock lock(mutex_);
  return current_;
}

}  // namespace hotswap::api
