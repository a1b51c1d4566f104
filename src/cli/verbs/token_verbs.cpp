#include <fmt/format.h>
#include <unistd.h>

#include "cli/definitions/command_spec.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/visible.hpp"
#include "domain/base/short_duration.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

std::unexpected<Error> usage(std::string detail) {
  return fail(ErrorCode::Invalid, "usage", std::move(detail));
}

struct TokenFlags {
  std::vector<std::string> roles, teams;
  std::string subject, ttl = "24h", key_file, service, environment;
  std::string algorithm, issuer, audience;
  bool bootstrap = false;
};

struct InspectFlags {
  std::string token_file = "-", key_file, algorithm, issuer, audience, issuers_file;
};

Result<Principal> principal_of(TokenFlags flags) {
  if (flags.bootstrap) {
    if (flags.service.empty() || flags.environment.empty())
      return usage("--bootstrap: say for which --service and --environment");
    flags.roles = {"Instance"};
    if (flags.subject.empty()) flags.subject = "bootstrap:" + flags.service;
  }
  if (flags.roles.empty()) return usage("--role is required, or --bootstrap");
  if (flags.subject.empty()) return usage("--subject is required: whom the token speaks for");
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

/// Text of a file without line breaks at its end.
Result<std::string> read_text(const std::string& path) {
  auto text = read_file(path);
  while (text && (text->ends_with('\n') || text->ends_with('\r'))) text->pop_back();
  return text;
}

std::string roles_of(const Principal& principal) {
  std::string out;
  for (const auto role : principal.roles) {
    out += (out.empty() ? "" : ", ") + std::string(to_string(role));
  }
  return out.empty() ? "no role" : out;
}

/// What it lets its bearer do, in one sentence.
std::string grants(const Principal& who) {
  auto text = fmt::format("{} as {}", roles_of(who), who.subject);
  for (const auto& team : who.teams) text += ", team " + team;
  if (who.instance) return text + ", which is instance " + who.instance->str();
  if (!who.has(Role::Instance)) return text;
  text += ": registers instances of ";
  text += who.service ? who.service->str() : std::string("any service");
  return text + " in " + who.environment.value_or("any environment");
}

json::Object grants_json(const Principal& who) {
  json::Array roles, teams;
  for (const auto role : who.roles) roles.emplace_back(to_string(role));
  for (const auto& team : who.teams) teams.emplace_back(team);
  json::Object out{{"subject", who.subject}, {"roles", roles}, {"teams", teams}};
  if (who.service) out.set("service", who.service->str());
  if (who.environment) out.set("environment", *who.environment);
  if (who.instance) out.set("instance", who.instance->str());
  return out;
}

Outcome token(Session& session, const TokenFlags& flags, const Actions& actions) {
  auto principal = principal_of(flags);
  if (!principal) return std::unexpected(principal.error());
  const auto ttl = read_duration(flags.ttl);
  if (!ttl) return usage("--ttl: " + ttl.error().detail);
  if (flags.key_file.empty()) return usage("--key-file is required: a key that can sign");
  auto key = read_text(flags.key_file);
  if (!key) return std::unexpected(key.error());
  const auto made = actions.mint(
      {*principal, *ttl, std::move(*key), flags.algorithm, flags.issuer, flags.audience});
  if (!made) return std::unexpected(made.error());
  if (session.structured()) {
    session.print_value(json::Object{{"token", made->token},
                                     {"algorithm", made->algorithm},
                                     {"expires", format_time(made->expires)},
                                     {"grants", grants_json(*principal)}});
    return ExitCode::Ok;
  }
  session.print(made->token + "\n");
  // Beside the token, and for people only: scripts want the token alone.
  if (::isatty(STDERR_FILENO) == 0) return ExitCode::Ok;
  fmt::print(stderr, "{}, until {}, {}\n", printable(grants(*principal)),
             format_time(made->expires), made->algorithm);
  return ExitCode::Ok;
}

json::Value answer_json(const TokenAnswer& answer) {
  json::Object out{{"header", answer.header},
                   {"payload", answer.payload},
                   {"issuer", answer.issuer},
                   {"signatureChecked", answer.signature_checked},
                   {"accepted", !answer.refusal && answer.signature_checked}};
  if (answer.refusal) out.set("refusal", *answer.refusal);
  if (answer.principal) out.set("grants", grants_json(*answer.principal));
  return out;
}

std::string verdict_of(const TokenAnswer& answer) {
  if (answer.refusal) return "refused: " + *answer.refusal;
  if (!answer.signature_checked) return "not checked: the signature; give --key-file";
  return "accepted: " + grants(*answer.principal);
}

Outcome inspect(Session& session, const InspectFlags& flags, const Actions& actions) {
  TokenQuestion question;
  auto text = read_text(flags.token_file);
  if (!text) return std::unexpected(text.error());
  question.token = std::move(*text);
  if (!flags.key_file.empty()) {
    auto key = read_text(flags.key_file);
    if (!key) return std::unexpected(key.error());
    question.key = std::move(*key);
  }
  if (!flags.issuers_file.empty()) {
    auto issuers = read_text(flags.issuers_file);
    if (!issuers) return std::unexpected(issuers.error());
    question.issuers = std::move(*issuers);
    question.issuers_file = flags.issuers_file;
  }
  question.algorithm = flags.algorithm;
  question.issuer = flags.issuer;
  question.audience = flags.audience;
  const auto answer = actions.inspect(question);
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(answer_json(*answer));
  } else {
    session.print(fmt::format("header   {}\n", printable(json::write(answer->header))));
    session.print(with_escapes(json::write_pretty(answer->payload)) + "\n");
    session.print(fmt::format("issuer   {}\n", printable(answer->issuer)));
    session.print(printable(verdict_of(*answer)) + "\n");
  }
  return answer->refusal ? ExitCode::Objection : ExitCode::Ok;
}

void add_inspect(CLI::App& token, Verbs& verbs, const Actions& actions) {
  auto flags = std::make_shared<InspectFlags>();
  auto* command =
      token.add_subcommand("inspect", "say what a token holds, and why it would be refused");
  command->add_option("TOKEN-FILE", flags->token_file, "file with the token, - for standard input")
      ->type_name(kind::kFile)
      ->default_val("-");
  command->add_option("--key-file", flags->key_file, "key or JWKS that checks its signature")
      ->type_name(kind::kFile);
  command->add_option("--algorithm", flags->algorithm, "of an RSA key that names none");
  command->add_option("--issuer", flags->issuer, "the server's --jwt-issuer");
  command->add_option("--audience", flags->audience, "the server's --jwt-audience");
  command->add_option("--issuers", flags->issuers_file, "the server's --jwt-issuers")
      ->type_name(kind::kFile);
  verbs.on(command,
           [flags, &actions](Session& session) { return inspect(session, *flags, actions); });
}

}  // namespace

void add_token_verbs(Verbs& verbs, const Actions& actions) {
  auto flags = std::make_shared<TokenFlags>();
  auto* command = verbs.app().add_subcommand("token", "make a token with the server's key");
  command->add_option("--role", flags->roles, "Admin, Operator, Developer, Viewer or Instance")
      ->type_name(kind::kRole);
  command->add_flag("--bootstrap", flags->bootstrap,
                    "for instances to register with: --role Instance for one service and "
                    "environment");
  command->add_option("--subject", flags->subject, "whom it speaks for");
  command->add_option("--team", flags->teams, "teams of the subject");
  command->add_option("--service", flags->service, "Instance: may register only here")
      ->type_name(kind::kService);
  command->add_option("--environment", flags->environment, "Instance: may register only here")
      ->type_name(kind::kEnvironment);
  command->add_option("--ttl", flags->ttl, "valid for, e.g. 8h")
      ->type_name(kind::kDuration)
      ->default_val("24h");
  command
      ->add_option("--key-file", flags->key_file,
                   "the server's key: a secret, PEM, JWK or JWKS that can sign")
      ->type_name(kind::kFile);
  command->add_option("--algorithm", flags->algorithm,
                      "HS256, RS256, PS256, ES256, EdDSA … (default: the key's)");
  command->add_option("--issuer", flags->issuer, "iss, if the server asks for one");
  command->add_option("--audience", flags->audience, "aud, if the server asks for one");
  verbs.on(command,
           [flags, &actions](Session& session) { return token(session, *flags, actions); });
  add_inspect(*command, verbs, actions);
}

}  // namespace hotswap::cli
