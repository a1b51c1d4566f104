#pragma once
// Errors as values. Every layer returns Result<T>; exceptions come only from third parties and are
// caught where the third party is called.

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace hotswap {

/// Neutral kinds of failure. api/problem.cpp maps them to HTTP, cli/exit_code.cpp to exit codes,
/// both by an exhaustive switch.
enum class ErrorCode {
  Malformed,             ///< cannot be read at all (400)
  Unauthenticated,       ///< no or bad credentials (401)
  Forbidden,             ///< known, but may not (403)
  NotFound,              ///< (404)
  MethodNotAllowed,      ///< (405)
  Conflict,              ///< clashes with another thing, which `detail` names (409)
  PreconditionFailed,    ///< If-Match did not match (412)
  TooLarge,              ///< (413)
  UnsupportedMediaType,  ///< (415)
  Invalid,               ///< readable, but breaks a rule; `fields` say where (422)
  RateLimited,           ///< (429)
  Unavailable,           ///< try again later (503)
  Timeout,               ///< an outside party did not answer in time (504)
  Internal               ///< our fault (500)
};

/// One failing place of an input.
struct FieldError {
  std::string path;     ///< JSONPath of the value, e.g. `$.strategy.batchSize`
  std::string keyword;  ///< rule that failed, e.g. `maximum`, `required`, `unknown`
  std::string message;  ///< what is wrong and what to do
  bool operator==(const FieldError&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string reason;              ///< stable slug, e.g. `deployment.already_active`
  std::string detail;              ///< sentence for people: what, and the remedy
  std::vector<FieldError> fields;  ///< failing places, may be empty
  std::string internal;            ///< only logged, never shown to a caller
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand: `return fail(ErrorCode::NotFound, "config.not_found", "…");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string reason,
                                                 std::string detail,
                                                 std::vector<FieldError> fields = {}) {
  return std::unexpected(Error{code, std::move(reason), std::move(detail), std::move(fields), {}});
}

/// One bad field: code Invalid, the field's path, rule and message.
[[nodiscard]] inline std::unexpected<Error> fail_field(std::string reason, std::string path,
                                                       std::string keyword, std::string message) {
  auto detail = path + ": " + message;
  return std::unexpected(Error{ErrorCode::Invalid,
                               std::move(reason),
                               std::move(detail),
                               {{std::move(path), std::move(keyword), std::move(message)}},
                               {}});
}

}  // namespace hotswap
