#include "infrastructure/sql/cluster.hpp"

#include <cmath>

#include "domain/json/write.hpp"
#include "infrastructure/sql/columns.hpp"
#include "infrastructure/sql/query.hpp"

namespace hotswap::sql {
namespace {

constexpr double kPermille = 1000;  // load is kept as an integer

#define HS_NODE_COLUMNS                                                                    \
  "id, name, url, version, started_at, beat, draining, leads, cpu, deployments, streams, " \
  "instances, behind"

Result<LoggedChange> read_change(const Row& row) {
  Columns in(row);
  LoggedChange change;
  change.sequence = in.number();
  change.node = in.text();
  change.body = in.json();
  return in.finish(std::move(change));
}

Result<ClusterNode> read_node(const Row& row) {
  Columns in(row);
  ClusterNode node;
  node.id = in.text();
  node.name = in.text();
  node.url = in.text();
  node.version = in.text();
  node.started_at = in.time();
  node.beat = in.number();
  node.draining = in.flag();
  node.leads = in.flag();
  node.load.cpu = static_cast<double>(in.integer()) / kPermille;
  node.load.deployments = in.number();
  node.load.streams = in.number();
  node.load.instances = in.number();
  node.load.behind = in.number();
  return in.finish(std::move(node));
}

}  // namespace

Result<void> apply(Session& session, const change::AppendChange& change) {
  constexpr Insertion kLogged{"INSERT INTO change_log (node, body, at) VALUES {rows}", "ttn"};
  return add(session, kLogged, {change.node, json::write(change.body), to_column(change.at)});
}

Result<void> apply(Session& session, const change::PruneChanges& change) {
  return later(session, "DELETE FROM change_log WHERE at < $1", {to_column(change.before)});
}

Result<void> apply(Session& session, const change::PutNode& change) {
  const ClusterNode& n = change.node;
  return later(
      session,
      "INSERT INTO nodes (" HS_NODE_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO "
      "UPDATE SET "
      "url = excluded.url, beat = excluded.beat, draining = excluded.draining, "
      "leads = excluded.leads, "
      "cpu = excluded.cpu, deployments = excluded.deployments, streams = excluded.streams, "
      "instances = excluded.instances, behind = excluded.behind",
      {n.id, n.name, n.url, n.version, to_column(n.started_at), to_column(n.beat),
       to_column(n.draining), to_column(n.leads), std::int64_t{std::lround(n.load.cpu * kPermille)},
       to_column(std::uint64_t{n.load.deployments}), to_column(std::uint64_t{n.load.streams}),
       to_column(std::uint64_t{n.load.instances}), to_column(n.load.behind)});
}

Result<void> apply(Session& session, const change::DeleteNode& change) {
  return later(session, "DELETE FROM nodes WHERE id = $1", {change.id});
}

Result<std::vector<LoggedChange>> changes(Session& session, std::uint64_t after,
                                          std::size_t limit) {
  return all<LoggedChange>(session,
                           "SELECT sequence, node, body FROM change_log WHERE sequence > $1 "
                           "ORDER BY sequence LIMIT $2",
                           {to_column(after), to_column(std::uint64_t{limit})}, read_change);
}

Result<std::uint64_t> last_change(Session& session) {
  auto last = maybe<std::uint64_t>(
      session, "SELECT coalesce(max(sequence), 0) FROM change_log", {},
      [](const Row& row) -> Result<std::uint64_t> { return Columns(row).number(); });
  return mapped(std::move(last), [](auto found) { return found.value_or(0); });
}

Result<std::vector<ClusterNode>> nodes(Session& session) {
  return all<ClusterNode>(session, "SELECT " HS_NODE_COLUMNS " FROM nodes ORDER BY id", {},
                          read_node);
}

}  // namespace hotswap::sql
