#include <fmt/format.h>

#include "cli/definitions/command_spec.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

const char* kind_of(const std::string& setting) {
  if (setting.ends_with("-file")) return kind::kFile;
  return setting.ends_with("-dir") ? kind::kFolder : kind::kText;
}

void add_server(Verbs& verbs, const ServerVerb& server) {
  struct Flags {
    ServerArguments arguments;
    std::map<std::string, std::string> texts;
    std::map<std::string, bool> switches;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = verbs.app().add_subcommand("server", "run the server until SIGTERM or Ctrl-C");
  command
      ->add_option("--config-file", flags->arguments.config_file,
                   "JSON file of settings (HOTSWAP_CONFIG_FILE)")
      ->type_name(kind::kFile)
      ->envname("HOTSWAP_CONFIG_FILE");
  for (const auto& flag : server.flags) {
    const auto help = fmt::format("{} ({})", flag.help, flag.environment);
    if (flag.is_switch) {
      command->add_flag("--" + flag.name, flags->switches[flag.name], help);
    } else {
      command->add_option("--" + flag.name, flags->texts[flag.name], help)
          ->type_name(kind_of(flag.name));
    }
  }
  verbs.on(command, [flags, command, run = server.run](Session&) -> Outcome {
    for (const auto& [name, text] : flags->texts) {
      if (command->count("--" + name) > 0) flags->arguments.flags[name] = text;
    }
    for (const auto& [name, on] : flags->switches) {
      if (command->count("--" + name) > 0) flags->arguments.flags[name] = on ? "true" : "false";
    }
    const auto code = run(flags->arguments);
    if (!code) return std::unexpected(code.error());
    return static_cast<ExitCode>(*code);
  });
}

}  // namespace

void add_server_verbs(Verbs& verbs, const Actions& actions) { add_server(verbs, actions.server); }

}  // namespace hotswap::cli
