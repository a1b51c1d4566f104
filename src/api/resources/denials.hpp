#pragma once
#include "api/server/http.hpp"
#include "domain/audit/denial_book.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "orchestrator/audit_service.hpp"

namespace hotswap::api {

/// Puts refused attempts (401, 403) on record: the first of each caller at once, further ones
/// within a minute as one entry that counts them. Thread-safe.
class Denials {
 public:
  Denials(AuditService& audit, const Clock& clock, Logger& logger)
      : audit_(audit), clock_(clock), logger_(logger) {}
  /// Writes what was gathered.
  ~Denials();
  Denials(const Denials&) = delete;
  Denials& operator=(const Denials&) = delete;

  void note(const Caller& caller, const std::string& action, const std::string& resource,
            const Error& error);
  /// Writes what was gathered in minutes that are over; to be called every few seconds.
  void flush();

 private:
  void write(const Caller& caller, const Refusal& refusal, const std::string& detail);
  void write(const std::vector<GatheredRefusals>& gathered);

  AuditService& audit_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  DenialBook book_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::api
