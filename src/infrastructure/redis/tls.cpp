#include "infrastructure/redis/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace hotswap::redis {
namespace {

bool is_numeric(const std::string& host) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, host.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

std::string queue_words() {
  std::array<char, 256> text{};
  if (const auto code = ERR_get_error(); code != 0)
    ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

std::unexpected<Error> tls_error(std::string detail) {
  return std::unexpected(
      Error{ErrorCode::Invalid, "redis.tls", std::move(detail), {}, queue_words()});
}

}  // namespace

void FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }
void Tls::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<const Tls>> Tls::load(const std::string& ca_file) {
  auto tls = std::make_shared<Tls>();
  tls->context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* native = tls->context_.get();
  if (native == nullptr) return tls_error("OpenSSL gives no context");
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(native, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ERR_clear_error();
  const int trusted = ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(native)
                          : SSL_CTX_load_verify_locations(native, ca_file.c_str(), nullptr);
  if (trusted != 1)
    return tls_error("the authorities for Redis in " + ca_file + " are no readable PEM file");
  return tls;
}

Result<Ssl> Tls::open(int descriptor, const std::string& host) const {
  Ssl ssl(SSL_new(context_.get()));
  if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) return tls_error("OpenSSL has no memory");
  // Certificates name addresses and hosts in different places.
  const int named = is_numeric(host)
                        ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str())
                        : SSL_set1_host(ssl.get(), host.c_str());
  if (named != 1) return tls_error("Redis' host " + host + " cannot stand in a certificate");
  if (!is_numeric(host)) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  SSL_set_connect_state(ssl.get());
  return ssl;
}

std::string tls_words(const Ssl& ssl) {
  const auto verdict = SSL_get_verify_result(ssl.get());
  const auto words = queue_words();
  return verdict == X509_V_OK ? words : X509_verify_cert_error_string(verdict);
}

}  // namespace hotswap::redis
