#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr std::array<const char*, 3> kLists = {"owners", "operators", "viewers"};

struct AccessFlags {
  std::string name, list, approval;
  std::vector<std::string> who;
  std::array<std::optional<std::vector<std::string>>, kLists.size()> lists;
};

std::string list_text(const json::Value& config, const std::string& list,
                      const std::string& nobody) {
  const auto text = joined_at(config, "access." + list);
  return text.empty() ? nobody : text;
}

std::string access_text(const json::Value& config, const Terminal& terminal) {
  const auto approval = text_at(config, "access.approval");
  return facts({{"owners", list_text(config, "owners", "every Developer")},
                {"operators", list_text(config, "operators", "every Operator")},
                {"viewers", list_text(config, "viewers", "everybody with a role")},
                {"approval", approval.empty() ? "as the server has it" : approval}},
               terminal);
}

/// What a careful colleague would say of the lists as they are now.
std::string warnings(const json::Value& config) {
  std::string text;
  for (const auto* list : {"owners", "operators"}) {
    const auto& names = items_at(config, std::string("access.") + list);
    if (names.size() != 1) continue;
    const auto* only = names.front().as_string();
    if (only == nullptr || only->starts_with("team:")) continue;
    text += fmt::format("note: {} is the only one in {}; nobody else but an Admin can stand in\n",
                        printable(*only), list);
  }
  const auto approval = text_at(config, "access.approval");
  if (approval == "required" && items_at(config, "access.operators").size() == 1 &&
      !items_at(config, "access.operators").front().as_string()->starts_with("team:"))
    text += "note: a second person has to approve, but there is only one operator\n";
  return text;
}

Outcome show(Session& session, const json::Value& config) {
  if (session.structured()) {
    const auto* access = config.find("access");
    session.print_value(access == nullptr ? json::Value() : *access);
  } else {
    session.print(access_text(config, session.terminal()) + warnings(config));
  }
  return ExitCode::Ok;
}

Outcome show_named(Session& session, const std::string& name) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto config = (*api)->get(config_path(name));
  if (!config) return std::unexpected(config.error());
  return show(session, *config);
}

/// On what was read: somebody else's change in between is not overwritten.
Outcome change(Session& session, Api& api, const json::Value& config, json::Object access) {
  Call call{.method = "PATCH",
            .path = config_path(text_at(config, "name")),
            .body = json::write(json::Object{{"access", std::move(access)}})};
  call.headers["If-Match"] = "\"r" + text_at(config, "revision") + '"';
  auto answer = api.call(call);
  if (!answer) return std::unexpected(answer.error());
  return show(session, answer->json());
}

Outcome set(Session& session, const AccessFlags& flags) {
  json::Object access;
  for (std::size_t i = 0; i < kLists.size(); ++i) {
    if (!flags.lists[i]) continue;
    json::Array names;
    for (const auto& name : *flags.lists[i])
      if (!name.empty()) names.emplace_back(name);
    access.set(kLists[i], std::move(names));
  }
  if (!flags.approval.empty())
    access.set("approval",
               flags.approval == "default" ? json::Value() : json::Value(flags.approval));
  if (access.empty())
    return fail(ErrorCode::Invalid, "usage",
                "say what to set: --owner, --operator, --viewer or --approval");
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto config = (*api)->with((*api)->get(config_path(flags.name)), {"name", "revision"});
  if (!config) return std::unexpected(config.error());
  return change(session, **api, *config, std::move(access));
}

Outcome add_or_take(Session& session, const AccessFlags& flags, bool grant) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto config = (*api)->with((*api)->get(config_path(flags.name)), {"name", "revision"});
  if (!config) return std::unexpected(config.error());
  json::Array names;
  const auto asked = [&](const json::Value& name) {
    const auto* text = name.as_string();
    return text != nullptr && std::ranges::find(flags.who, text->str()) != flags.who.end();
  };
  std::size_t there = 0;
  for (const auto& name : items_at(*config, "access." + flags.list)) {
    if (asked(name)) ++there;
    if (grant || !asked(name)) names.push_back(name);
  }
  if (!grant && there == 0)
    return fail(ErrorCode::NotFound, "access.not_listed",
                fmt::format("none of them is in {} of {}", flags.list, flags.name));
  if (!grant && names.empty())
    return fail(ErrorCode::Conflict, "access.would_open",
                fmt::format("{} would be empty, which lets everybody with the role in: grant "
                            "somebody else first, or say so with config access set",
                            flags.list));
  for (const auto& who : flags.who)
    if (grant && std::ranges::find(names, json::Value(who)) == names.end()) names.emplace_back(who);
  return change(session, **api, *config, json::Object{{flags.list, std::move(names)}});
}

void add_name(CLI::App& command, AccessFlags& flags) {
  command.add_option("name", flags.name, "profile")->type_name(kind::kProfile)->required();
}

void add_set(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<AccessFlags>();
  auto* command = group.add_subcommand("set", "whole lists; what is not named stays");
  add_name(*command, *flags);
  command->add_option("--owner", flags->lists[0],
                      "person or team:NAME, may be repeated; '' for nobody");
  command->add_option("--operator", flags->lists[1], "likewise");
  command->add_option("--viewer", flags->lists[2], "likewise");
  command
      ->add_option("--approval", flags->approval,
                   "whether a second person approves deployments; default: as the server has it")
      ->check(CLI::IsMember({"required", "none", "default"}));
  verbs.on(command, [flags](Session& session) { return set(session, *flags); });
}

void add_change(Verbs& verbs, CLI::App& group, bool grant) {
  auto flags = std::make_shared<AccessFlags>();
  auto* command = group.add_subcommand(
      grant ? "grant" : "revoke",
      grant ? "add people or teams to a list" : "take people or teams out of a list");
  add_name(*command, *flags);
  command->add_option("list", flags->list, "owners, operators or viewers")
      ->check(CLI::IsMember({"owners", "operators", "viewers"}))
      ->required();
  command->add_option("who", flags->who, "person or team:NAME")->required();
  verbs.on(command,
           [flags, grant](Session& session) { return add_or_take(session, *flags, grant); });
}

}  // namespace

void add_access_verbs(Verbs& verbs, CLI::App& config) {
  auto* group = config.add_subcommand("access", "who may do what with a profile");
  group->require_subcommand(1)->fallthrough();
  auto name = std::make_shared<std::string>();
  auto* shown = group->add_subcommand("show", "its lists");
  shown->add_option("name", *name, "profile")->type_name(kind::kProfile)->required();
  verbs.on(shown, [name](Session& session) { return show_named(session, *name); });
  add_set(verbs, *group);
  add_change(verbs, *group, true);
  add_change(verbs, *group, false);
}

}  // namespace hotswap::cli
