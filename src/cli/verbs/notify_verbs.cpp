#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kChannels = "/api/v1/notifications/channels";
constexpr auto kDeadLetters = "/api/v1/notifications/dead-letters";

struct ChannelFlags {
  std::string name, type, target, target_file, severity;
  std::vector<std::string> profiles;
};

/// Addresses with tokens in them do not belong on a command line that others can list.
Result<std::string> target_of(const ChannelFlags& flags) {
  if (flags.target.empty() == flags.target_file.empty())
    return fail(ErrorCode::Invalid, "usage",
                "give the address as TARGET, or by --target-file when it holds a token");
  if (flags.target_file.empty()) return flags.target;
  auto text = read_file(flags.target_file);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return text;
}

Outcome add_channel(Session& session, const ChannelFlags& flags) {
  auto target = target_of(flags);
  if (!target) return std::unexpected(target.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  json::Object body{{"name", flags.name}, {"type", flags.type}, {"target", *target}};
  if (!flags.severity.empty()) body.set("severity", flags.severity);
  json::Array profiles;
  for (const auto& profile : flags.profiles) profiles.push_back(profile);
  if (!profiles.empty()) body.set("profiles", std::move(profiles));
  const auto made = (*api)->post(kChannels, std::move(body));
  if (!made) return std::unexpected(made.error());
  if (session.structured()) {
    session.print_value(*made);
    return ExitCode::Ok;
  }
  session.print(fmt::format("{} tells {} from {} on\ntry it: hotswap notify channel test {}\n",
                            flags.name, text_at(*made, "target"), text_at(*made, "severity"),
                            flags.name));
  return ExitCode::Ok;
}

/// Replaces a channel; what no flag names stays, the address too (reads do not show it whole).
Outcome update_channel(Session& session, const ChannelFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto all = (*api)->get(kChannels);
  if (!all) return std::unexpected(all.error());
  json::Object body;
  for (const auto& item : items_at(*all, "items")) {
    if (text_at(item, "name") != flags.name) continue;
    for (const auto* kept : {"name", "type", "severity", "profiles"}) {
      if (const auto* value = item.find(kept)) body.set(kept, *value);
    }
  }
  if (body.empty()) {
    return fail(ErrorCode::NotFound, "channel.not_found",
                "there is no channel " + flags.name + ": hotswap notify channel list shows them");
  }
  if (!flags.target.empty() || !flags.target_file.empty()) {
    auto target = target_of(flags);
    if (!target) return std::unexpected(target.error());
    body.set("target", *target);
  }
  if (!flags.severity.empty()) body.set("severity", flags.severity);
  json::Array profiles;
  for (const auto& profile : flags.profiles) {
    if (!profile.empty()) profiles.push_back(profile);
  }
  if (!flags.profiles.empty()) body.set("profiles", std::move(profiles));
  const auto done = (*api)->call({.method = "PUT",
                                  .path = std::string(kChannels) + "/" + encode(flags.name),
                                  .body = json::write(std::move(body))});
  if (!done) return std::unexpected(done.error());
  if (session.structured()) {
    session.print_value(done->json());
  } else {
    session.print("changed " + flags.name + "\n");
  }
  return ExitCode::Ok;
}

Outcome list_channels(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto answer = (*api)->get(kChannels);
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(items_at(*answer, "items"));
    return ExitCode::Ok;
  }
  Table table({"NAME", "TYPE", "TARGET", "FROM", "PROFILES", "BY"});
  for (const auto& item : items_at(*answer, "items")) {
    const auto profiles = joined_at(item, "profiles");
    table.row({text_at(item, "name"), text_at(item, "type"), text_at(item, "target"),
               text_at(item, "severity"), profiles.empty() ? "all" : profiles,
               text_at(item, "createdBy")});
  }
  session.print(table.empty()
                    ? "no channels yet, only the log is told: hotswap notify channel add NAME TYPE "
                      "TARGET\n"
                    : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome delete_channel(Session& session, const std::string& name) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto done = (*api)->remove(std::string(kChannels) + "/" + encode(name));
  if (!done) return std::unexpected(done.error());
  if (!session.structured()) session.print("nobody is told by " + name + " any more\n");
  return ExitCode::Ok;
}

Outcome test_channel(Session& session, const std::string& name) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto done = (*api)->call(
      {.method = "POST", .path = std::string(kChannels) + "/" + encode(name) + "/test"});
  if (!done) return std::unexpected(done.error());
  if (!session.structured()) session.print("the receiver of " + name + " took the test message\n");
  return ExitCode::Ok;
}

Outcome list_dead_letters(Session& session, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(kDeadLetters, limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"ID", "RECEIVER", "AGE", "ATTEMPTS", "ERROR", "MESSAGE"});
  for (const auto& item : *items)
    table.row({text_at(item, "id"), text_at(item, "receiver"),
               human_age(text_at(item, "at"), session.now()), text_at(item, "attempts"),
               text_at(item, "error"), text_at(item, "notice.message")});
  session.print(table.empty() ? "everything was delivered\n" : table.text(session.terminal()));
  return ExitCode::Ok;
}

std::string dead_letter_path(const std::string& id) {
  return std::string(kDeadLetters) + "/" + encode(id);
}

Outcome replay_one(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto done = (*api)->call({.method = "POST", .path = dead_letter_path(id) + "/replay"});
  if (!done) return std::unexpected(done.error());
  if (!session.structured()) session.print("it is on its way again\n");
  return ExitCode::Ok;
}

Outcome delete_one(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto done = (*api)->remove(dead_letter_path(id));
  if (!done) return std::unexpected(done.error());
  if (!session.structured()) session.print("thrown away\n");
  return ExitCode::Ok;
}

/// A verb that is told one word.
void add_one(Verbs& verbs, CLI::App* command, const std::string& what,
             Outcome (*run)(Session&, const std::string&)) {
  auto word = std::make_shared<std::string>();
  command->add_option(what, *word)
      ->required()
      ->type_name(what == "name" ? kind::kChannel : kind::kText);
  verbs.on(command, [word, run](Session& session) { return run(session, *word); });
}

void add_channel_verbs(Verbs& verbs, CLI::App& notify) {
  auto* group = notify.add_subcommand("channel", "where people are told");
  group->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<ChannelFlags>();
  auto* add = group->add_subcommand("add", "tell people somewhere else as well");
  add->add_option("name", flags->name, "its name, e.g. on-call")->required();
  add->add_option("type", flags->type, "webhook, slack, alertmanager or email")
      ->check(CLI::IsMember({"webhook", "slack", "alertmanager", "email"}))
      ->required();
  add->add_option("target", flags->target, "URL, or email address");
  add->add_option("--target-file", flags->target_file, "file that holds it; - is standard input")
      ->type_name(kind::kFile);
  add->add_option("--severity", flags->severity, "least that is told (default info)")
      ->check(CLI::IsMember({"info", "warning", "critical"}));
  add->add_option("--profile", flags->profiles, "only of this profile; may be repeated")
      ->type_name(kind::kProfile);
  verbs.on(add, [flags](Session& session) { return add_channel(session, *flags); });
  auto* change = group->add_subcommand("update", "change one; what is not named stays");
  change->add_option("name", flags->name, "channel")->required()->type_name(kind::kChannel);
  change->add_option("--target", flags->target, "URL, or email address");
  change->add_option("--target-file", flags->target_file, "file that holds it; - is standard input")
      ->type_name(kind::kFile);
  change->add_option("--severity", flags->severity, "least that is told")
      ->check(CLI::IsMember({"info", "warning", "critical"}));
  change->add_option("--profile", flags->profiles, "only of this profile; '' for all")
      ->type_name(kind::kProfile);
  verbs.on(change, [flags](Session& session) { return update_channel(session, *flags); });
  verbs.on(group->add_subcommand("list", "all of them"), list_channels);
  add_one(verbs, group->add_subcommand("delete", "tell nobody there any more"), "name",
          delete_channel);
  add_one(verbs, group->add_subcommand("test", "send a test message now"), "name", test_channel);
}

}  // namespace

void add_notify_verbs(Verbs& verbs) {
  auto* notify = verbs.app().add_subcommand("notify", "notifications and what was not delivered");
  notify->require_subcommand(1)->fallthrough();
  add_channel_verbs(verbs, *notify);
  auto* letters = notify->add_subcommand("dead-letters", "what could not be delivered");
  letters->require_subcommand(1)->fallthrough();
  auto limit = std::make_shared<std::size_t>(50);
  auto* all = letters->add_subcommand("list", "newest first");
  all->add_option("--limit", *limit, "at most")->default_val(50);
  verbs.on(all, [limit](Session& session) { return list_dead_letters(session, *limit); });
  add_one(verbs, letters->add_subcommand("replay", "try to deliver it again"), "id", replay_one);
  add_one(verbs, letters->add_subcommand("delete", "throw it away"), "id", delete_one);
}

}  // namespace hotswap::cli
