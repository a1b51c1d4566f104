#pragma once
#include "api/server/http.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "orchestrator/audit_service.hpp"

namespace hotswap::api {

/// Puts refused attempts (401, 403) on record, a few per second at most: a flood of them is counted
/// in the next entry instead of filling the store. Thread-safe.
class Denials {
 public:
  static constexpr int kPerSecond = 10;

  Denials(AuditService& audit, const Clock& clock, Logger& logger)
      : audit_(audit), clock_(clock), logger_(logger) {}

  void note(const Caller& caller, const std::string& action, const std::string& resource,
            const Error& error);

 private:
  /// How many were passed over since the last entry; nothing if this one is passed over too.
  [[nodiscard]] std::optional<std::uint64_t> admit();

  AuditService& audit_;
  const Clock& clock_;
  Logger& logger_;
  Mutex mutex_;
  MonoTime second_ HS_GUARDED_BY(mutex_){};
  int noted_ HS_GUARDED_BY(mutex_) = 0;
  std::uint64_t passed_over_ HS_GUARDED_BY(mutex_) = 0;
};

}  // namespace hotswap::api
