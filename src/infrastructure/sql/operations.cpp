#include "infrastructure/sql/operations.hpp"

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/deployments.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

#define HS_TRAFFIC_COLUMNS                                                               \
  "service, environment, pools, desired, generation, actual, confirmed, error, router, " \
  "changed_by, changed_at, revision"

std::optional<ChannelType> channel_type(std::string_view text) {
  for (const auto type :
       {ChannelType::Webhook, ChannelType::Slack, ChannelType::Alertmanager, ChannelType::Email}) {
    if (to_string(type) == text) return type;
  }
  return std::nullopt;
}

Result<Channel> read_channel(const Row& row) {
  Columns in(row);
  Channel channel;
  channel.name = in.text();
  channel.type = in.word<ChannelType>(channel_type);
  channel.target = in.text();
  channel.at_least = in.word<Severity>(severity_from_string);
  channel.profiles = in.texts();
  channel.created_by = in.text();
  channel.created_at = in.time();
  return in.finish(std::move(channel));
}

Result<HealthRecord> read_record(const Row& row) {
  Columns in(row);
  return in.finish(in.document<HealthRecord>(health_record_from_json));
}

Result<CalendarEntry> read_entry(const Row& row) {
  Columns in(row);
  return in.finish(in.document<CalendarEntry>(stored_calendar_entry_from_json));
}

Result<Traffic> read_traffic(const Row& row) {
  Columns in(row);
  Traffic traffic;
  traffic.service = ServiceName(in.text());
  traffic.environment = in.text();
  traffic.pools = in.texts();
  traffic.desired = in.text();
  traffic.generation = in.number();
  traffic.actual = in.text();
  traffic.confirmed = in.number();
  traffic.error = in.text();
  traffic.router = in.document<RouterConfig>(
      [](const json::Value& value) { return router_from_json(value, "$.router"); });
  traffic.changed_by = in.text();
  traffic.changed_at = in.time();
  traffic.revision = in.number();
  return in.finish(std::move(traffic));
}

Result<std::uint64_t> last_sequence(Session& session, const DeploymentId& id) {
  auto last = maybe<std::uint64_t>(
      session, "SELECT max(sequence) FROM health_records WHERE deployment = $1", {id.str()},
      [](const Row& row) -> Result<std::uint64_t> { return Columns(row).number(); });
  return mapped(std::move(last), [](auto found) { return found.value_or(0); });
}

Result<std::uint64_t> stored_revision(Session& session, const Traffic& traffic) {
  auto stored = maybe<std::uint64_t>(
      session, "SELECT revision FROM traffic WHERE service = $1 AND environment = $2",
      {traffic.service.str(), traffic.environment},
      [](const Row& row) -> Result<std::uint64_t> { return Columns(row).number(); });
  return mapped(std::move(stored), [](auto found) { return found.value_or(0); });
}

}  // namespace

Result<void> apply(Session& session, const change::PutChannel& change) {
  const Channel& c = change.channel;
  return later(session,
               "INSERT INTO channels (name, type, target, at_least, profiles, created_by, "
               "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO UPDATE SET "
               "type = excluded.type, target = excluded.target, at_least = excluded.at_least, "
               "profiles = excluded.profiles, created_by = excluded.created_by, "
               "created_at = excluded.created_at",
               {c.name, to_string(c.type), c.target, to_string(c.at_least), to_column(c.profiles),
                c.created_by, to_column(c.created_at)});
}

Result<void> apply(Session& session, const change::DeleteChannel& change) {
  const auto changed = session.changes("DELETE FROM channels WHERE name = $1", {change.name});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::channel_not_found(change.name));
  return {};
}

Result<void> apply(Session& session, const change::AppendHealthRecord& change) {
  const auto known =
      session.finds("SELECT 1 FROM deployments WHERE id = $1", {change.record.deployment.str()});
  if (!known) return std::unexpected(known.error());
  if (!*known) return std::unexpected(store::deployment_not_found(change.record.deployment));
  const auto last = last_sequence(session, change.record.deployment);
  if (!last) return std::unexpected(last.error());
  HealthRecord record = change.record;
  record.sequence = *last + 1;
  return later(session,
               "INSERT INTO health_records (deployment, sequence, record) VALUES ($1, $2, $3)",
               {record.deployment.str(), to_column(record.sequence), json::write(to_json(record))});
}

Result<void> apply(Session& session, const change::PutCalendarEntry& change) {
  return later(session,
               "INSERT INTO calendar (id, entry) VALUES ($1, $2) "
               "ON CONFLICT (id) DO UPDATE SET entry = excluded.entry",
               {change.entry.id, json::write(to_json(change.entry))});
}

Result<void> apply(Session& session, const change::DeleteCalendarEntry& change) {
  const auto changed = session.changes("DELETE FROM calendar WHERE id = $1", {change.id});
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return std::unexpected(store::calendar_entry_not_found(change.id));
  return {};
}

Result<void> apply(Session& session, const change::PutTraffic& change) {
  const Traffic& t = change.traffic;
  const auto stored = stored_revision(session, t);
  if (!stored) return std::unexpected(stored.error());
  if (*stored != t.revision) {
    return std::unexpected(store::traffic_changed(t.service, t.environment));
  }
  return later(
      session,
      "INSERT INTO traffic (" HS_TRAFFIC_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
      "ON CONFLICT (service, environment) DO UPDATE SET pools = excluded.pools, "
      "desired = excluded.desired, generation = excluded.generation, "
      "actual = excluded.actual, confirmed = excluded.confirmed, error = excluded.error, "
      "router = excluded.router, changed_by = excluded.changed_by, "
      "changed_at = excluded.changed_at, revision = excluded.revision",
      {t.service.str(), t.environment, to_column(t.pools), t.desired, to_column(t.generation),
       t.actual, to_column(t.confirmed), t.error, json::write(to_json(t.router)), t.changed_by,
       to_column(t.changed_at), to_column(t.revision + 1)});
}

Result<std::vector<Channel>> channels(Session& session) {
  return all<Channel>(session,
                      "SELECT name, type, target, at_least, profiles, created_by, created_at "
                      "FROM channels ORDER BY name",
                      {}, read_channel);
}

Result<std::vector<HealthRecord>> health_records(Session& session, const DeploymentId& id,
                                                 std::uint64_t after, std::size_t limit) {
  return all<HealthRecord>(session,
                           "SELECT record FROM health_records WHERE deployment = $1 "
                           "AND sequence > $2 ORDER BY sequence LIMIT $3",
                           {id.str(), to_column(after), to_column(std::uint64_t{limit})},
                           read_record);
}

Result<std::vector<CalendarEntry>> calendar(Session& session) {
  return all<CalendarEntry>(session, "SELECT entry FROM calendar ORDER BY position", {},
                            read_entry);
}

Result<Traffic> traffic(Session& session, const ServiceName& service,
                        const std::string& environment) {
  auto found = maybe<Traffic>(
      session, "SELECT " HS_TRAFFIC_COLUMNS " FROM traffic WHERE service = $1 AND environment = $2",
      {service.str(), environment}, read_traffic);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::unexpected(store::traffic_not_found(service, environment));
  return std::move(**found);
}

Result<std::vector<Traffic>> traffics(Session& session) {
  return all<Traffic>(session,
                      "SELECT " HS_TRAFFIC_COLUMNS " FROM traffic ORDER BY service, environment",
                      {}, read_traffic);
}

}  // namespace hotswap::sql
