#include "infrastructure/traffic/haproxy_driver.hpp"

#include <algorithm>
#include <map>
#include <thread>

namespace hotswap {
namespace {

/// One line of `show stat`.
struct Server {
  std::string name;
  std::string status;  ///< `UP`, `UP 2/3`, `DRAIN`, `MAINT`, `DOWN`, `no check`
  std::string check;   ///< `L7OK`, `* L4OK` (the next one runs), `L4CON`, `INI`

  [[nodiscard]] bool takes_requests() const {
    return status.starts_with("UP") || status.starts_with("NOLB") || status == "no check";
  }
  /// HAProxy calls a server that leaves maintenance UP before it has looked: `UP 1/3`, or the
  /// check's result is still that of the start.
  [[nodiscard]] bool is_healthy() const {
    if (status == "no check") return true;
    const bool passed = check.ends_with("OK") || check.ends_with("OKC");
    return passed && status.starts_with("UP") && !status.starts_with("UP 1/");
  }
};
using Servers = std::vector<Server>;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  while (true) {
    const auto end = std::min(text.find(at), text.size());
    out.push_back(text.substr(0, end));
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

std::unexpected<Error> refused(const std::string& what, std::string_view answer) {
  return fail(
      ErrorCode::Unavailable, "haproxy.refused",
      "HAProxy refused `" + what + "`: " + std::string(answer.substr(0, answer.find('\n'))));
}

/// Servers of a backend whose names begin with `pool`.
Result<Servers> servers_of(const HaproxySocket& socket, const std::string& backend,
                           const std::string& pool) {
  const std::string command = "show stat " + backend + " 4 -1";
  const auto answer = socket.ask(command);
  if (!answer) return std::unexpected(answer.error());
  const auto lines = split(*answer, '\n');
  if (!lines[0].starts_with("# pxname,svname,")) return refused(command, *answer);
  // What stands before these columns holds no commas of its own.
  std::map<std::string_view, std::size_t> columns;
  const auto names = split(lines[0], ',');
  for (std::size_t i = 0; i < names.size(); ++i) columns.emplace(names[i], i);
  const std::size_t name = columns["svname"], status = columns["status"],
                    check = columns["check_status"];
  Servers servers;
  for (const auto line : lines) {
    const auto cells = split(line, ',');
    if (cells.size() <= std::max({name, status, check}) || !cells[name].starts_with(pool)) continue;
    servers.push_back(
        {std::string(cells[name]), std::string(cells[status]), std::string(cells[check])});
  }
  if (servers.empty())
    return fail(ErrorCode::Unavailable, "haproxy.not_ready",
                "HAProxy's backend " + backend + " has no server whose name begins with " + pool);
  return servers;
}

Result<void> set_state(const HaproxySocket& socket, const std::string& backend,
                       const std::string& server, const std::string& state) {
  return socket.command("set server " + backend + '/' + server + " state " + state);
}

/// Those that took no requests before take none again, if there is anybody else who does.
void put_back(const HaproxySocket& socket, const Traffic& traffic, const std::string& backend,
              const Servers& before) {
  const auto others = servers_of(socket, backend, idle_pool(traffic));
  if (!others || std::ranges::none_of(*others, &Server::takes_requests)) return;
  for (const Server& server : before) {
    if (server.takes_requests()) continue;
    // What cannot be put back is tried again with the next attempt.
    static_cast<void>(set_state(socket, backend, server.name,
                                server.status.starts_with("MAINT") ? "maint" : "drain"));
  }
}

std::string not_healthy(const Servers& servers) {
  std::string out;
  for (const Server& server : servers) {
    if (server.is_healthy()) continue;
    out += (out.empty() ? "" : ", ") + server.name + " (" + server.status +
           (server.check.empty() ? "" : ", check " + server.check) + ')';
  }
  return out;
}

/// Waits until every server of the pool has passed a check.
Result<void> wait_until_healthy(const HaproxySocket& socket, const std::string& backend,
                                const std::string& pool, const HaproxyPatience& patience) {
  const auto end = std::chrono::steady_clock::now() + patience.servers_ready;
  while (true) {
    const auto servers = servers_of(socket, backend, pool);
    if (!servers) return std::unexpected(servers.error());
    const std::string missing = not_healthy(*servers);
    if (missing.empty()) return {};
    if (std::chrono::steady_clock::now() >= end)
      return fail(ErrorCode::Unavailable, "haproxy.not_ready",
                  "HAProxy does not see these servers of " + backend + " healthy: " + missing);
    std::this_thread::sleep_for(patience.look_again);
  }
}

Result<void> drain(const HaproxySocket& socket, const std::string& backend,
                   const std::string& pool) {
  auto servers = servers_of(socket, backend, pool);
  if (!servers) return std::unexpected(servers.error());
  for (const Server& server : *servers) {
    if (server.status.starts_with("DRAIN") || server.status.starts_with("MAINT")) continue;
    if (auto done = set_state(socket, backend, server.name, "drain"); !done) return done;
  }
  servers = servers_of(socket, backend, pool);
  if (!servers) return std::unexpected(servers.error());
  for (const Server& server : *servers)
    if (server.takes_requests())
      return fail(ErrorCode::Unavailable, "haproxy.not_ready",
                  "HAProxy's server " + backend + '/' + server.name + " still takes requests");
  return {};
}

Result<void> route_by_servers(const HaproxySocket& socket, const Traffic& traffic,
                              const HaproxyRouter& router, const HaproxyPatience& patience) {
  const auto before = servers_of(socket, router.backend, traffic.desired);
  if (!before) return std::unexpected(before.error());
  for (const Server& server : *before) {
    if (server.takes_requests()) continue;
    if (auto done = set_state(socket, router.backend, server.name, "ready"); !done) return done;
  }
  auto healthy = wait_until_healthy(socket, router.backend, traffic.desired, patience);
  if (!healthy) {
    put_back(socket, traffic, router.backend, *before);
    return healthy;
  }
  return drain(socket, router.backend, idle_pool(traffic));
}

/// The values of a key, as `show map` lists them: `0x55… key value`.
Result<std::vector<std::string>> values_of(const HaproxySocket& socket, const std::string& map,
                                           const std::string& key) {
  const auto answer = socket.ask("show map " + map);
  if (!answer) return std::unexpected(answer.error());
  std::vector<std::string> values;
  if (answer->empty()) return values;
  for (const auto line : split(*answer, '\n')) {
    const auto cells = split(line, ' ');
    if (!cells[0].starts_with("0x")) return refused("show map " + map, *answer);
    if (cells.size() == 3 && cells[1] == key) values.emplace_back(cells[2]);
  }
  return values;
}

Result<void> route_by_map(const HaproxySocket& socket, const Traffic& traffic,
                          const HaproxyRouter& router) {
  const std::string key = router.key.empty() ? traffic.service.str() : router.key;
  const auto before = values_of(socket, router.map, key);
  if (!before) return std::unexpected(before.error());
  const std::string verb = before->empty() ? "add map " : "set map ";
  const std::string entry = router.map + ' ' + key + ' ' + traffic.desired;
  if (auto done = socket.command(verb + entry); !done) return done;
  const auto after = values_of(socket, router.map, key);
  if (!after) return std::unexpected(after.error());
  const bool all = std::ranges::all_of(*after, [&](const auto& v) { return v == traffic.desired; });
  if (all && !after->empty()) return {};
  return refused(verb + entry, "the entry reads otherwise");
}

}  // namespace

Result<void> HaproxyDriver::route(const Traffic& traffic, const HaproxyRouter& router) const {
  const HaproxySocket socket(router.socket, patience_.answer, reach_);
  return router.map.empty() ? route_by_servers(socket, traffic, router, patience_)
                            : route_by_map(socket, traffic, router);
}

}  // namespace hotswap
