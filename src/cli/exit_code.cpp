#include "cli/exit_code.hpp"

namespace hotswap::cli {

ExitCode exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::NotFound:
      return ExitCode::NotFound;
    case ErrorCode::Conflict:
    case ErrorCode::PreconditionFailed:
      return ExitCode::Conflict;
    case ErrorCode::Malformed:
    case ErrorCode::Invalid:
    case ErrorCode::TooLarge:
    case ErrorCode::UnsupportedMediaType:
    case ErrorCode::MethodNotAllowed:
      return ExitCode::Invalid;
    case ErrorCode::Unauthenticated:
    case ErrorCode::Forbidden:
      return ExitCode::Denied;
    case ErrorCode::RateLimited:
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
      return ExitCode::Unavailable;
    case ErrorCode::Internal:
      return ExitCode::Internal;
  }
  return ExitCode::Internal;
}

ErrorCode error_code_of_status(int http_status) {
  switch (http_status) {
    case 400:
      return ErrorCode::Malformed;
    case 401:
      return ErrorCode::Unauthenticated;
    case 403:
      return ErrorCode::Forbidden;
    case 404:
    case 410:
      return ErrorCode::NotFound;
    case 405:
      return ErrorCode::MethodNotAllowed;
    case 409:
      return ErrorCode::Conflict;
    case 412:
      return ErrorCode::PreconditionFailed;
    case 413:
      return ErrorCode::TooLarge;
    case 415:
      return ErrorCode::UnsupportedMediaType;
    case 422:
      return ErrorCode::Invalid;
    case 429:
      return ErrorCode::RateLimited;
    case 408:
    case 504:
      return ErrorCode::Timeout;
    case 502:
    case 503:
      return ErrorCode::Unavailable;
    default:
      return http_status >= 400 && http_status < 500 ? ErrorCode::Invalid : ErrorCode::Internal;
  }
}

std::string exit_code_help() {
  return "Exit codes: 0 done; 1 internal error; 2 wrong usage; 3 not found; 4 conflict (exists, in "
         "use, changed meanwhile);\n"
         "  5 invalid input; 6 not logged in or not allowed; 7 server unreachable, busy or too "
         "slow;\n"
         "  8 the watched deployment was rolled back, failed or was cancelled;\n"
         "  9 a check objects: a schema breaks or waits for approval, apply --dry-run or diff "
         "--exit-code found changes; 130 interrupted.\n";
}

}  // namespace hotswap::cli
