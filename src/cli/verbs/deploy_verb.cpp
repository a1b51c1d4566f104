#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_notes.hpp"
#include "cli/deployment_view.hpp"
#include "cli/human.hpp"
#include "cli/schema/text.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"
#include "domain/base/short_duration.hpp"

namespace hotswap::cli {
namespace {

struct DeployFlags {
  std::string name, version, reason, on_unfit, start_at, break_glass;
  StrategyFlags strategy;
  std::vector<std::string> targets;
  bool dry_run = false, force = false, watch = false;
};

/// A time, or how long from now.
Result<std::string> start_time(const std::string& text, WallTime now) {
  if (const auto time = parse_time(text)) return format_time(*time);
  if (const auto ahead = read_duration(text)) return format_time(now + *ahead);
  return fail(ErrorCode::Invalid, "usage",
              "--start-at: write a time such as 2026-01-31T06:00:00Z, or how long from now such as "
              "2h, not \"" +
                  text + "\"");
}

Result<json::Object> request_of(const DeployFlags& flags, WallTime now) {
  json::Object body{{"configName", flags.name}, {"configVersion", flags.version}};
  auto strategy = strategy_from(flags.strategy);
  if (!strategy) return std::unexpected(strategy.error());
  if (!strategy->is_null()) body.set("strategy", std::move(*strategy));
  auto targets = targets_from(flags.targets);
  if (!targets) return std::unexpected(targets.error());
  if (!targets->is_null()) body.set("targets", std::move(*targets));
  if (!flags.start_at.empty()) {
    auto start = start_time(flags.start_at, now);
    if (!start) return std::unexpected(start.error());
    body.set("startAt", std::move(*start));
  }
  if (flags.dry_run) body.set("dryRun", true);
  if (flags.force) body.set("force", true);
  if (!flags.on_unfit.empty()) body.set("onUnfit", flags.on_unfit);
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  if (!flags.break_glass.empty())
    body.set("breakGlass", json::Object{{"reason", flags.break_glass}});
  return body;
}

std::string plan_text(const DeploymentView& view, const Terminal& terminal) {
  Table table({"STEP", "INSTANCES", "OF ALL", "HOW", "WATCHED FOR", "NEW IN THIS STEP"});
  std::size_t before = 0;
  for (std::size_t i = 0; i < view.steps.size(); ++i) {
    const auto& step = view.steps[i];
    std::string names;
    for (std::size_t t = before; t < std::min(step.cohort, view.targets.size()); ++t) {
      names += (names.empty() ? "" : " ") + view.targets[t].name;
    }
    table.row({std::to_string(i + 1), std::to_string(step.cohort), human_percent(step.percentage),
               step.mode, human_duration(step.soak), names});
    before = std::max(before, step.cohort);
  }
  return fmt::format("plan of {} for {} {}: nothing is changed\n{}", view.strategy, view.profile,
                     view.version, table.text(terminal));
}

/// Instances may be named by the beginnings of their ids.
Result<void> name_instances(Api& api, json::Object& body) {
  auto* targets = body.find("targets");
  auto* ids = targets == nullptr ? nullptr : targets->as_object()->find("instances");
  if (ids == nullptr) return {};
  for (auto& id : *ids->as_array()) {
    auto whole = instance_named(api, std::string(*id.as_string()));
    if (!whole) return std::unexpected(whole.error());
    id = json::Value(*whole);
  }
  return {};
}

Outcome deploy(Session& session, const DeployFlags& flags) {
  auto body = request_of(flags, session.now());
  if (!body) return std::unexpected(body.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  if (auto named = name_instances(**api, *body); !named) return std::unexpected(named.error());
  auto answer = (*api)->post("/api/v1/deployments", std::move(*body));
  answer = flags.dry_run ? (*api)->with(std::move(answer), {"plan"})
                         : (*api)->with(std::move(answer), {"id", "state", "configVersion"});
  if (!answer) return std::unexpected(answer.error());
  const auto view = deployment_view(*answer);
  if (flags.dry_run) {
    if (session.structured()) {
      session.print_value(*answer);
    } else {
      const auto* fit = answer->find("fit");
      const auto* previous = answer->find("previousStable");
      const bool before = previous != nullptr && !previous->is_null();
      session.print(plan_text(view, session.terminal()) + safety_text(*answer) +
                    (fit == nullptr ? std::string() : fit_text(*fit, before, session.terminal())));
    }
    return ExitCode::Ok;
  }
  if (flags.watch) return watch_deployment(session, view.id);
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    const bool waits = text_at(*answer, "approval.state") == "Waiting";
    session.print(fmt::format("{} {}\n", flags.start_at.empty() && !waits ? "started" : "planned",
                              headline(view, session.terminal())));
    if (waits)
      session.print(fmt::format("it waits until {} for somebody else's word: hotswap approve {}\n",
                                text_at(*answer, "approval.expires"), short_id(view.id)));
    session.print(fmt::format("follow it: hotswap deployment watch {}\n", short_id(view.id)));
  }
  return ExitCode::Ok;
}

}  // namespace

void add_deploy_verb(Verbs& verbs) {
  auto flags = std::make_shared<DeployFlags>();
  auto* command = verbs.app().add_subcommand("deploy", "bring a version to the running instances");
  command->add_option("name", flags->name, "profile")->type_name(kind::kProfile)->required();
  command->add_option("version", flags->version, "version, tag, latest or a range")
      ->type_name(kind::kVersion)
      ->required();
  add_strategy_flags(*command, flags->strategy);
  command->add_option(
      "--target", flags->targets,
      "25%, key=value of labels, or instance ids or their beginnings;\nmay be repeated");
  command->add_flag("--dry-run", flags->dry_run, "only show who would get it when");
  command->add_flag("--force", flags->force,
                    "although it failed before, is deprecated, live or not valid\n"
                    "under its schema, or instances refuse it");
  command
      ->add_option("--on-unfit", flags->on_unfit,
                   "instances whose own schema refuses it: refuse (at first), or skip them")
      ->check(CLI::IsMember({"refuse", "skip"}));
  command->add_flag("--watch,--wait", flags->watch, "follow it; exit 8 unless it succeeds");
  command->add_option("--break-glass", flags->break_glass,
                      "start without a second person; why it cannot wait. Alarms, and is a right\n"
                      "of its own");
  command
      ->add_option("--start-at", flags->start_at,
                   "a time such as 2026-01-31T06:00:00Z, or how long from now, e.g. 2h")
      ->type_name(kind::kTime);
  command->add_option("--reason", flags->reason,
                      "why, for the audit; needed to force it past the calendar");
  verbs.on(command, [flags](Session& session) { return deploy(session, *flags); });
}

}  // namespace hotswap::cli
