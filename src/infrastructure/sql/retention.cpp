// What nobody needs at hand any longer, a bounded number of rows at a time.
#include "infrastructure/sql/retention.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

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

/// Why a version was not changed as it should have been; nothing if it is as wanted already.
Result<void> explain(Session& session, const ProfileName& profile, const SemVer& number,
                     const std::string& hash) {
  const auto stored =
      maybe<std::string>(session, "SELECT hash FROM versions WHERE profile = $1 AND number = $2",
                         {profile.str(), number.str()},
                         [](const Row& row) -> Result<std::string> { return Columns(row).text(); });
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return std::unexpected(store::version_not_found(profile, number));
  if (**stored != hash) return std::unexpected(store::version_changed(profile, number));
  return {};
}

}  // namespace

Result<void> apply(Session& session, const change::ArchiveVersions& change) {
  for (const auto& item : change.items) {
    const auto emptied = session.changes(
        "UPDATE versions SET content = '', archived = $1, archived_line = $2 "
        "WHERE profile = $3 AND number = $4 AND hash = $5 AND archived = ''",
        {item.place.object, to_column(item.place.line), change.profile.str(), item.number.str(),
         item.hash});
    if (!emptied) return std::unexpected(emptied.error());
    if (*emptied) continue;
    if (auto fits = explain(session, change.profile, item.number, item.hash); !fits) return fits;
  }
  return {};
}

Result<void> apply(Session& session, const change::RestoreVersion& change) {
  const auto restored = session.changes(
      "UPDATE versions SET content = $1, archived = '', archived_line = 0 "
      "WHERE profile = $2 AND number = $3 AND hash = $4 AND archived <> ''",
      {change.content, change.profile.str(), change.number.str(), change.hash});
  if (!restored) return std::unexpected(restored.error());
  if (*restored) return {};
  return explain(session, change.profile, change.number, change.hash);
}

Result<void> apply(Session& session, const change::PutRetentionRun& change) {
  auto put =
      run(session,
          "INSERT INTO retention_runs (id, started_at, body) VALUES ($1, $2, $3) "
          "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
          {change.run.id, to_column(change.run.started_at), json::write(to_json(change.run))});
  if (!put) return put;
  return run(session,
             "DELETE FROM retention_runs WHERE id NOT IN (SELECT id FROM retention_runs "
             "ORDER BY started_at DESC, id DESC LIMIT $1)",
             {to_column(std::uint64_t{change::kRetentionRunsKept})});
}

Result<std::vector<RetentionRun>> retention_runs(Session& session) {
  return all<RetentionRun>(session,
                           "SELECT body FROM retention_runs ORDER BY started_at DESC, id DESC", {},
                           [](const Row& row) -> Result<RetentionRun> {
                             Columns in(row);
                             auto run = in.document<RetentionRun>([](const json::Value& body) {
                               return retention_run_from_json(body);
                             });
                             return in.finish(std::move(run));
                           });
}

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
