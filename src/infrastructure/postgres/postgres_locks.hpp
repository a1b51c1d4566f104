#pragma once
// Leases as advisory locks of a session: PostgreSQL frees them when the session ends, which it does
// at once when its process dies, and when it has said nothing for a lease (idle_session_timeout).

#include "domain/base/mutex.hpp"
#include "domain/ports/locks.hpp"
#include "infrastructure/postgres/connection.hpp"

namespace hotswap {

class PostgresLocks final : public Locks {
 public:
  /// `prefix`: two clusters in one database do not meet.
  PostgresLocks(const std::string& dsn, std::string prefix);

  Result<std::set<std::string>> hold(const std::vector<std::string>& names) override;
  Result<void> release(const std::vector<std::string>& names) override;

 private:
  [[nodiscard]] Result<void> run_for(std::string_view statement,
                                     const std::vector<std::string>& names,
                                     std::set<std::string>* yes) HS_REQUIRES(mutex_);

  const std::string prefix_;
  Mutex mutex_;
  postgres::Connection connection_ HS_GUARDED_BY(mutex_);
  std::set<std::string> held_ HS_GUARDED_BY(mutex_);  ///< by this session
};

}  // namespace hotswap
