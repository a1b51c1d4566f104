#include <fmt/format.h>

#include <algorithm>

#include "cli/answer.hpp"
#include "cli/apply/carry_out.hpp"
#include "cli/apply/files.hpp"
#include "cli/apply/survey.hpp"
#include "cli/confirm.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_view.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"

namespace hotswap::cli {
namespace {

struct ApplyFlags {
  std::vector<std::string> files;
  std::string message, bump;
  bool yes = false, dry_run = false, deploy = false, watch = false;
};

Result<Wanted> read_wanted(const ApplyFlags& flags, const TextForms& forms) {
  auto files = manifest_files(flags.files, forms);
  if (!files) return std::unexpected(files.error());
  auto wanted = wanted_from(std::move(*files));
  if (!wanted) return wanted;
  if (wanted->empty()) {
    return fail(ErrorCode::Invalid, "apply.invalid",
                flags.files.front() +
                    " holds no schemas/, profiles/ or versions/ and no document with a kind");
  }
  for (auto& version : wanted->versions) {
    if (version.message.empty()) version.message = flags.message;
    if (version.version.empty() && version.bump.empty()) version.bump = flags.bump;
  }
  return wanted;
}

bool changes_anything(const std::vector<PlanItem>& items) {
  return std::ranges::any_of(items, [](const PlanItem& item) {
    return item.change != Change::Same || !item.deploys.empty();
  });
}

std::unexpected<Error> refusal_of(const std::vector<PlanItem>& items) {
  std::vector<FieldError> fields;
  for (const auto& item : items) {
    if (item.change == Change::Refused) {
      fields.push_back({item.file, "refused", item.kind + " " + item.name + ": " + item.note});
    }
  }
  return fail(ErrorCode::Invalid, "apply.refused", "nothing was changed: correct what is refused",
              std::move(fields));
}

/// One deployment for each version that is new or not live; all are started, then followed.
Result<json::Array> start_deployments(Session& session, Api& api, const CarriedOut& done) {
  json::Array started;
  for (const auto& [profile, version] : done.deploys) {
    auto answer =
        api.with(api.post("/api/v1/deployments",
                          json::Object{{"configName", profile}, {"configVersion", version}}),
                 {"id", "state"});
    if (!answer) {
      auto error = answer.error();
      error.detail = fmt::format("deploying {} {}: {}", profile, version, error.detail);
      return std::unexpected(std::move(error));
    }
    if (!session.structured()) {
      session.print(
          fmt::format("started {}\n", headline(deployment_view(*answer), session.terminal())));
    }
    started.push_back(std::move(*answer));
  }
  return started;
}

Outcome follow(Session& session, const json::Array& started) {
  auto worst = ExitCode::Ok;
  for (const auto& deployment : started) {
    const auto watched = watch_deployment(session, text_at(deployment, "id"));
    if (!watched) return watched;
    if (*watched == ExitCode::Interrupted) return watched;
    if (*watched != ExitCode::Ok) worst = *watched;
  }
  return worst;
}

Outcome finish(Session& session, Api& api, const CarriedOut& done, const ApplyFlags& flags) {
  auto started = start_deployments(session, api, done);
  if (!started) return std::unexpected(started.error());
  json::Array deeds;
  for (const auto& deed : done.deeds) deeds.emplace_back(deed.json);
  if (session.structured()) {
    session.print_value(json::Object{{"done", std::move(deeds)}, {"deployments", *started}});
  }
  auto outcome = flags.watch ? follow(session, *started) : Outcome(ExitCode::Ok);
  if (outcome && *outcome == ExitCode::Ok && done.waits) return ExitCode::Objection;
  if (!session.structured() && !flags.watch) {
    for (const auto& deployment : *started) {
      session.print("follow it: hotswap deployment watch " +
                    text_at(deployment, "id").substr(0, 8) + "\n");
    }
  }
  return outcome;
}

/// Nothing where it may go on.
std::optional<Outcome> asked(const ApplyFlags& flags) {
  if (flags.yes) return std::nullopt;
  const auto answer = confirm("apply this?");
  if (!answer) {
    return fail(ErrorCode::Invalid, "usage",
                "nobody can be asked here: add --yes to apply it, or --dry-run to only look");
  }
  if (!*answer) return ExitCode::Interrupted;
  return std::nullopt;
}

Outcome apply(Session& session, const ApplyFlags& flags, const TextForms& forms) {
  const auto wanted = read_wanted(flags, forms);
  if (!wanted) return std::unexpected(wanted.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = survey(**api, *wanted);
  if (!items) return std::unexpected(items.error());
  if (flags.deploy) {
    if (auto marked = mark_deploys(**api, *wanted, *items); !marked) {
      return std::unexpected(marked.error());
    }
  }
  const bool refused = std::ranges::any_of(
      *items, [](const PlanItem& item) { return item.change == Change::Refused; });
  if (!session.structured()) {
    session.print(plan_text(*items, session.terminal()));
  } else if (flags.dry_run && !refused) {
    session.print_value(json::Object{{"plan", plan_json(*items)}});
  }
  if (refused) return refusal_of(*items);
  if (!changes_anything(*items)) {
    if (session.structured() && !flags.dry_run)
      session.print_value(json::Object{{"done", json::Array{}}});
    return std::ranges::any_of(*items, &PlanItem::waits) ? ExitCode::Objection : ExitCode::Ok;
  }
  if (flags.dry_run) return ExitCode::Objection;
  if (const auto stopped = asked(flags)) return *stopped;
  std::vector<std::string> told;
  auto done = carry_out(**api, *wanted, *items, [&](const Deed& deed) {
    told.push_back(deed.text);
    if (!session.structured()) session.print(deed.text + "\n");
  });
  if (done) return finish(session, **api, *done, flags);
  auto error = done.error();
  error.detail += fmt::format(
      "; done before that: {}; correct it and apply again: what is done "
      "stays",
      told.empty() ? "nothing" : fmt::format("{}", fmt::join(told, ", ")));
  return std::unexpected(std::move(error));
}

}  // namespace

void add_apply_verb(Verbs& verbs, const Actions& actions) {
  auto flags = std::make_shared<ApplyFlags>();
  auto* command = verbs.app().add_subcommand(
      "apply", "make the server hold the schemas, profiles and versions that files describe");
  command
      ->add_option(
          "-f,--file", flags->files,
          "folder with schemas/, profiles/ and versions/, or a file; - is standard input;\n"
          "may be repeated")
      ->required()
      ->type_name(kind::kFile);
  command->add_flag("-y,--yes", flags->yes, "without asking");
  command->add_flag("--dry-run", flags->dry_run,
                    "only show the plan; exit 9 if it changes anything");
  command
      ->add_option("--bump", flags->bump,
                   "number of contents that changed: major, minor, patch (at first), prerelease")
      ->check(CLI::IsMember({"major", "minor", "patch", "prerelease"}));
  command->add_option("-m,--message", flags->message, "of new versions: what changes and why");
  auto* deploy = command->add_flag("--deploy", flags->deploy,
                                   "and deploy the versions that are not live, by the profiles' "
                                   "strategies");
  command->add_flag("--watch", flags->watch, "follow them; exit 8 unless all succeed")
      ->needs(deploy);
  verbs.on(command, [flags, forms = actions.forms](Session& session) {
    return apply(session, *flags, forms);
  });
}

}  // namespace hotswap::cli
