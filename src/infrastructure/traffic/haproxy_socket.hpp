#pragma once
// HAProxy's runtime API: a line of text there, a text back, one connection each. It has no status:
// what it complains of is text like any other, so callers look at every answer.

#include <string>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap {

class HaproxySocket {
 public:
  /// `address`: path of a Unix socket, or host:port.
  HaproxySocket(std::string address, Duration timeout)
      : address_(std::move(address)), timeout_(timeout) {}

  /// The answer without blanks at its end. `command` is one line. Errors: Unavailable
  /// `haproxy.unreachable`, Timeout `haproxy.timeout`, TooLarge `haproxy.too_large`.
  [[nodiscard]] Result<std::string> ask(const std::string& command) const;
  /// A command that is answered by nothing when it was carried out. Unavailable `haproxy.refused`
  /// with what HAProxy said instead.
  [[nodiscard]] Result<void> command(const std::string& command) const;

 private:
  std::string address_;
  Duration timeout_;
};

}  // namespace hotswap
