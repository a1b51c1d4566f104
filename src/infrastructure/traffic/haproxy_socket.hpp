#pragma once
// HAProxy's runtime API: a line of text there, a text back, one connection each. It has no status:
// what it complains of is text like any other, so callers look at every answer.

#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "domain/net/reach.hpp"

namespace hotswap {

class HaproxySocket {
 public:
  /// `address`: path of a Unix socket, or host:port.
  HaproxySocket(std::string address, Duration timeout, net::Reach reach = net::Reach::of_operator())
      : address_(std::move(address)), timeout_(timeout), reach_(std::move(reach)) {}

  /// The answer without blanks at its end. `command` is one line. Errors: Unavailable
  /// `haproxy.unreachable`, Timeout `haproxy.timeout`, TooLarge `haproxy.too_large`, Forbidden
  /// `haproxy.address_refused` (beyond `reach`).
  [[nodiscard]] Result<std::string> ask(const std::string& command) const;
  /// A command that is answered by nothing when it was carried out. Unavailable `haproxy.refused`
  /// with what HAProxy said instead.
  [[nodiscard]] Result<void> command(const std::string& command) const;

 private:
  std::string address_;
  Duration timeout_;
  net::Reach reach_;
};

}  // namespace hotswap
