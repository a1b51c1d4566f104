#pragma once
#include "api/resources/denials.hpp"
#include "api/resources/gate.hpp"
#include "domain/ports/logger.hpp"

namespace hotswap::api {

/// Turns errors into what their callers are told; refused attempts are put on record, and failures
/// of ours in the log. Thread-safe.
class Refusals {
 public:
  Refusals(Gate& gate, Denials& denials, Logger& logger)
      : gate_(gate), denials_(denials), logger_(logger) {}

  /// What was asked.
  struct Asked {
    std::string action;  ///< as the record names it
    std::string path;
  };
  [[nodiscard]] Response problem_of(const Error& error, const Caller& caller, const Asked& asked);

 private:
  Gate& gate_;
  Denials& denials_;
  Logger& logger_;
};

}  // namespace hotswap::api
