#include "infrastructure/sql/audit_keeping.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

constexpr std::string_view kHead = "head";
constexpr std::string_view kAnchor = "anchor";

struct Standing {
  std::int64_t entries = 0, erased_text = 0, behind = 0, anchors = 0;
};

Result<Standing> look_at(Session& session, std::int64_t through) {
  Standing standing;
  auto done = session.query(
      "SELECT COUNT(*), COALESCE(SUM(LENGTH(erased)), 0), "
      "(SELECT COUNT(*) FROM (SELECT 1 FROM audit WHERE sequence > $1 LIMIT 1) AS later), "
      "(SELECT COUNT(*) FROM audit_checkpoints WHERE sequence >= $1 AND kind = 'anchor') "
      "FROM audit WHERE sequence <= $1",
      {through}, [&](const Row& row) -> Result<void> {
        Columns in(row);
        standing.entries = in.integer();
        standing.erased_text = in.integer();
        standing.behind = in.integer();
        standing.anchors = in.integer();
        return in.finish();
      });
  if (!done) return std::unexpected(std::move(done.error()));
  return standing;
}

}  // namespace

// Heads only go on; an anchor takes the place of all that it covers.
Result<void> apply(Session& session, const change::PutCheckpoint& change) {
  const auto& checkpoint = change.checkpoint;
  const auto sequence = to_column(checkpoint.sequence);
  const auto body = json::write(to_json(checkpoint));
  if (!checkpoint.anchor)
    return run(session,
               "INSERT INTO audit_checkpoints (sequence, kind, body) SELECT CAST($1 AS BIGINT), "
               "CAST($2 AS TEXT), CAST($3 AS TEXT) WHERE NOT EXISTS "
               "(SELECT 1 FROM audit_checkpoints WHERE sequence >= CAST($1 AS BIGINT))",
               {sequence, kHead, body});
  auto done = run(session,
                  "INSERT INTO audit_checkpoints (sequence, kind, body) VALUES ($1, $2, $3) "
                  "ON CONFLICT (sequence, kind) DO NOTHING",
                  {sequence, kAnchor, body});
  if (!done) return done;
  return run(session,
             "DELETE FROM audit_checkpoints WHERE sequence < $1 OR (sequence = $1 AND kind <> $2)",
             {sequence, kAnchor});
}

Result<void> apply(Session& session, const change::RemoveAudit& change) {
  const auto through = to_column(change.through);
  const auto standing = look_at(session, through);
  if (!standing) return std::unexpected(standing.error());
  if (standing->anchors == 0 || standing->behind == 0)
    return std::unexpected(store::audit_not_anchored());
  if (standing->entries != to_column(change.entries) ||
      standing->erased_text != to_column(change.erased_text))
    return std::unexpected(store::erasure_overtaken());
  return run(session, "DELETE FROM audit WHERE sequence <= $1", {through});
}

Result<void> apply(Session& session, const change::PutAuditCursor& change) {
  return run(session,
             "INSERT INTO audit_cursors (receiver, sequence) VALUES ($1, $2) "
             "ON CONFLICT (receiver) DO UPDATE SET sequence = excluded.sequence "
             "WHERE audit_cursors.sequence < excluded.sequence",
             {change.receiver, to_column(change.sequence)});
}

Result<std::vector<AuditCheckpoint>> audit_checkpoints(Session& session, std::uint64_t after,
                                                       std::size_t limit) {
  return all<AuditCheckpoint>(
      session, "SELECT body FROM audit_checkpoints WHERE sequence > $1 ORDER BY sequence LIMIT $2",
      {to_column(after), to_column(std::uint64_t{limit})},
      [](const Row& row) -> Result<AuditCheckpoint> {
        Columns in(row);
        auto checkpoint = in.document<AuditCheckpoint>(audit_checkpoint_from_json);
        return in.finish(std::move(checkpoint));
      });
}

Result<std::map<std::string, std::uint64_t>> audit_cursors(Session& session) {
  std::map<std::string, std::uint64_t> cursors;
  auto done = session.query("SELECT receiver, sequence FROM audit_cursors", {},
                            [&](const Row& row) -> Result<void> {
                              Columns in(row);
                              auto receiver = in.text();
                              cursors.emplace(std::move(receiver), in.number());
                              return in.finish();
                            });
  if (!done) return std::unexpected(std::move(done.error()));
  return cursors;
}

}  // namespace hotswap::sql
