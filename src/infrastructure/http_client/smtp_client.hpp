#pragma once
// Mail out, by one relay.

#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

struct SmtpRelay {
  std::string url;             ///< smtp://host:port or smtps://host:port
  std::string user, password;  ///< empty: the relay asks for none
  std::string ca_file{};       ///< PEM; empty: the system's authorities
};

struct Mail {
  std::string from, to;  ///< addresses without names
  std::string message;   ///< headers and body, lines ended by CR LF
};

/// Blocking, limited by `timeout`. TLS is used when the relay offers it, and demanded when there is
/// a password to send. Errors: Unavailable `smtp.undelivered` with what the relay said, Invalid
/// `smtp.invalid` for addresses that are none.
[[nodiscard]] Result<void> send_mail(const SmtpRelay& relay, const Mail& mail, Duration timeout);

}  // namespace hotswap
