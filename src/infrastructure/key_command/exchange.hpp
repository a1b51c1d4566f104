#pragma once
// One run of a program: bytes in, bytes out.

#include <string>
#include <vector>

#include "domain/base/time.hpp"
#include "domain/secret/secret_text.hpp"

namespace hotswap::key_command {

struct Run {
  std::vector<std::string> command;  ///< absolute path and arguments; no shell sees them
  std::string_view input;
  Duration timeout;
};

struct Output {
  SecretText text;       ///< of standard output
  std::string problems;  ///< the end of standard error
};

/// Environment: ours without our own variables and Vault's. The program runs in a process group of
/// its own, which is killed at the end. Errors, all Unavailable `secret.unavailable`: it cannot be
/// started, does not end in time, writes more than 64 KiB, or ends otherwise than with 0;
/// `internal` is then the end of what it wrote to standard error.
[[nodiscard]] Result<Output> exchange(const Run& run);

}  // namespace hotswap::key_command
