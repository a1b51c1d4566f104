#pragma once
// Exit codes of the command line: one table for errors, here and in `hotswap --help`.

#include <string>

#include "domain/base/error.hpp"

namespace hotswap::cli {

enum class ExitCode : int {
  Ok = 0,
  Internal = 1,
  Usage = 2,
  NotFound = 3,
  Conflict = 4,
  Invalid = 5,
  Denied = 6,
  Unavailable = 7,
  RolloutFailed = 8,  ///< the watched deployment did not succeed
  Objection = 9,      ///< nothing failed, but a check says no: a schema change breaks
  Interrupted = 130   ///< Ctrl-C
};

[[nodiscard]] ExitCode exit_code(ErrorCode code);
[[nodiscard]] ErrorCode error_code_of_status(int http_status);
/// The table as text, for --help.
[[nodiscard]] std::string exit_code_help();

}  // namespace hotswap::cli
