#include "infrastructure/sql/outbox.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_OUTBOX_COLUMNS "id, kind, payload, at, attempts, next, error"

constexpr List kDeadLetters{"dead letters", "SELECT buried, " HS_OUTBOX_COLUMNS " FROM outbox",
                            "buried DESC"};

OutboxItem read_item(Columns& in) {
  OutboxItem item;
  item.id = in.text();
  item.kind = in.text();
  item.payload = in.json();
  item.at = in.time();
  item.attempts = static_cast<std::uint32_t>(in.integer());
  item.next = in.time();
  item.error = in.text();
  return item;
}

Result<OutboxItem> read_outbox(const Row& row) {
  Columns in(row);
  return in.finish(read_item(in));
}

Result<Keyed<OutboxItem>> read_dead_letter(const Row& row) {
  Columns in(row);
  Keyed<OutboxItem> keyed;
  keyed.key = std::to_string(in.integer());
  keyed.item = read_item(in);
  return in.finish(std::move(keyed));
}

}  // namespace

Result<void> apply(Session& session, const change::EnqueueOutbox& change) {
  return later(session,
               "INSERT INTO outbox (id, kind, payload, at, next) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (id) DO NOTHING",
               {change.id, change.kind, json::write(change.payload), to_column(change.at),
                to_column(change.at)});
}

Result<void> apply(Session& session, const change::FinishOutbox& change) {
  return later(session, "DELETE FROM outbox WHERE id = $1", {change.id});
}

Result<void> apply(Session& session, const change::DeferOutbox& change) {
  return later(session,
               "UPDATE outbox SET attempts = $1, next = $2, error = $3 "
               "WHERE id = $4 AND buried IS NULL",
               {std::int64_t{change.attempts}, to_column(change.next), change.error, change.id});
}

Result<void> apply(Session& session, const change::BuryOutbox& change) {
  return later(session,
               "UPDATE outbox SET attempts = $1, error = $2, buried = "
               "(SELECT coalesce(max(buried), 0) + 1 FROM outbox WHERE buried IS NOT NULL) "
               "WHERE id = $3 AND buried IS NULL",
               {std::int64_t{change.attempts}, change.error, change.id});
}

Result<void> apply(Session& session, const change::ReviveOutbox& change) {
  const auto changed = session.changes(
      "UPDATE outbox SET attempts = 0, next = $1, error = '', buried = NULL "
      "WHERE id = $2 AND buried IS NOT NULL",
      {to_column(change.next), change.id});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::dead_letter_not_found(change.id));
  return {};
}

Result<std::vector<OutboxItem>> outbox(Session& session, WallTime now, std::size_t limit) {
  return all<OutboxItem>(session,
                         "SELECT " HS_OUTBOX_COLUMNS
                         " FROM outbox WHERE buried IS NULL AND next <= $1 "
                         "ORDER BY next, position LIMIT $2",
                         {to_column(now), to_column(std::uint64_t{limit})}, read_outbox);
}

Result<Page<OutboxItem>> dead_letters(Session& session, const PageRequest& request) {
  Where where;
  where.add_fixed("buried IS NOT NULL");
  const auto cursor = add_number_cursor(where, kDeadLetters.name, "buried < ?", request);
  if (!cursor) return std::unexpected(cursor.error());
  return read_page<OutboxItem>(session, kDeadLetters, where, store::page_limit(request),
                               read_dead_letter);
}

}  // namespace hotswap::sql
