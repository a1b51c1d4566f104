#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/schema/local.hpp"
#include "cli/schema/text.hpp"
#include "cli/verbs/schema_common.hpp"

namespace hotswap::cli {
namespace {

struct DiffFlags {
  std::vector<std::string> words, others;
  std::string compatibility, policy = "strict";
};

/// A comparison, with whatever else the server says, and the mode that judges it.
struct Compared {
  std::string title;
  json::Value answer;
  std::string compatibility;
};

Result<Compared> compare_files(const DiffFlags& flags, const TextForms& forms) {
  const auto policy = policy_word(flags.policy);
  if (!policy) return std::unexpected(policy.error());
  const auto others = read_others(flags.others, forms);
  if (!others) return std::unexpected(others.error());
  const auto before = read_document(flags.words[0], forms);
  if (!before) return std::unexpected(before.error());
  const auto after = read_document(flags.words[1], forms);
  if (!after) return std::unexpected(after.error());
  const auto options = local_options(*others, true);
  // Compiled apart first, so that an error names its file.
  for (const auto& [file, document] :
       {std::pair(flags.words[0], &*before), std::pair(flags.words[1], &*after)}) {
    if (auto bad = compile_local(file, *document, options); !bad) {
      return std::unexpected(bad.error());
    }
  }
  const auto found = schema::compare({*before, options}, {*after, options}, *policy);
  if (!found) return std::unexpected(found.error());
  Compared out{.title = flags.words[0] + " → " + flags.words[1],
               .answer = to_json(*found),
               .compatibility = "BACKWARD"};
  return out;
}

Result<Compared> compare_registered(Session& session, const std::string& name,
                                    const std::string& from, const std::string& to) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->get(schema_path(name, {"diff", from, to}));
  if (!answer) return std::unexpected(answer.error());
  auto schema = (*api)->get(schema_path(name));
  if (!schema) return std::unexpected(schema.error());
  return Compared{
      .title = fmt::format("{} {} → {}", name, text_at(*answer, "from"), text_at(*answer, "to")),
      .answer = std::move(*answer),
      .compatibility = text_at(*schema, "compatibility")};
}

Result<Compared> compared(Session& session, const DiffFlags& flags, const TextForms& forms) {
  const auto& words = flags.words;
  if (words.size() == 3) return compare_registered(session, words[0], words[1], words[2]);
  if (words.size() == 2) {
    const auto left = schema_word(words[0]);
    const auto right = schema_word(words[1]);
    const bool files = names_file(words[0]) || names_file(words[1]);
    if (!files && left.name == right.name && !left.version.empty() && !right.version.empty()) {
      return compare_registered(session, left.name, left.version, right.version);
    }
    if (files) return compare_files(flags, forms);
  }
  return fail(ErrorCode::Invalid, "usage",
              "compare two files (OLD NEW) or two registered versions (NAME FROM TO)");
}

Outcome diff(Session& session, const DiffFlags& flags, const TextForms& forms) {
  const auto found = compared(session, flags, forms);
  if (!found) return std::unexpected(found.error());
  const auto* inside = found->answer.find("comparison");
  const auto& comparison = inside == nullptr ? found->answer : *inside;
  if (session.structured()) {
    session.print_value(found->answer);
  } else {
    const auto& terminal = session.terminal();
    auto text =
        terminal.paint(Paint::Bold, found->title) + "\n" + comparison_text(comparison, terminal);
    if (const auto* impact = found->answer.find("impact")) text += impact_text(*impact, terminal);
    session.print(text);
  }
  const auto mode =
      flags.compatibility.empty() ? found->compatibility : compatibility_word(flags.compatibility);
  return breaks(comparison, mode) ? ExitCode::Objection : ExitCode::Ok;
}

}  // namespace

void add_comparison_verbs(Verbs& verbs, CLI::App& group, const TextForms& forms) {
  auto flags = std::make_shared<DiffFlags>();
  auto* command = group.add_subcommand(
      "diff", "what changes for documents between two schemas; exit 9 if it breaks");
  command->add_option("what", flags->words, "OLD NEW (files), or NAME FROM TO (registered)")
      ->required()
      ->expected(2, 3);
  command
      ->add_option("--compatibility", flags->compatibility,
                   "what counts as breaking: BACKWARD (files), or as registered; FORWARD, FULL, "
                   "NONE")
      ->type_name(kind::kCompatibility);
  command->add_option("--policy", flags->policy, "of files: strict or lenient")
      ->default_val("strict");
  command->add_option("--with", flags->others, "a schema that they refer to: FILE or URI=FILE");
  verbs.on(command, [flags, forms](Session& session) { return diff(session, *flags, forms); });
}

}  // namespace hotswap::cli
