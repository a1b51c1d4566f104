#include <fmt/format.h>

#include <thread>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/event_follower.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(200);

struct TrafficFlags {
  std::string service, environment;
  std::vector<std::string> pools;
  std::string live;
  std::string socket, map, key, backend;
  std::string url, timeout;
  bool followed = false;
  std::string pool, reason, wait = "30s";
};

std::string traffic_path(const TrafficFlags& flags, const std::string& more = {}) {
  return "/api/v1/services/" + encode(flags.service) + '/' + encode(flags.environment) +
         "/traffic" + more;
}

/// `haproxy 127.0.0.1:9999, map /etc/haproxy/pools.map`
std::string router_text(const json::Value& traffic) {
  std::string out = text_at(traffic, "router.type");
  const auto add = [&](const std::string& label, std::string_view member) {
    const auto text = text_at(traffic, "router." + std::string(member));
    if (!text.empty()) out += label + text;
  };
  add(" ", "socket");
  add(", map ", "map");
  add(", key ", "key");
  add(", backend ", "backend");
  add(" ", "url");
  return out;
}

std::string pool_text(const json::Value& traffic, const Terminal& terminal) {
  const auto live = text_at(traffic, "live");
  const auto actual = text_at(traffic, "actual");
  if (!bool_at(traffic, "switching")) return terminal.paint(Paint::Green, live);
  return (actual.empty() || actual == live ? std::string() : actual + " → ") +
         terminal.paint(Paint::Yellow, live) + " (the router has not confirmed it)";
}

void show(Session& session, const json::Value& traffic) {
  if (session.structured()) return session.print_value(traffic);
  const auto& terminal = session.terminal();
  session.print(
      facts({{"service", text_at(traffic, "service") + " in " + text_at(traffic, "environment")},
             {"live", pool_text(traffic, terminal)},
             {"idle", text_at(traffic, "idle")},
             {"router", router_text(traffic)},
             {"error", terminal.paint(Paint::Red, text_at(traffic, "error"))},
             {"changed", text_at(traffic, "changedBy") + ", " +
                             human_age(text_at(traffic, "changedAt"), session.now())}},
            terminal));
}

Outcome get(Session& session, const TrafficFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto traffic = (*api)->get(traffic_path(flags));
  if (!traffic) return std::unexpected(traffic.error());
  show(session, *traffic);
  return ExitCode::Ok;
}

/// The router that the flags describe; null if none did.
Result<json::Value> router_from(const TrafficFlags& flags) {
  const bool haproxy = !flags.socket.empty();
  const int kinds = (haproxy ? 1 : 0) + (flags.url.empty() ? 0 : 1) + (flags.followed ? 1 : 0);
  if (kinds > 1)
    return fail(ErrorCode::Invalid, "usage",
                "--haproxy, --webhook and --followed exclude each other");
  if (flags.followed) return json::Object{{"type", "followed"}};
  json::Object router{{"type", haproxy ? "haproxy" : "webhook"}};
  if (haproxy) {
    router.set("socket", flags.socket);
    if (!flags.map.empty()) router.set("map", flags.map);
    if (!flags.key.empty()) router.set("key", flags.key);
    if (!flags.backend.empty()) router.set("backend", flags.backend);
    return router;
  }
  if (flags.url.empty()) return json::Value();
  router.set("url", flags.url);
  if (!flags.timeout.empty()) {
    const auto timeout = read_duration(flags.timeout);
    if (!timeout) return std::unexpected(timeout.error());
    router.set("timeout", format_duration(*timeout));
  }
  return router;
}

/// What the flags leave out stays as it is.
Outcome set(Session& session, const TrafficFlags& flags) {
  auto router = router_from(flags);
  if (!router) return std::unexpected(router.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto now = (*api)->get(traffic_path(flags));
  if (!now && now.error().code != ErrorCode::NotFound) return std::unexpected(now.error());
  json::Object body;
  Call call{.method = "PUT", .path = traffic_path(flags)};
  if (now) {
    body.set("pools", *now->find("pools"));
    body.set("router", *now->find("router"));
    call.headers["If-Match"] = "\"r" + text_at(*now, "revision") + '"';
  }
  if (!router->is_null()) body.set("router", std::move(*router));
  if (!flags.pools.empty()) body.set("pools", json::Array(flags.pools.begin(), flags.pools.end()));
  if (!flags.live.empty()) body.set("live", flags.live);
  call.body = json::write(json::Value(std::move(body)));
  const auto answer = (*api)->call(call);
  if (!answer) return std::unexpected(answer.error());
  show(session, answer->json());
  return ExitCode::Ok;
}

/// Until the router confirms; its error, if it has none to show in time.
Outcome wait_for_router(Session& session, Api& api, const TrafficFlags& flags, Duration patience) {
  const Interrupt interrupt;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto traffic = api.get(traffic_path(flags));
    if (!traffic) return std::unexpected(traffic.error());
    const bool over = std::chrono::steady_clock::now() >= end || Interrupt::requested();
    if (!bool_at(*traffic, "switching") || over) {
      show(session, *traffic);
      if (Interrupt::requested()) return ExitCode::Interrupted;
      return bool_at(*traffic, "switching") ? ExitCode::RolloutFailed : ExitCode::Ok;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

Outcome switch_pool(Session& session, const TrafficFlags& flags) {
  const auto patience = read_duration(flags.wait);
  if (!patience) return fail(ErrorCode::Invalid, "usage", "--wait: " + patience.error().detail);
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  json::Object body{{"pool", flags.pool}};
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  const auto asked = (*api)->post(traffic_path(flags, "/switch"), body);
  if (!asked) return std::unexpected(asked.error());
  return wait_for_router(session, **api, flags, *patience);
}

std::string state_line(const json::Value& traffic, const Terminal& terminal) {
  const auto error = text_at(traffic, "error");
  return fmt::format("{}  {}{}\n", clock_time(text_at(traffic, "changedAt")),
                     pool_text(traffic, terminal),
                     error.empty() ? "" : "  " + terminal.paint(Paint::Red, error));
}

Outcome watch(Session& session, const TrafficFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const Interrupt interrupt;
  EventFollower follower((*api)->options(), traffic_path(flags));
  std::string last;
  while (!Interrupt::requested()) {
    for (const auto& event : follower.take(std::chrono::milliseconds(500))) {
      // A new connection begins with what may be known already.
      const auto line = json::write(event.data);
      if (std::exchange(last, line) == line) continue;
      session.print(session.structured() ? session.stream_text(event.data)
                                         : state_line(event.data, session.terminal()));
    }
    if (const auto refused = follower.refused()) return std::unexpected(*refused);
  }
  return ExitCode::Interrupted;
}

using Run = Outcome (*)(Session&, const TrafficFlags&);

CLI::App& verb(Verbs& verbs, CLI::App* command, const std::shared_ptr<TrafficFlags>& flags,
               Run run) {
  command->add_option("service", flags->service, "name of the service")
      ->type_name(kind::kService)
      ->required();
  command->add_option("environment", flags->environment, "Development, Staging or Production")
      ->type_name(kind::kEnvironment)
      ->required();
  verbs.on(command, [flags, run](Session& session) { return run(session, *flags); });
  return *command;
}

}  // namespace

void add_traffic_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("traffic", "which pool of a service is live");
  group->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<TrafficFlags>();
  verb(verbs, group->add_subcommand("get", "what is wanted, and what the router confirmed"), flags,
       get);
  auto& set_up =
      verb(verbs, group->add_subcommand("set", "name the router and the pools"), flags, set);
  set_up.add_option("--pools", flags->pools, "two names (default blue,green)")->delimiter(',');
  set_up.add_option("--live", flags->live, "the pool that gets the traffic");
  auto* socket =
      set_up.add_option("--haproxy", flags->socket, "path of HAProxy's stats socket, or HOST:PORT");
  auto* map = set_up.add_option("--map", flags->map, "file of the map whose entry is set");
  set_up.add_option("--key", flags->key, "of the entry (default: the service)")->needs(map);
  set_up.add_option("--backend", flags->backend, "servers that become ready and drain")
      ->needs(socket)
      ->excludes(map);
  auto* url = set_up.add_option("--webhook", flags->url, "called to switch");
  set_up.add_option("--timeout", flags->timeout, "of the webhook (default 10s)")
      ->type_name(kind::kDuration)
      ->needs(url);
  set_up.add_flag("--followed", flags->followed, "nobody is told; agents and scripts follow");
  auto& change = verb(verbs, group->add_subcommand("switch", "give the traffic to a pool, by hand"),
                      flags, switch_pool);
  change.add_option("pool", flags->pool, "one of the two")->required();
  change.add_option("--reason", flags->reason, "why, for timeline and audit");
  change.add_option("--wait", flags->wait, "for the router (default 30s)")
      ->type_name(kind::kDuration);
  verb(verbs, group->add_subcommand("watch", "every change, until Ctrl-C"), flags, watch);
}

}  // namespace hotswap::cli
