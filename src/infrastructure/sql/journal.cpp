#include "infrastructure/sql/journal.hpp"

#include <array>

#include "domain/base/limits.hpp"
#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/paging.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_EVENT_COLUMNS "at, kind, profile, deployment, instance, actor, message, data"
#define HS_AUDIT_COLUMNS \
  "at, actor, roles, address, action, resource, outcome, detail, trace_id, hash, salt"

constexpr Insertion kEvent{
    "INSERT INTO events (" HS_EVENT_COLUMNS ") VALUES {rows} RETURNING sequence", "nttttttt"};
constexpr Insertion kEntry{"INSERT INTO audit (" HS_AUDIT_COLUMNS ") VALUES {rows}", "ntttttttttt"};

constexpr List kList{"audit", "SELECT sequence, " HS_AUDIT_COLUMNS ", erased FROM audit",
                     "sequence DESC"};
/// Within a range of time an index leads from its end to its beginning, however long the audit is.
constexpr List kByTime{"audit.time", kList.select, "at DESC, sequence DESC"};

Result<TimelineEvent> read_event(const Row& row) {
  Columns in(row);
  TimelineEvent event;
  event.sequence = in.number();
  event.at = in.time();
  event.kind = in.text();
  event.profile = ProfileName(in.text());
  event.deployment = DeploymentId(in.text());
  event.instance = InstanceId(in.text());
  event.actor = in.text();
  event.message = in.text();
  event.data = in.json();
  return in.finish(std::move(event));
}

Result<AuditEntry> read_entry(const Row& row) {
  Columns in(row);
  AuditEntry entry;
  entry.sequence = in.number();
  entry.at = in.time();
  entry.actor = in.text();
  entry.roles = in.text();
  entry.address = in.text();
  entry.action = in.text();
  entry.resource = in.text();
  entry.outcome = in.text();
  entry.detail = in.text();
  entry.trace_id = in.text();
  entry.hash = in.text();
  entry.salt = in.text();
  entry.erased = in.audit_erased();
  return in.finish(std::move(entry));
}

Result<Keyed<AuditEntry>> read_timed(const Row& row) {
  return mapped(read_entry(row), [](AuditEntry entry) {
    auto key = std::to_string(to_column(entry.at)) + ' ' + std::to_string(entry.sequence);
    return Keyed<AuditEntry>{std::move(key), std::move(entry)};
  });
}

Result<Keyed<AuditEntry>> read_keyed(const Row& row) {
  return mapped(read_entry(row), [](AuditEntry entry) {
    auto key = std::to_string(entry.sequence);
    return Keyed<AuditEntry>{std::move(key), std::move(entry)};
  });
}

Result<change::PutIdempotent> read_idempotent(const Row& row) {
  Columns in(row);
  change::PutIdempotent answer;
  answer.key = in.text();
  answer.body_hash = in.text();
  answer.status = static_cast<int>(in.integer());
  answer.headers = in.text();
  answer.body = in.text();
  answer.expires = in.time();
  return in.finish(std::move(answer));
}

}  // namespace

Result<void> append(Session& session, const TimelineEvent& event,
                    const std::function<void(std::uint64_t)>& on_sequence) {
  const std::string data = json::write(event.data);
  const std::array<Param, 8> params = {
      to_column(event.at),  event.kind,  event.profile.str(), event.deployment.str(),
      event.instance.str(), event.actor, event.message,       data};
  return session.add(kEvent, params, [on_sequence](const Row& row) -> Result<void> {
    on_sequence(Columns(row).number());
    return {};
  });
}

Result<void> begin(Session& session, ChainTail& tail) {
  tail.clear();
  return session.begin_with("SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1",
                            [&tail](const Row& row) -> Result<void> {
                              tail = Columns(row).text();
                              return {};
                            });
}

Result<void> append(Session& session, const AuditEntry& e, ChainTail& tail) {
  tail = chain_hash(tail, e);
  return add(session, kEntry,
             {to_column(e.at), e.actor, e.roles, e.address, e.action, e.resource, e.outcome,
              e.detail, e.trace_id, tail, e.salt});
}

// Expired answers go here, so that the table stays as small as a day's requests.
Result<void> apply(Session& session, const change::PutIdempotent& change) {
  const WallTime now = change.expires - limits::kIdempotencyKeep;
  auto done = later(session, "DELETE FROM idempotent WHERE expires <= $1", {to_column(now)});
  if (!done) return done;
  const auto stored = session.changes(
      "INSERT INTO idempotent (key, body_hash, status, headers, body, expires) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING",
      {change.key, change.body_hash, std::int64_t{change.status}, change.headers, change.body,
       to_column(change.expires)});
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return std::unexpected(store::idempotency_exists());
  return {};
}

Result<std::vector<TimelineEvent>> events(Session& session, const EventFilter& filter,
                                          std::uint64_t after, std::size_t limit) {
  Where where;
  where.add("sequence > ?", to_column(after));
  where.add_set("profile = ?", filter.profile);
  where.add_set("deployment = ? AND deployment <> ''", filter.deployment);
  const auto last = where.bind(to_column(std::uint64_t{limit}));
  const auto text = "SELECT sequence, " HS_EVENT_COLUMNS " FROM events" + where.clause() +
                    " ORDER BY sequence LIMIT " + last;
  return all<TimelineEvent>(session, text, where.params(), read_event);
}

namespace {

Result<Page<AuditEntry>> audit_by_time(Session& session, Where& where, const PageRequest& request) {
  if (!request.cursor.empty()) {
    const auto key = store::decode_time_cursor(kByTime.name, request.cursor);
    if (!key) return std::unexpected(key.error());
    where.add_fixed("(at, sequence) < (" + where.bind(key->first) + ", " +
                    where.bind(to_column(key->second)) + ")");
  }
  return read_page<AuditEntry>(session, kByTime, where, store::page_limit(request), read_timed);
}

}  // namespace

Result<Page<AuditEntry>> audit(Session& session, const AuditFilter& filter,
                               const PageRequest& request) {
  Where where;
  where.add_set("actor = ?", filter.actor);
  where.add_set("action = ?", filter.action);
  // The resource or anything below it: between "a/" and "a0", as '0' follows '/'.
  const auto first_below = filter.resource + "/";
  const auto behind_below = filter.resource + "0";
  if (!filter.resource.empty()) {
    where.add_fixed("(resource = " + where.bind(filter.resource) + " OR (resource >= " +
                    where.bind(first_below) + " AND resource < " + where.bind(behind_below) + "))");
  }
  where.add_set("outcome = ?", filter.outcome);
  // Said once more, a database finds the index of what did not go well.
  if (!filter.outcome.empty() && filter.outcome != "success")
    where.add_fixed("outcome <> 'success'");
  if (filter.from) where.add("at >= ?", to_column(*filter.from));
  if (filter.to) where.add("at < ?", to_column(*filter.to));
  if (filter.from || filter.to) return audit_by_time(session, where, request);
  const auto cursor = add_number_cursor(where, kList.name, "sequence < ?", request);
  if (!cursor) return std::unexpected(cursor.error());
  return read_page<AuditEntry>(session, kList, where, store::page_limit(request), read_keyed);
}

Result<std::vector<AuditEntry>> audit_after(Session& session, std::uint64_t sequence,
                                            std::size_t limit) {
  return all<AuditEntry>(session,
                         "SELECT sequence, " HS_AUDIT_COLUMNS
                         ", erased FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2",
                         {to_column(sequence), to_column(std::uint64_t{limit})}, read_entry);
}

Result<std::optional<change::PutIdempotent>> idempotent(Session& session, const std::string& key,
                                                        WallTime now) {
  return maybe<change::PutIdempotent>(
      session,
      "SELECT key, body_hash, status, headers, body, expires FROM idempotent "
      "WHERE key = $1 AND expires > $2",
      {key, to_column(now)}, read_idempotent);
}

}  // namespace hotswap::sql
