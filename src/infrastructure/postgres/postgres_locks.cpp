#include "infrastructure/postgres/postgres_locks.hpp"

#include <libpq-fe.h>

#include "domain/base/limits.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

// One statement for all names, which go as a JSON array.
constexpr std::string_view kTry =
    "SELECT name, pg_try_advisory_lock(hashtextextended(name, 7463)) "
    "FROM json_array_elements_text($1::json) AS names(name)";
constexpr std::string_view kUnlock =
    "SELECT name, pg_advisory_unlock(hashtextextended(name, 7463)) "
    "FROM json_array_elements_text($1::json) AS names(name)";

postgres::ConnectOptions lease_options(const std::string& dsn) {
  postgres::ConnectOptions options;
  options.dsn = dsn;
  options.application = "hotswap locks";
  options.connect_timeout = std::chrono::seconds(2);
  options.statement_timeout = std::chrono::seconds(2);
  options.idle_session_timeout = limits::kLease;
  return options;
}

}  // namespace

PostgresLocks::PostgresLocks(const std::string& dsn, std::string prefix)
    : prefix_(std::move(prefix)), connection_(lease_options(dsn)) {}

Result<void> PostgresLocks::run_for(std::string_view statement,
                                    const std::vector<std::string>& names,
                                    std::set<std::string>* yes) {
  json::Array array;
  for (const auto& name : names) array.emplace_back(prefix_ + name);
  const std::string text = json::write(array);
  const auto rows = connection_.run(statement, std::initializer_list<sql::Param>{text});
  if (!rows) {
    // Locks of a session end with it; of one that still answers they are given up, too, so that
    // what is held here is never in doubt.
    connection_.close();
    held_.clear();
    return std::unexpected(rows.error());
  }
  for (int row = 0; yes != nullptr && row < PQntuples(rows->get()); ++row)
    if (std::string_view(PQgetvalue(rows->get(), row, 1)) == "t")
      yes->insert(std::string(PQgetvalue(rows->get(), row, 0)).substr(prefix_.size()));
  return {};
}

Result<std::set<std::string>> PostgresLocks::hold(const std::vector<std::string>& names) {
  const MutexLock lock(mutex_);
  if (!connection_.is_open()) held_.clear();
  std::vector<std::string> missing;
  for (const auto& name : names)
    if (!held_.contains(name)) missing.push_back(name);
  // Also without any: the session shows that it lives, or is found dead.
  auto done = run_for(kTry, missing, &held_);
  if (!done) done = run_for(kTry, names, &held_);
  if (!done) return std::unexpected(std::move(done.error()));
  std::set<std::string> ours;
  for (const auto& name : names)
    if (held_.contains(name)) ours.insert(name);
  return ours;
}

Result<void> PostgresLocks::release(const std::vector<std::string>& names) {
  const MutexLock lock(mutex_);
  std::vector<std::string> ours;
  for (const auto& name : names)
    if (held_.erase(name) > 0) ours.push_back(name);
  if (ours.empty()) return {};
  return run_for(kUnlock, ours, nullptr);
}

}  // namespace hotswap
