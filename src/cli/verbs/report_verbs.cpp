#include <fmt/format.h>

#include <fstream>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/report_text.hpp"
#include "cli/verbs/named_id.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

struct ReportFlags {
  std::string id, html;
};

Outcome write_page(Session& session, Api& api, const ReportFlags& flags) {
  const auto answer =
      api.call({.path = deployment_path(flags.id, "report"), .accept = "text/html"});
  if (!answer) return std::unexpected(answer.error());
  if (flags.html == "-") {
    session.print(answer->body);
    return ExitCode::Ok;
  }
  std::ofstream out(flags.html, std::ios::binary | std::ios::trunc);
  if (!(out << answer->body) || !out.flush())
    return fail_field("file.unwritable", "--html", "file", "cannot write " + flags.html);
  session.print(fmt::format("{} ({}): open it in any browser\n", flags.html,
                            human_bytes(answer->body.size())));
  return ExitCode::Ok;
}

Outcome report(Session& session, const ReportFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = deployment_named(**api, flags.id);
  if (!id) return std::unexpected(id.error());
  if (!flags.html.empty()) return write_page(session, **api, {*id, flags.html});
  const auto answer = (*api)->get(deployment_path(*id, "report"));
  if (!answer) return std::unexpected(answer.error());
  if (session.structured())
    session.print_value(*answer);
  else
    session.print(report_text(*answer, session.terminal()));
  return ExitCode::Ok;
}

/// A policy as it stands in a profile, or a whole profile whose `health` is meant.
Result<json::Value> read_policy(const std::string& file) {
  auto read = read_json_file(file);
  if (!read) return read;
  if (auto* health = read->as_object() == nullptr ? nullptr : read->as_object()->find("health")) {
    json::Value policy = std::move(*health);
    return policy;
  }
  return read;
}

std::string replay_text(const json::Value& answer, const Terminal& terminal) {
  std::string out = facts({{"happened", text_at(answer, "happened.state")},
                           {"rolled back", text_at(answer, "happened.rolledBackAt")},
                           {"because", text_at(answer, "happened.reason")},
                           {"records", text_at(answer, "records")}},
                          terminal);
  out += "\n" + terminal.paint(Paint::Bold, text_at(answer, "difference")) + "\n";
  Table table({"AT", "STEP", "VERDICT", "CRITERION", "IN WORDS"});
  for (const auto& line : items_at(answer, "replay.lines")) {
    bool first = true;
    for (const auto& verdict : items_at(line, "judgement.verdicts")) {
      const auto outcome = text_at(verdict, "outcome");
      const auto paint = outcome == "Pass"   ? Paint::Green
                         : outcome == "Fail" ? Paint::Red
                                             : Paint::Yellow;
      table.row({first ? clock_time(text_at(line, "at")) : "",
                 first ? std::to_string(int_at(line, "step") + 1) : "",
                 terminal.paint(paint, outcome), text_at(verdict, "criterion"),
                 text_at(verdict, "explanation")});
      first = false;
    }
  }
  if (!table.empty()) out += "\n" + table.text(terminal);
  for (const auto& note : items_at(answer, "replay.notes"))
    if (const auto* words = note.as_string()) out += "note: " + printable(words->view()) + "\n";
  return out;
}

Outcome replay(Session& session, const std::string& word, const std::string& file) {
  auto policy = read_policy(file);
  if (!policy) return std::unexpected(policy.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto id = deployment_named(**api, word);
  if (!id) return std::unexpected(id.error());
  const auto answer =
      (*api)->post(deployment_path(*id, "replay"), json::Object{{"health", std::move(*policy)}});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured())
    session.print_value(*answer);
  else
    session.print(replay_text(*answer, session.terminal()));
  return ExitCode::Ok;
}

void add_report(Verbs& verbs, CLI::App& app) {
  auto flags = std::make_shared<ReportFlags>();
  auto* command = app.add_subcommand(
      "report", "what happened in a deployment: evidence, timeline, suspected cause");
  command->add_option("id", flags->id, "deployment, or the beginning of its id")
      ->type_name(kind::kDeployment)
      ->required();
  command->add_option("--html", flags->html, "write one page with charts to this file; - prints it")
      ->type_name(kind::kFile);
  verbs.on(command, [flags](Session& session) { return report(session, *flags); });
}

}  // namespace

void add_report_verbs(Verbs& verbs) {
  add_report(verbs, verbs.app());
  add_explain_verb(verbs);
  auto words = std::make_shared<std::pair<std::string, std::string>>();
  auto* again = verbs.app().add_subcommand(
      "replay", "what another health policy would have decided on what was measured");
  again->add_option("id", words->first, "deployment, or the beginning of its id")
      ->type_name(kind::kDeployment)
      ->required();
  again
      ->add_option("--policy", words->second, "JSON file with the policy, or a profile; - is stdin")
      ->required();
  verbs.on(again,
           [words](Session& session) { return replay(session, words->first, words->second); });
}

}  // namespace hotswap::cli
