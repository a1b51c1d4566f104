#include <fmt/format.h>

#include "cli/definitions/command_spec.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/base/short_duration.hpp"

namespace hotswap::cli {
namespace {

std::unexpected<Error> usage(std::string detail) {
  return fail(ErrorCode::Invalid, "usage", std::move(detail));
}

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

struct TokenFlags {
  std::vector<std::string> roles, teams;
  std::string subject, ttl = "24h", key_file, service, environment;
};

Result<Principal> principal_of(const TokenFlags& flags) {
  Principal principal;
  principal.subject = flags.subject;
  principal.teams = flags.teams;
  for (const auto& name : flags.roles) {
    const auto role = role_from_string(name);
    if (!role) {
      return usage("--role: \"" + name +
                   "\" is none of Admin, Operator, Developer, Viewer, Instance");
    }
    principal.roles.push_back(*role);
  }
  if (!flags.service.empty()) principal.service = ServiceName(flags.service);
  if (!flags.environment.empty()) principal.environment = flags.environment;
  return principal;
}

Outcome token(Session& session, const TokenFlags& flags, const Actions& actions) {
  auto principal = principal_of(flags);
  if (!principal) return std::unexpected(principal.error());
  const auto ttl = read_duration(flags.ttl);
  if (!ttl) return usage("--ttl: " + ttl.error().detail);
  auto key = read_file(flags.key_file);
  if (!key) return std::unexpected(key.error());
  while (key->ends_with('\n') || key->ends_with('\r')) key->pop_back();
  auto text = actions.mint(*principal, *ttl, *key);
  if (!text) return std::unexpected(text.error());
  if (session.structured()) {
    session.print_value(json::Object{{"token", *text}});
  } else {
    session.print(*text + "\n");
  }
  return ExitCode::Ok;
}

void add_token(Verbs& verbs, const Actions& actions) {
  auto flags = std::make_shared<TokenFlags>();
  auto* command = verbs.app().add_subcommand("token", "make a token with the server's key");
  command->add_option("--role", flags->roles, "Admin, Operator, Developer, Viewer or Instance")
      ->type_name(kind::kRole)
      ->required();
  command->add_option("--subject", flags->subject, "whom it speaks for")->required();
  command->add_option("--team", flags->teams, "teams of the subject");
  command->add_option("--service", flags->service, "Instance: may register only here")
      ->type_name(kind::kService);
  command->add_option("--environment", flags->environment, "Instance: may register only here")
      ->type_name(kind::kEnvironment);
  command->add_option("--ttl", flags->ttl, "valid for, e.g. 8h")
      ->type_name(kind::kDuration)
      ->default_val("24h");
  command->add_option("--key-file", flags->key_file, "the server's HS256 key")
      ->type_name(kind::kFile)
      ->required();
  verbs.on(command,
           [flags, &actions](Session& session) { return token(session, *flags, actions); });
}

}  // namespace

void add_server_verbs(Verbs& verbs, const Actions& actions) {
  add_server(verbs, actions.server);
  add_token(verbs, actions);
}

}  // namespace hotswap::cli
