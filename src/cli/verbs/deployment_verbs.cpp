#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_view.hpp"
#include "cli/human.hpp"
#include "cli/report_text.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"

namespace hotswap::cli {
namespace {

struct ListFlags {
  std::string config, state;
  std::size_t limit = 50;
};

Outcome list(Session& session, const ListFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(
      "/api/v1/deployments" + query({{"configName", flags.config}, {"state", flags.state}}),
      flags.limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"ID", "PROFILE", "VERSION", "STRATEGY", "STATE", "STARTED", "BY", "REASON"});
  for (const auto& item : *items) {
    const auto view = deployment_view(item);
    table.row({short_id(view.id), view.profile, view.version, view.strategy,
               session.terminal().paint(state_paint(view.state), view.state),
               human_age(view.created_at, session.now()), text_at(item, "createdBy"), view.reason});
  }
  session.print(table.empty() ? "no deployments yet: hotswap deploy NAME VERSION\n"
                              : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome get(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->get(deployment_path(id));
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
    return ExitCode::Ok;
  }
  const auto view = deployment_view(*answer);
  for (const auto& line : live_block(view, session.now(), session.terminal())) {
    session.print(line + "\n");
  }
  Table table({"INSTANCE", "ZONE", "STATE", "REASON"});
  for (const auto& target : view.targets) {
    table.row({target.name, target.zone,
               session.terminal().paint(state_paint(target.state), target.state), target.reason});
  }
  session.print("\n" + table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome report(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->get(deployment_path(id, "report"));
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print(report_text(*answer, session.terminal()));
  }
  return ExitCode::Ok;
}

/// By the whole id, or its beginning.
Outcome on_one(Session& session, const std::string& word,
               Outcome (*show)(Session&, const std::string&)) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = deployment_named(**api, word);
  if (!id) return std::unexpected(id.error());
  return show(session, *id);
}

struct CommandFlags {
  std::string id, reason;
  bool full = false, watch = false;
};

Outcome command(Session& session, const std::string& verb, const CommandFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = deployment_named(**api, flags.id);
  if (!id) return std::unexpected(id.error());
  json::Object body;
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  if (flags.full) body.set("full", true);
  auto answer =
      (*api)->with((*api)->post(deployment_path(*id, verb), std::move(body)), {"id", "state"});
  if (!answer) return std::unexpected(answer.error());
  if (flags.watch) {
    auto watched = watch_deployment(session, *id);
    // Somebody who rolls back wants to see RolledBack: that is success here.
    if (watched && verb == "rollback" && *watched == ExitCode::RolloutFailed) return ExitCode::Ok;
    return watched;
  }
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print(headline(deployment_view(*answer), session.terminal()) + "\n");
  }
  return ExitCode::Ok;
}

void add_command(Verbs& verbs, CLI::App& group, const std::string& name, const std::string& help) {
  auto flags = std::make_shared<CommandFlags>();
  auto* sub = group.add_subcommand(name, help);
  sub->add_option("id", flags->id, "deployment, or the beginning of its id")
      ->type_name(kind::kDeployment)
      ->required();
  if (name == "pause" || name == "cancel" || name == "rollback") {
    sub->add_option("--reason", flags->reason, "why, for the timeline");
  }
  if (name == "promote") sub->add_flag("--full", flags->full, "straight to the last step");
  sub->add_flag("--watch", flags->watch, "and follow the deployment");
  verbs.on(sub, [name, flags](Session& session) { return command(session, name, *flags); });
}

void add_one(Verbs& verbs, CLI::App& group, const std::string& name, const std::string& help,
             Outcome (*show)(Session&, const std::string&)) {
  auto id = std::make_shared<std::string>();
  auto* sub = group.add_subcommand(name, help);
  sub->add_option("id", *id, "deployment, or the beginning of its id")
      ->type_name(kind::kDeployment)
      ->required();
  verbs.on(sub, [id, show](Session& session) { return on_one(session, *id, show); });
}

}  // namespace

void add_deployment_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("deployment", "running and past deployments");
  group->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<ListFlags>();
  auto* all = group->add_subcommand("list", "newest first");
  all->add_option("--config", flags->config, "only of this profile")->type_name(kind::kProfile);
  all->add_option("--state", flags->state, "Running, Paused, RolledBack, …");
  all->add_option("--limit", flags->limit, "at most")->default_val(50);
  verbs.on(all, [flags](Session& session) { return list(session, *flags); });

  add_one(verbs, *group, "get", "state, steps and instances", get);
  add_one(verbs, *group, "watch", "follow until it is over; exit 8 unless it succeeds",
          watch_deployment);
  add_one(verbs, *group, "report", "what happened and why: evidence, timeline, suspected cause",
          report);
  add_command(verbs, *group, "pause", "hold where it is");
  add_command(verbs, *group, "resume", "go on after a pause");
  add_command(verbs, *group, "promote", "skip the wait of this step");
  add_command(verbs, *group, "cancel", "stop and keep what is");
  add_command(verbs, *group, "rollback", "put every instance back to what it ran before");
}

}  // namespace hotswap::cli
