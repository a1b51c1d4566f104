#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/confirm.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/schema/text.hpp"
#include "cli/verbs/schema_common.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct DecisionFlags {
  std::string word, comment, hash;
  bool yes = false;
};

/// Shows what would break; the hash of exactly what was shown, or nothing if the person says no.
Result<std::optional<std::string>> looked_at(Session& session, Api& api, const SchemaWord& wanted,
                                             const DecisionFlags& flags, bool approve) {
  auto version = api.get(schema_path(wanted.name, {"versions", wanted.version}));
  if (!version) return std::unexpected(version.error());
  auto impact = api.get(schema_path(wanted.name, {"versions", wanted.version, "impact"}));
  if (!impact) return std::unexpected(impact.error());
  if (!session.structured()) {
    session.print(schema_version_text(*version, session.terminal()) + "\n" +
                  impact_text(*impact, session.terminal()));
  }
  auto hash = text_at(*version, "hash");
  if (flags.yes) return hash;
  const auto answer = confirm(
      fmt::format("{} {}@{}?", approve ? "approve" : "reject", wanted.name, wanted.version));
  if (!answer) {
    return fail(ErrorCode::Invalid, "usage",
                fmt::format("nobody can be asked here: give --hash {} for exactly this content, "
                            "or --yes for whatever is there",
                            hash));
  }
  return *answer ? std::optional(hash) : std::nullopt;
}

Outcome decide(Session& session, const DecisionFlags& flags, bool approve) {
  const auto wanted = exact_schema_word(flags.word);
  if (!wanted) return std::unexpected(wanted.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto hash = flags.hash;
  if (hash.empty()) {
    const auto seen = looked_at(session, **api, *wanted, flags, approve);
    if (!seen) return std::unexpected(seen.error());
    if (!*seen) {
      session.print("nothing was decided\n");
      return ExitCode::Objection;
    }
    hash = **seen;
  }
  auto answer = (*api)->post(
      schema_path(wanted->name, {approve ? "approve" : "reject"}),
      json::Object{{"version", wanted->version}, {"hash", hash}, {"comment", flags.comment}});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print(fmt::format("{}@{} is {}\n", wanted->name, text_at(*answer, "version"),
                              schema_state_text(text_at(*answer, "state"), session.terminal())));
  }
  return ExitCode::Ok;
}

Outcome show_impact(Session& session, const std::string& word) {
  const auto wanted = exact_schema_word(word);
  if (!wanted) return std::unexpected(wanted.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto impact =
      (*api)->get(schema_path(wanted->name, {"versions", wanted->version, "impact"}));
  if (!impact) return std::unexpected(impact.error());
  if (session.structured()) {
    session.print_value(*impact);
    return ExitCode::Ok;
  }
  const auto text = impact_text(*impact, session.terminal());
  session.print(text.empty() ? "nobody is concerned\n" : text);
  return ExitCode::Ok;
}

}  // namespace

void add_decision_verbs(Verbs& verbs, CLI::App& group) {
  auto word = std::make_shared<std::string>();
  auto* impact = group.add_subcommand("impact", "whom a version concerns: profiles and instances");
  impact->add_option("version", *word, "NAME@VERSION")->required()->type_name(kind::kSchemaVersion);
  verbs.on(impact, [word](Session& session) { return show_impact(session, *word); });

  for (const bool approve : {true, false}) {
    auto flags = std::make_shared<DecisionFlags>();
    auto* command =
        group.add_subcommand(approve ? "approve" : "reject",
                             approve ? "let a breaking change in, after showing what it breaks"
                                     : "refuse a breaking change");
    command->add_option("version", flags->word, "NAME@VERSION")->required();
    command->add_option("--comment", flags->comment, "why, for the audit")->required();
    auto* hash = command->add_option("--hash", flags->hash, "SHA-256 of the content that was seen");
    command->add_flag("-y,--yes", flags->yes, "do not ask")->excludes(hash);
    verbs.on(command,
             [flags, approve](Session& session) { return decide(session, *flags, approve); });
  }
}

}  // namespace hotswap::cli
