#pragma once
// Idempotency-Key: who repeats a POST with the same key and body gets the stored answer; nothing is
// done twice.

#include <optional>
#include <set>
#include <string>

#include "api/server/http.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap::api {

/// Thread-safe.
class Idempotency {
 public:
  Idempotency(Store& store, Committer& committer, const Clock& clock, Logger& logger);

  /// One keyed request.
  struct Ticket {
    std::string key;        ///< principal and key
    std::string body_hash;  ///< of method, target and body
  };
  /// Invalid `idempotency.invalid` for a key that is empty, too long or not plain ASCII.
  [[nodiscard]] static Result<Ticket> ticket(const std::string& subject, const Request& request);

  /// The stored answer; or nothing, and then finish() must follow. Errors: Invalid
  /// `idempotency.mismatch` for another body, Conflict `idempotency.in_progress` while the first
  /// request is being answered.
  [[nodiscard]] Result<std::optional<Response>> begin(const Ticket& ticket);
  /// Stores the answer unless it invites a repetition (429, 5xx), and lets the next one pass.
  void finish(const Ticket& ticket, const Response& response);

 private:
  [[nodiscard]] Result<std::optional<Response>> stored(const Ticket& ticket);

  Store& store_;
  Committer& committer_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  std::set<std::string> running_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
