#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_view.hpp"
#include "cli/event_follower.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct InstanceFlags {
  std::string service, environment, status;
  std::size_t limit = 200;
};

/// `profile 1.2.0` for each profile: what it runs, and what it should where that differs.
std::string versions_of(const json::Value& instance) {
  std::string out;
  for (const auto& item : items_at(instance, "configs")) {
    const auto runs = text_at(item, "observed.version");
    const auto desired = text_at(item, "desired.version");
    const auto state = text_at(item, "observed.state");
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", text_at(item, "profile"),
                       runs.empty() ? "-" : runs);
    if (desired != runs) out += " → " + desired;
    if (state == "rejected") out += " rejected";
  }
  return out;
}

/// `payments@1.2.0` for each schema that the program was built for.
std::string schemas_of(const json::Value& instance) {
  const auto* schemas = instance.find("schemas");
  if (schemas == nullptr || schemas->as_object() == nullptr) return {};
  std::string out;
  for (const auto& [name, version] : *schemas->as_object()) {
    const auto* number = version.as_string();
    if (number == nullptr) continue;
    out += (out.empty() ? "" : ", ") + printable(name) + "@" + printable(*number);
  }
  return out.empty() ? "-" : out;
}

Outcome instances(Session& session, const InstanceFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list("/api/v1/instances" + query({{"service", flags.service},
                                                         {"environment", flags.environment},
                                                         {"status", flags.status}}),
                            flags.limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table(
      {"ID", "HOST", "SERVICE", "ENVIRONMENT", "ZONE", "STATUS", "RUNS", "BUILT FOR", "SEEN"});
  for (const auto& item : *items) {
    const auto status = text_at(item, "status");
    table.row({short_id(text_at(item, "id")), text_at(item, "hostname"),
               text_at(item, "serviceName"), text_at(item, "environment"), text_at(item, "zone"),
               session.terminal().paint(state_paint(status), status), versions_of(item),
               schemas_of(item), human_age(text_at(item, "lastHeartbeat"), session.now())});
  }
  session.print(table.empty() ? "no instances are registered\n" : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome events(Session& session, bool follow) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const Interrupt interrupt;
  EventFollower follower((*api)->options(), "/api/v1/events", follow ? "" : "0");
  while (!Interrupt::requested()) {
    const auto taken = follower.take(std::chrono::milliseconds(follow ? 500 : 1500));
    for (const auto& event : taken) {
      session.print(session.structured() ? session.stream_text(event.data)
                                         : event_line(event.data, session.terminal()) + "\n");
    }
    if (const auto refused = follower.refused()) return std::unexpected(*refused);
    if (!follow && taken.empty()) return ExitCode::Ok;
  }
  return ExitCode::Interrupted;
}

Outcome health(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->with((*api)->get("/health/ready"), {"status"});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print((*api)->options().server + " is ready\n");
  }
  return ExitCode::Ok;
}

Outcome get(Session& session, const std::string& word) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = instance_named(**api, word);
  if (!id) return std::unexpected(id.error());
  const auto found = (*api)->get("/api/v1/instances/" + encode(*id));
  if (!found) return std::unexpected(found.error());
  if (session.structured()) {
    session.print_value(*found);
    return ExitCode::Ok;
  }
  const auto& terminal = session.terminal();
  const auto status = text_at(*found, "status");
  session.print(facts({{"id", text_at(*found, "id")},
                       {"host", text_at(*found, "hostname")},
                       {"service", text_at(*found, "serviceName")},
                       {"environment", text_at(*found, "environment")},
                       {"pool", text_at(*found, "pool")},
                       {"zone", text_at(*found, "zone")},
                       {"status", terminal.paint(state_paint(status), status)},
                       {"program", text_at(*found, "version")},
                       {"built for", schemas_of(*found)},
                       {"seen", human_age(text_at(*found, "lastHeartbeat"), session.now())}},
                      terminal));
  Table table({"PROFILE", "RUNS", "SHOULD RUN", "STATE", "ERROR"});
  for (const auto& item : items_at(*found, "configs")) {
    table.row({text_at(item, "profile"), text_at(item, "observed.version"),
               text_at(item, "desired.version"), text_at(item, "observed.state"),
               text_at(item, "observed.error")});
  }
  if (!table.empty()) session.print("\n" + table.text(terminal));
  return ExitCode::Ok;
}

Outcome remove(Session& session, const std::string& word) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = instance_named(**api, word);
  if (!id) return std::unexpected(id.error());
  const auto gone = (*api)->remove("/api/v1/instances/" + encode(*id));
  if (!gone) return std::unexpected(gone.error());
  if (!session.structured()) {
    session.print("removed " + *id + "; if it still runs it registers again\n");
  }
  return ExitCode::Ok;
}

/// The word may be an id that is not registered any more: its token may be at large nevertheless.
Outcome revoke(Session& session, const std::string& word) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto named = instance_named(**api, word);
  if (!named && named.error().code != ErrorCode::NotFound) return std::unexpected(named.error());
  const auto& id = named ? *named : word;
  const auto answer =
      (*api)->call({.method = "DELETE", .path = "/api/v1/instances/" + encode(id) + "/token"});
  if (!answer) return std::unexpected(answer.error());
  const auto gone = (*api)->with(answer->json(), {"revokedAt"});
  if (!gone) return std::unexpected(gone.error());
  if (session.structured()) {
    session.print_value(*gone);
    return ExitCode::Ok;
  }
  session.print("revoked every token that " + id +
                " was given so far; register it anew with a bootstrap token that is made from now "
                "on\n");
  const auto* registered = gone->find("registered");
  if (registered != nullptr && *registered == json::Value(false))
    session.print("no such instance is registered now\n");
  return ExitCode::Ok;
}

void add_one(Verbs& verbs, CLI::App& group, const std::string& name, const std::string& help,
             Outcome (*run)(Session&, const std::string&)) {
  auto id = std::make_shared<std::string>();
  auto* command = group.add_subcommand(name, help);
  command->add_option("id", *id, "instance, or the beginning of its id")
      ->required()
      ->type_name(kind::kInstance);
  verbs.on(command, [id, run](Session& session) { return run(session, *id); });
}

}  // namespace

void add_fleet_verbs(Verbs& verbs) {
  auto flags = std::make_shared<InstanceFlags>();
  auto* fleet = verbs.app().add_subcommand("instances", "what runs where");
  fleet->add_option("--service", flags->service, "only of this service")->type_name(kind::kService);
  fleet->add_option("--environment", flags->environment, "only of this environment")
      ->type_name(kind::kEnvironment);
  fleet->add_option("--status", flags->status, "Healthy, Degraded or Removed")
      ->type_name(kind::kStatus);
  fleet->add_option("--limit", flags->limit, "at most")->default_val(200);
  verbs.on(fleet, [flags](Session& session) { return instances(session, *flags); });
  fleet->require_subcommand(0, 1)->fallthrough();
  add_one(verbs, *fleet, "get", "one instance: what it runs and what it should", get);
  add_one(verbs, *fleet, "delete", "forget one that will not come back", remove);
  add_one(verbs, *fleet, "revoke", "make every token worthless that it was given so far", revoke);

  auto follow = std::make_shared<bool>(false);
  auto* feed = verbs.app().add_subcommand("events", "everything that happened");
  feed->add_flag("-f,--follow", *follow, "and what happens from now on, until Ctrl-C");
  verbs.on(feed, [follow](Session& session) { return events(session, *follow); });

  verbs.on(verbs.app().add_subcommand("health", "whether the server is ready"), health);
}

}  // namespace hotswap::cli
