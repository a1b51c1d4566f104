#include "infrastructure/sql/statistics.hpp"

#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

/// Those that grow.
constexpr std::string_view kTables[] = {"profiles",
                                        "versions",
                                        "tags",
                                        "registered_schemas",
                                        "registered_schema_versions",
                                        "instances",
                                        "assignments",
                                        "observations",
                                        "deployments",
                                        "deployment_targets",
                                        "events",
                                        "audit",
                                        "health_records",
                                        "outbox",
                                        "idempotent",
                                        "change_log",
                                        "nodes"};

/// Never more than kCounted of them are looked at.
Result<std::uint64_t> counted(Session& session, std::string_view table) {
  const std::string text = "SELECT count(*) FROM (SELECT 1 FROM " + std::string(table) + " LIMIT " +
                           std::to_string(StoreStatistics::kCounted) + ") AS counted";
  auto count = maybe<std::uint64_t>(session, text, {}, [](const Row& row) -> Result<std::uint64_t> {
    return static_cast<std::uint64_t>(row.integer(0));
  });
  if (!count) return std::unexpected(count.error());
  return count->value_or(0);
}

}  // namespace

Result<StoreStatistics> statistics(Session& session, std::string_view engine_query) {
  StoreStatistics found;
  auto done = session.query(engine_query, {}, [&](const Row& row) -> Result<void> {
    found.engine = row.text(0);
    found.bytes = static_cast<std::uint64_t>(row.integer(1));
    return {};
  });
  if (done)
    done = session.query("SELECT max(version) FROM schema_version", {},
                         [&](const Row& row) -> Result<void> {
                           found.schema = static_cast<std::uint64_t>(row.integer(0));
                           return {};
                         });
  if (!done) return std::unexpected(done.error());
  for (const auto table : kTables) {
    const auto rows = counted(session, table);
    if (!rows) return std::unexpected(rows.error());
    found.rows.emplace(table, *rows);
  }
  return found;
}

}  // namespace hotswap::sql
