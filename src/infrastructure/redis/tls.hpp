#pragma once
// TLS to Redis by OpenSSL: 1.2 and 1.3, the server's name or address is verified.

#include <memory>
#include <string>

#include "domain/base/error.hpp"

// OpenSSL's own names for SSL_CTX and SSL; its headers stay in the .cpp files.
struct ssl_ctx_st;
struct ssl_st;

namespace hotswap::redis {

struct FreeSsl {
  void operator()(ssl_st* ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, FreeSsl>;

class Tls {
 public:
  /// `ca_file`: PEM file of the authorities to trust; empty: the machine's. Invalid `redis.tls`.
  [[nodiscard]] static Result<std::shared_ptr<const Tls>> load(const std::string& ca_file);
  /// A client's session over the descriptor, before its handshake.
  [[nodiscard]] Result<Ssl> open(int descriptor, const std::string& host) const;

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

/// The oldest entry of OpenSSL's queue of this thread, which is emptied; or why the peer's
/// certificate was refused.
[[nodiscard]] std::string tls_words(const Ssl& ssl);

}  // namespace hotswap::redis
