#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/confirm.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct CreateFlags {
  std::string name, service, environment, description, schema, file;
  std::vector<std::string> labels;
  StrategyFlags strategy;
};

Result<json::Object> description_of(const CreateFlags& flags) {
  json::Object body;
  if (!flags.file.empty()) {
    auto value = read_json_file(flags.file);
    if (!value) return std::unexpected(value.error());
    if (auto* object = value->as_object(); object != nullptr) body = std::move(*object);
  }
  body.set("name", flags.name);
  if (!flags.service.empty()) body.set("serviceName", flags.service);
  if (!flags.environment.empty()) body.set("environment", flags.environment);
  if (!flags.description.empty()) body.set("description", flags.description);
  if (!flags.schema.empty()) body.set("schemaId", flags.schema);
  auto labels = labels_from(flags.labels);
  if (!labels) return std::unexpected(labels.error());
  if (!labels->empty()) body.set("labels", std::move(*labels));
  auto strategy = strategy_from(flags.strategy);
  if (!strategy) return std::unexpected(strategy.error());
  if (!strategy->is_null()) body.set("strategy", std::move(*strategy));
  return body;
}

Outcome create(Session& session, const CreateFlags& flags) {
  auto body = description_of(flags);
  if (!body) return std::unexpected(body.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto made = (*api)->post("/api/v1/configs", std::move(*body));
  if (!made) return std::unexpected(made.error());
  if (session.structured()) {
    session.print_value(*made);
  } else {
    session.print(fmt::format("created {}\nnext: hotswap version upload {} FILE --version 1.0.0\n",
                              flags.name, flags.name));
  }
  return ExitCode::Ok;
}

Outcome list(Session& session, const std::string& query, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list("/api/v1/configs" + query, limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"NAME", "SERVICE", "ENVIRONMENT", "STABLE", "STRATEGY", "UPDATED"});
  for (const auto& item : *items) {
    const auto stable = text_at(item, "stable");
    table.row({text_at(item, "name"), text_at(item, "serviceName"), text_at(item, "environment"),
               stable.empty() ? "-" : stable, text_at(item, "strategy.type"),
               human_age(text_at(item, "updatedAt"), session.now())});
  }
  session.print(table.empty() ? "no configurations yet: hotswap config create NAME …\n"
                              : table.text(session.terminal()));
  return ExitCode::Ok;
}

std::string live_of(const json::Value& config) {
  std::string out;
  for (const auto& item : items_at(config, "live")) {
    out += fmt::format("{}{} on {}", out.empty() ? "" : ", ", text_at(item, "version"),
                       text_at(item, "instances"));
  }
  return out.empty() ? out : out + " of " + text_at(config, "instances") + " instances";
}

/// `payments@^1, now 1.2.0`
std::string schema_of(const json::Value& config) {
  const auto link = text_at(config, "schemaId");
  if (link.empty()) return link;
  const auto now = text_at(config, "schema.version");
  return link + (now.empty() ? ", of which no version is approved yet" : ", now " + now);
}

/// `500 versions, 30 days`; empty: the server's.
std::string retention_text(const json::Value& config) {
  std::string out;
  for (const auto* word : {"versions", "days"})
    if (const auto number = text_at(config, std::string("retention.") + word); !number.empty())
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", number, word);
  return out;
}

struct UpdateFlags {
  std::string name, file;
  std::optional<std::string> schema, description;
  std::optional<std::int64_t> retention_versions, retention_days;
  std::vector<std::string> labels;
  StrategyFlags strategy;
};

json::Object retention_of(const UpdateFlags& flags) {
  json::Object retention;
  if (flags.retention_versions) retention.set("versions", *flags.retention_versions);
  if (flags.retention_days) retention.set("days", *flags.retention_days);
  return retention;
}

Result<json::Object> patch_of(const UpdateFlags& flags) {
  json::Object patch;
  if (!flags.file.empty()) {
    auto value = read_json_file(flags.file);
    if (!value) return std::unexpected(value.error());
    if (auto* object = value->as_object(); object != nullptr) patch = std::move(*object);
  }
  if (flags.schema) patch.set("schemaId", *flags.schema);
  if (flags.description) patch.set("description", *flags.description);
  auto labels = labels_from(flags.labels);
  if (!labels) return std::unexpected(labels.error());
  json::Object merged;
  for (const auto& [name, value] : *labels) {
    merged.set(std::string(name), value == json::Value("") ? json::Value() : value);
  }
  if (!merged.empty()) patch.set("labels", std::move(merged));
  if (auto retention = retention_of(flags); !retention.empty())
    patch.set("retention", std::move(retention));
  auto strategy = strategy_from(flags.strategy);
  if (!strategy) return std::unexpected(strategy.error());
  if (!strategy->is_null()) patch.set("strategy", std::move(*strategy));
  if (!patch.empty()) return patch;
  return fail(
      ErrorCode::Invalid, "usage",
      "say what to change: --schema, --description, --label, --strategy, --retention-versions, "
      "--retention-days or -f FILE");
}

Outcome update(Session& session, const UpdateFlags& flags) {
  auto patch = patch_of(flags);
  if (!patch) return std::unexpected(patch.error());
  const bool only_schema = flags.schema && patch->size() == 1;
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->call(
      {.method = "PATCH", .path = config_path(flags.name), .body = json::write(std::move(*patch))});
  if (!answer) return std::unexpected(answer.error());
  const auto config = answer->json();
  if (session.structured()) {
    session.print_value(config);
  } else if (only_schema) {
    const auto schema = schema_of(config);
    session.print(fmt::format("{} follows {}\n", flags.name,
                              schema.empty() ? std::string("no schema") : schema));
  } else {
    session.print("changed " + flags.name + "\n");
  }
  return ExitCode::Ok;
}

Outcome get(Session& session, const std::string& name) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto config = (*api)->get(config_path(name));
  if (!config) return std::unexpected(config.error());
  if (session.structured()) {
    session.print_value(*config);
    return ExitCode::Ok;
  }
  session.print(facts({{"name", text_at(*config, "name")},
                       {"description", text_at(*config, "description")},
                       {"service", text_at(*config, "serviceName")},
                       {"environment", text_at(*config, "environment")},
                       {"strategy", text_at(*config, "strategy.type")},
                       {"schema", schema_of(*config)},
                       {"retention", retention_text(*config)},
                       {"stable", text_at(*config, "stable")},
                       {"latest", text_at(*config, "latest.version")},
                       {"live", live_of(*config)},
                       {"deployment", text_at(*config, "activeDeployment")},
                       {"notice", text_at(*config, "notice")},
                       {"updated", human_age(text_at(*config, "updatedAt"), session.now())}},
                      session.terminal()));
  return ExitCode::Ok;
}

constexpr std::size_t kCounted = 1000;  ///< versions; more are "1000 or more"

/// Nothing where it may be deleted.
std::optional<Outcome> asked(Api& api, const std::string& name) {
  const auto versions = api.list(config_path(name, {"versions"}), kCounted);
  if (!versions) return std::unexpected(versions.error());
  const auto count = versions->size();
  const auto answer =
      confirm(fmt::format("delete {} with its {}{} version{}?", printable(name), count,
                          count < kCounted ? "" : " or more", count == 1 ? "" : "s"));
  if (!answer) {
    return fail(ErrorCode::Invalid, "usage",
                fmt::format("nobody can be asked here whether to delete {} with its {} version{}: "
                            "add --yes to delete it",
                            name, count, count == 1 ? "" : "s"));
  }
  if (!*answer) return ExitCode::Interrupted;
  return std::nullopt;
}

struct DeleteFlags {
  std::string name;
  bool force = false, yes = false;
};

Outcome remove(Session& session, const DeleteFlags& flags) {
  const auto& name = flags.name;
  const bool force = flags.force;
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  if (!flags.yes) {
    if (const auto stopped = asked(**api, name)) return *stopped;
  }
  auto gone = (*api)->remove(config_path(name) + (force ? "?force=true" : ""));
  if (!gone) return std::unexpected(gone.error());
  if (!session.structured()) session.print("deleted " + name + "\n");
  return ExitCode::Ok;
}

struct RollbackFlags {
  std::string name, to, break_glass;
  bool deploy = false;
  bool force = false;
};

Outcome roll_back(Session& session, const RollbackFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  json::Object body{{"toVersion", flags.to}, {"deploy", flags.deploy}, {"force", flags.force}};
  if (!flags.break_glass.empty())
    body.set("breakGlass", json::Object{{"reason", flags.break_glass}});
  auto answer = (*api)->post(config_path(flags.name, {"rollback"}), std::move(body));
  answer = flags.deploy ? (*api)->with(std::move(answer), {"version", "deployment.id"})
                        : (*api)->with(std::move(answer), {"version"});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
    return ExitCode::Ok;
  }
  const auto version = text_at(*answer, "version.version");
  const auto deployment = text_at(*answer, "deployment.id");
  session.print(fmt::format("{} {} has the content of {}\n", flags.name,
                            version.empty() ? text_at(*answer, "version") : version, flags.to));
  if (!deployment.empty()) {
    session.print("follow it: hotswap deployment watch " + short_id(deployment) + "\n");
  }
  return ExitCode::Ok;
}

void add_create(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<CreateFlags>();
  auto* command = group.add_subcommand("create", "describe a new configuration profile");
  command->add_option("name", flags->name, "e.g. payment-service.production")
      ->type_name(kind::kProfile)
      ->required();
  command->add_option("--service", flags->service, "service whose instances get it")
      ->type_name(kind::kService);
  command->add_option("--environment", flags->environment, "Development, Staging or Production")
      ->type_name(kind::kEnvironment);
  command->add_option("--description", flags->description, "for people");
  command->add_option("--schema", flags->schema,
                      "that its versions must satisfy: payments, payments@^1, payments@1.2.0");
  command->add_option("--label", flags->labels, "key=value, may be repeated");
  command->add_option("-f,--file", flags->file, "whole description as JSON; flags win over it")
      ->type_name(kind::kFile);
  add_strategy_flags(*command, flags->strategy);
  verbs.on(command, [flags](Session& session) { return create(session, *flags); });
}

void add_update(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<UpdateFlags>();
  auto* command = group.add_subcommand("update", "change a profile; what is not named stays");
  command->add_option("name", flags->name, "profile")->required()->type_name(kind::kProfile);
  command
      ->add_option("--schema", flags->schema,
                   "payments (newest), payments@^1, payments@1.2.0, or '' for none")
      ->type_name(kind::kSchemaVersion);
  command->add_option("--description", flags->description, "for people");
  command->add_option("--retention-versions", flags->retention_versions,
                      "newest versions that keep their content in the store");
  command->add_option("--retention-days", flags->retention_days,
                      "younger versions keep their content in the store");
  command->add_option("--label", flags->labels, "key=value; key= takes it away; may be repeated");
  command->add_option("-f,--file", flags->file, "JSON that is merged into it (RFC 7396)")
      ->type_name(kind::kFile);
  add_strategy_flags(*command, flags->strategy);
  verbs.on(command, [flags](Session& session) { return update(session, *flags); });
}

void add_list(Verbs& verbs, CLI::App& group) {
  struct Flags {
    std::string service, environment;
    std::size_t limit = 200;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = group.add_subcommand("list", "all profiles that you may see");
  command->add_option("--service", flags->service, "only of this service")
      ->type_name(kind::kService);
  command->add_option("--environment", flags->environment, "only of this environment")
      ->type_name(kind::kEnvironment);
  command->add_option("--limit", flags->limit, "at most")->default_val(200);
  verbs.on(command, [flags](Session& session) {
    return list(session, query({{"service", flags->service}, {"environment", flags->environment}}),
                flags->limit);
  });
}

}  // namespace

void add_config_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("config", "configuration profiles");
  group->require_subcommand(1)->fallthrough();
  add_create(verbs, *group);
  add_list(verbs, *group);
  add_access_verbs(verbs, *group);

  auto name = std::make_shared<std::string>();
  auto* show = group->add_subcommand("get", "one profile: what is stable, live and running");
  show->add_option("name", *name)->type_name(kind::kProfile)->required();
  verbs.on(show, [name](Session& session) { return get(session, *name); });

  add_update(verbs, *group);

  auto gone = std::make_shared<DeleteFlags>();
  auto* erase = group->add_subcommand("delete", "delete a profile and its versions");
  erase->add_option("name", gone->name)->type_name(kind::kProfile)->required();
  erase->add_flag("--force", gone->force, "although instances use it");
  erase->add_flag("-y,--yes", gone->yes, "without asking");
  verbs.on(erase, [gone](Session& session) { return remove(session, *gone); });

  auto flags = std::make_shared<RollbackFlags>();
  auto* back = verbs.app().add_subcommand("rollback", "a new version with an old one's content");
  back->add_option("name", flags->name)->type_name(kind::kProfile)->required();
  back->add_option("--to", flags->to, "version, tag or range whose content is wanted")->required();
  back->add_flag("--deploy", flags->deploy, "and deploy it");
  back->add_option("--break-glass", flags->break_glass,
                   "deploy without a second person; why it cannot wait");
  back->add_flag("--force", flags->force, "also content that was rolled back or is deprecated");
  verbs.on(back, [flags](Session& session) { return roll_back(session, *flags); });
}

}  // namespace hotswap::cli
