#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/deployment_view.hpp"
#include "cli/human.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"

namespace hotswap::cli {
namespace {

struct DecisionFlags {
  std::string id, reason;
  bool watch = false;
};

Outcome decide(Session& session, const std::string& verb, const DecisionFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = deployment_named(**api, flags.id);
  if (!id) return std::unexpected(id.error());
  json::Object body;
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  auto answer =
      (*api)->with((*api)->post(deployment_path(*id, verb), std::move(body)), {"id", "state"});
  if (!answer) return std::unexpected(answer.error());
  if (flags.watch) return watch_deployment(session, *id);
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print(fmt::format("{} {}\n", verb == "approve" ? "approved" : "rejected",
                              headline(deployment_view(*answer), session.terminal())));
  }
  return ExitCode::Ok;
}

void add_decision(Verbs& verbs, const std::string& verb, const std::string& help) {
  auto flags = std::make_shared<DecisionFlags>();
  auto* command = verbs.app().add_subcommand(verb, help);
  command->add_option("id", flags->id, "deployment, or the beginning of its id")
      ->type_name(kind::kDeployment)
      ->required();
  command->add_option("--reason", flags->reason, "why, for timeline and audit");
  if (verb == "approve") command->add_flag("--watch", flags->watch, "and follow the deployment");
  verbs.on(command, [verb, flags](Session& session) { return decide(session, verb, *flags); });
}

}  // namespace

void add_approval_verbs(Verbs& verbs) {
  add_decision(verbs, "approve", "let a deployment start that somebody else asked for");
  add_decision(verbs, "reject", "cancel a deployment that waits for an approval");
}

}  // namespace hotswap::cli
