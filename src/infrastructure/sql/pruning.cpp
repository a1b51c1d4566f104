// What nobody needs any longer, a bounded number of rows at a time.
#include "infrastructure/sql/pruning.hpp"

#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

constexpr std::string_view kHealth =
    "DELETE FROM health_records WHERE (deployment, sequence) IN (SELECT h.deployment, h.sequence "
    "FROM health_records h JOIN deployments d ON d.id = h.deployment "
    "WHERE d.active = 0 AND d.progressed_at < $1 LIMIT $2)";
constexpr std::string_view kDeadLetters =
    "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox "
    "WHERE buried IS NOT NULL AND at < $1 LIMIT $2)";
constexpr std::string_view kAnswers =
    "DELETE FROM idempotent WHERE key IN (SELECT key FROM idempotent WHERE expires < $1 LIMIT $2)";

}  // namespace

Result<std::size_t> prune(Session& session, const change::PruneRecords& change) {
  std::size_t pruned = 0;
  for (const auto& [text, before] : {std::pair(kHealth, change.health_before),
                                     std::pair(kDeadLetters, change.dead_letters_before),
                                     std::pair(kAnswers, change.answers_before)}) {
    const auto rows =
        session.execute(text, {to_column(before), to_column(std::uint64_t{change.limit})});
    if (!rows) return std::unexpected(rows.error());
    pruned += static_cast<std::size_t>(*rows);
  }
  return pruned;
}

}  // namespace hotswap::sql
