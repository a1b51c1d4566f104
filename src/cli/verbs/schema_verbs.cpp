#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/schema/local.hpp"
#include "cli/schema/text.hpp"
#include "cli/verbs/schema_common.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct RegisterFlags {
  std::string name, file, version, compatibility, policy, formats, description, message;
  bool dry_run = false;
};

Result<json::Object> registration_of(const RegisterFlags& flags, const TextForms& forms) {
  auto document = read_document(flags.file, forms);
  if (!document) return std::unexpected(document.error());
  json::Object body{{"name", flags.name}, {"schema", std::move(*document)}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) body.set(name, value);
  };
  add("version", flags.version);
  add("compatibility", compatibility_word(flags.compatibility));
  if (!flags.policy.empty()) {
    const auto policy = policy_word(flags.policy);
    if (!policy) return std::unexpected(policy.error());
    body.set("policy", to_string(*policy));
  }
  add("formats", flags.formats);
  add("description", flags.description);
  add("message", flags.message);
  if (flags.dry_run) body.set("dryRun", true);
  return body;
}

/// What was compared, and what it would do: only worth the space where it breaks.
std::string objection_text(const json::Value& made, const Terminal& terminal) {
  std::string out;
  for (const auto& earlier : items_at(made, "compared")) {
    const auto* comparison = earlier.find("comparison");
    if (comparison == nullptr) continue;
    out += fmt::format("\nagainst {}:\n{}", text_at(earlier, "version"),
                       comparison_text(*comparison, terminal));
  }
  return out;
}

std::string registered_text(const json::Value& made, int status, const Terminal& terminal) {
  const auto name = text_at(made, "name") + "@" + text_at(made, "version");
  const auto hash = text_at(made, "hash").substr(0, 12);
  const bool dry = bool_at(made, "dryRun");
  const auto impact = value_at(made, "impact");
  const auto impact_lines = impact == nullptr ? std::string() : impact_text(*impact, terminal);
  if (text_at(made, "state") == "Approved") {
    const auto* what = dry ? "would be registered" : status == 200 ? "already there" : "registered";
    return fmt::format("{} {} (sha256 {})\n{}", what, name, hash, impact_lines);
  }
  auto out = fmt::format("{} {} {} (sha256 {}){}{}", name, dry ? "would be" : "is",
                         schema_state_text(text_at(made, "state"), terminal), hash,
                         dry ? "\n" : ": it cannot be used before an admin approves it\n",
                         objection_text(made, terminal));
  if (!impact_lines.empty()) out += "\n" + impact_lines;
  if (!dry) out += fmt::format("\nnext: hotswap schema approve {} --comment …\n", name);
  return out;
}

Outcome register_schema(Session& session, const RegisterFlags& flags, const TextForms& forms) {
  auto body = registration_of(flags, forms);
  if (!body) return std::unexpected(body.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->call(
      {.method = "POST", .path = "/api/v1/schemas", .body = json::write(std::move(*body))});
  if (!answer) return std::unexpected(answer.error());
  const auto made = answer->json();
  if (session.structured()) {
    session.print_value(made);
  } else {
    session.print(registered_text(made, answer->status, session.terminal()));
  }
  return text_at(made, "state") == "Approved" ? ExitCode::Ok : ExitCode::Objection;
}

Outcome list(Session& session, const std::string& text, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list("/api/v1/schemas" + query({{"text", text}}), limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"NAME", "LATEST", "COMPATIBILITY", "POLICY", "UPDATED", "DESCRIPTION"});
  for (const auto& item : *items) {
    const auto latest = text_at(item, "latest");
    table.row({text_at(item, "name"), latest.empty() ? "-" : latest, text_at(item, "compatibility"),
               text_at(item, "policy"), human_age(text_at(item, "updatedAt"), session.now()),
               text_at(item, "description")});
  }
  session.print(table.empty() ? "no schemas yet: hotswap schema register NAME -f FILE\n"
                              : table.text(session.terminal()));
  return ExitCode::Ok;
}

std::string profiles_of(const json::Value& schema) {
  std::string out;
  for (const auto& item : items_at(schema, "profiles")) {
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", text_at(item, "name"),
                       text_at(item, "schemaId"));
  }
  return out;
}

std::string schema_text(const json::Value& schema, const Session& session) {
  return facts(
      {{"name", text_at(schema, "name")},
       {"description", text_at(schema, "description")},
       {"latest", text_at(schema, "latest")},
       {"pending", session.terminal().paint(Paint::Yellow, joined_at(schema, "pending"))},
       {"compatibility", text_at(schema, "compatibility") + ", " + text_at(schema, "policy")},
       {"followed by", profiles_of(schema)},
       {"created by", text_at(schema, "createdBy")},
       {"updated", human_age(text_at(schema, "updatedAt"), session.now())}},
      session.terminal());
}

/// NAME: the schema; NAME@VERSION: that version with its content.
Outcome get(Session& session, const std::string& word, bool content_only) {
  const auto wanted = schema_word(word);
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const bool whole = wanted.version.empty() && !content_only;
  auto found = (*api)->get(
      whole ? schema_path(wanted.name)
            : schema_path(wanted.name,
                          {"versions", wanted.version.empty() ? "latest" : wanted.version}));
  if (!found) return std::unexpected(found.error());
  const auto* content = found->find("schema");
  if (content_only && content != nullptr) {
    session.print_value(*content);
  } else if (session.structured()) {
    session.print_value(*found);
  } else if (whole) {
    session.print(schema_text(*found, session));
  } else {
    session.print(schema_version_text(*found, session.terminal()));
  }
  return ExitCode::Ok;
}

Outcome versions(Session& session, const std::string& name, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(schema_path(name, {"versions"}), limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table(
      {"VERSION", "STATE", "SHA-256", "FORMATS", "AUTHOR", "DECIDED BY", "REGISTERED", "MESSAGE"});
  for (const auto& item : *items) {
    const auto decided = text_at(item, "decision.by");
    table.row({text_at(item, "version"),
               schema_state_text(text_at(item, "state"), session.terminal()),
               text_at(item, "hash").substr(0, 12), text_at(item, "formats"),
               text_at(item, "author"), decided.empty() ? "-" : decided,
               human_age(text_at(item, "createdAt"), session.now()), text_at(item, "message")});
  }
  session.print(table.text(session.terminal()));
  return ExitCode::Ok;
}

struct UpdateFlags {
  std::string name;
  std::optional<std::string> compatibility, policy, description;
};

Outcome update(Session& session, const UpdateFlags& flags) {
  json::Object patch;
  if (flags.compatibility) patch.set("compatibility", compatibility_word(*flags.compatibility));
  if (flags.policy) {
    const auto policy = policy_word(*flags.policy);
    if (!policy) return std::unexpected(policy.error());
    patch.set("policy", to_string(*policy));
  }
  if (flags.description) patch.set("description", *flags.description);
  if (patch.empty()) {
    return fail(ErrorCode::Invalid, "usage",
                "say what to change: --compatibility, --policy or --description");
  }
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->call(
      {.method = "PATCH", .path = schema_path(flags.name), .body = json::write(std::move(patch))});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(answer->json());
  } else {
    session.print(schema_text(answer->json(), session));
  }
  return ExitCode::Ok;
}

void add_register(Verbs& verbs, CLI::App& group, const TextForms& forms) {
  auto flags = std::make_shared<RegisterFlags>();
  auto* command = group.add_subcommand(
      "register", "a new schema or version; exit 9 if it breaks and waits for approval");
  command->add_option("name", flags->name, "e.g. payments")
      ->type_name(kind::kSchemaVersion)
      ->required();
  command->add_option("-f,--file", flags->file, "the schema: JSON, YAML or TOML")
      ->type_name(kind::kFile)
      ->required();
  command->add_option("--version", flags->version, "semantic version; without, the server chooses");
  command
      ->add_option("--compatibility", flags->compatibility,
                   "NONE, BACKWARD (at first), FORWARD, FULL, or one of them _TRANSITIVE")
      ->type_name(kind::kCompatibility);
  command->add_option("--policy", flags->policy, "strict (at first) or lenient");
  command->add_option("--formats", flags->formats, "assert (at first): format decides; annotate")
      ->check(CLI::IsMember({"assert", "annotate"}));
  command->add_option("--description", flags->description, "of the schema, for people");
  command->add_option("-m,--message", flags->message, "what changes and why");
  command->add_flag("--dry-run", flags->dry_run, "only show what it would break");
  verbs.on(command,
           [flags, forms](Session& session) { return register_schema(session, *flags, forms); });
}

}  // namespace

void add_registry_verbs(Verbs& verbs, CLI::App& group, const TextForms& forms) {
  add_register(verbs, group, forms);

  auto text = std::make_shared<std::string>();
  auto limit = std::make_shared<std::size_t>(200);
  auto* all = group.add_subcommand("list", "all schemas, by name");
  all->add_option("--text", *text, "only with this in name or description");
  all->add_option("--limit", *limit, "at most")->default_val(200);
  verbs.on(all, [text, limit](Session& session) { return list(session, *text, *limit); });

  auto name = std::make_shared<std::string>();
  auto content = std::make_shared<bool>(false);
  auto* one = group.add_subcommand("get", "a schema, or NAME@VERSION with what it changed");
  one->add_option("name", *name, "NAME or NAME@VERSION")
      ->type_name(kind::kSchemaVersion)
      ->required();
  one->add_flag("--content", *content, "only the schema itself, of the latest if none is named");
  verbs.on(one, [name, content](Session& session) { return get(session, *name, *content); });

  auto* history = group.add_subcommand("versions", "newest first, in any state");
  history->add_option("name", *name)->type_name(kind::kSchemaVersion)->required();
  history->add_option("--limit", *limit, "at most")->default_val(200);
  verbs.on(history, [name, limit](Session& session) { return versions(session, *name, *limit); });

  auto flags = std::make_shared<UpdateFlags>();
  auto* change = group.add_subcommand("update", "change how versions to come are judged");
  change->add_option("name", flags->name)->type_name(kind::kSchemaVersion)->required();
  change
      ->add_option("--compatibility", flags->compatibility,
                   "NONE, BACKWARD, FORWARD, FULL, or one of them _TRANSITIVE")
      ->type_name(kind::kCompatibility);
  change->add_option("--policy", flags->policy, "strict or lenient");
  change->add_option("--description", flags->description, "for people");
  verbs.on(change, [flags](Session& session) { return update(session, *flags); });
}

}  // namespace hotswap::cli
