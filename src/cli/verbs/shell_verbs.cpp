#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "cli/definitions/complete.hpp"
#include "cli/definitions/manual.hpp"
#include "cli/definitions/of_app.hpp"
#include "cli/verbs/known_values.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

Outcome print_script(Session& session, const std::string& shell) {
  session.print(completion_script(shell));
  return ExitCode::Ok;
}

/// What the shell is to insert: bash holds only the part behind its last cut to be the word.
std::string inserted(const Completion& found, const std::string& last, const std::string& lead,
                     const std::string& value) {
  const auto whole = last.substr(0, last.size() - found.typed.size()) + value;
  return whole.starts_with(lead) ? whole.substr(lead.size()) : value;
}

struct CompleteFlags {
  std::string shell;
  std::vector<std::string> words;
};

/// Silent whatever happens: nobody who presses TAB wants to read an error.
Outcome answer_shell(Session& session, const CompleteFlags& flags, const CLI::App& app) {
  std::string lead;
  auto words = flags.shell == "bash" ? glued(flags.words, lead) : flags.words;
  if (words.empty()) words.emplace_back();
  auto found = complete(spec_of(app), words);
  if (found.candidates.empty() && !found.ask.empty()) {
    found.candidates = known_values(session, found);
  }
  std::string out;
  for (const auto& one : found.candidates) {
    out += inserted(found, words.back(), lead, printable(one.value)) + "\t" + printable(one.help) +
           "\n";
  }
  if (found.ask == kind::kFile) out += ":file\n";
  if (found.ask == kind::kFolder) out += ":dir\n";
  session.print(out);
  return ExitCode::Ok;
}

Outcome write_manual(Session& session, const std::string& folder, const CLI::App& app,
                     const std::string& version) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const auto& [name, text] : manual_pages(spec_of(app), version)) {
    const auto path = std::filesystem::path(folder) / name;
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    if (!(out << text) || !out.flush()) {
      return fail_field("file.unwritable", "--dir", "folder",
                        "cannot write " + path.string() + "; check the folder and its rights");
    }
    session.print(path.string() + "\n");
  }
  return ExitCode::Ok;
}

}  // namespace

void add_shell_verbs(Verbs& verbs, const Actions& actions) {
  const auto* app = &verbs.app();
  auto shell = std::make_shared<std::string>();
  auto* script = verbs.app().add_subcommand(
      "completion", "the script that completes words and values in a shell at TAB");
  script->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  script->footer("bash: source <(hotswap completion bash)");
  verbs.on(script, [shell](Session& session) { return print_script(session, *shell); });

  auto flags = std::make_shared<CompleteFlags>();
  auto* ask = verbs.app().add_subcommand("complete", "what the completion scripts call");
  ask->group("");
  ask->add_option("shell", flags->shell)->required();
  ask->add_option("words", flags->words);
  verbs.on(ask, [flags, app](Session& session) { return answer_shell(session, *flags, *app); });

  auto folder = std::make_shared<std::string>();
  auto* manual = verbs.app().add_subcommand("man", "write the manual pages");
  manual->group("");
  manual->add_option("--dir", *folder, "folder to write them into")->required();
  verbs.on(manual, [folder, app, version = actions.version](Session& session) {
    return write_manual(session, *folder, *app, version);
  });
}

}  // namespace hotswap::cli
