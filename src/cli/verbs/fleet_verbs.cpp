#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/deployment_view.hpp"
#include "cli/event_follower.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
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

Outcome audit_list(Session& session, const std::string& path, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(path, limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"#", "TIME", "WHO", "ACTION", "RESOURCE", "OUTCOME", "DETAIL"});
  for (const auto& item : *items) {
    const auto outcome = text_at(item, "outcome");
    table.row({text_at(item, "sequence"), text_at(item, "at"), text_at(item, "actor"),
               text_at(item, "action"), text_at(item, "resource"),
               session.terminal().paint(outcome == "success" ? Paint::Green : Paint::Red, outcome),
               text_at(item, "detail")});
  }
  session.print(table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome audit_verify(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->get("/api/v1/audit/verify");
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print(fmt::format("the chain is whole: {} entries\n", text_at(*answer, "entries")));
  }
  return ExitCode::Ok;
}

Outcome health(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->get("/health/ready");
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print((*api)->options().server + " is ready\n");
  }
  return ExitCode::Ok;
}

void add_audit(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("audit", "who did what");
  group->require_subcommand(1)->fallthrough();
  struct Flags {
    std::string actor, action;
    std::size_t limit = 50;
  };
  auto flags = std::make_shared<Flags>();
  auto* all = group->add_subcommand("list", "newest first");
  all->add_option("--actor", flags->actor, "only of this person");
  all->add_option("--action", flags->action, "only of this kind, e.g. deployment.start");
  all->add_option("--limit", flags->limit, "at most")->default_val(50);
  verbs.on(all, [flags](Session& session) {
    return audit_list(session,
                      "/api/v1/audit" + query({{"actor", flags->actor}, {"action", flags->action}}),
                      flags->limit);
  });
  verbs.on(group->add_subcommand("verify", "check the whole chain of hashes"), audit_verify);
}

}  // namespace

void add_fleet_verbs(Verbs& verbs) {
  auto flags = std::make_shared<InstanceFlags>();
  auto* fleet = verbs.app().add_subcommand("instances", "what runs where");
  fleet->add_option("--service", flags->service, "only of this service");
  fleet->add_option("--environment", flags->environment, "only of this environment");
  fleet->add_option("--status", flags->status, "Healthy, Degraded or Removed");
  fleet->add_option("--limit", flags->limit, "at most")->default_val(200);
  verbs.on(fleet, [flags](Session& session) { return instances(session, *flags); });

  auto follow = std::make_shared<bool>(false);
  auto* feed = verbs.app().add_subcommand("events", "everything that happened");
  feed->add_flag("-f,--follow", *follow, "and what happens from now on, until Ctrl-C");
  verbs.on(feed, [follow](Session& session) { return events(session, *follow); });

  add_audit(verbs);
  verbs.on(verbs.app().add_subcommand("health", "whether the server is ready"), health);
}

}  // namespace hotswap::cli
