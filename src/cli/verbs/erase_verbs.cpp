#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/confirm.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kPath = "/api/v1/erasures";
/// Each call goes on for some seconds: this is a day.
constexpr int kMostCalls = 20'000;

struct EraseFlags {
  std::string kind, name, reason;
  bool force = false, dry_run = false, yes = false;
};

json::Object body_of(const EraseFlags& flags) {
  json::Object body{{flags.kind, flags.name}, {"reason", flags.reason}};
  if (flags.force) body.append("force", true);
  if (flags.dry_run) body.append("dryRun", true);
  return body;
}

std::string rows_text(const json::Value& answer, std::string_view path) {
  std::string out;
  const auto* rows = value_at(answer, path);
  const auto* object = rows != nullptr ? rows->as_object() : nullptr;
  if (object == nullptr) return "none";
  for (const auto& [table, count] : *object)
    out += fmt::format("{}{} of {}", out.empty() ? "" : ", ", json::write(count),
                       printable(std::string(table)));
  return out.empty() ? "none" : out;
}

void print_counts(Session& session, const json::Value& answer) {
  session.print(facts({{"rewritten", rows_text(answer, "rewritten")},
                       {"removed", rows_text(answer, "removed")},
                       {"left", rows_text(answer, "left")}},
                      session.terminal()));
}

Outcome dry_run(Session& session, Api& api, const EraseFlags& flags) {
  auto answer = api.with(api.post(kPath, body_of(flags)), {"rewritten", "removed", "left"});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
    return ExitCode::Ok;
  }
  print_counts(session, *answer);
  if (!bool_at(*answer, "complete")) session.print("there is more: it is too much to count\n");
  session.print("nothing was changed\n");
  return ExitCode::Ok;
}

/// Nothing where it may be erased.
std::optional<Outcome> asked(const EraseFlags& flags) {
  const auto answer = confirm_by_name(
      fmt::format("erase the {} {} for ever? This cannot be undone. Type the name to go on:",
                  flags.kind, printable(flags.name)),
      flags.name);
  if (!answer) {
    return fail(ErrorCode::Invalid, "usage",
                fmt::format("nobody can be asked here whether to erase the {}: add --yes to erase "
                            "it, or --dry-run to see what would go",
                            flags.kind));
  }
  if (!*answer) return ExitCode::Interrupted;
  return std::nullopt;
}

Outcome erase(Session& session, const EraseFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  if (flags.dry_run) return dry_run(session, **api, flags);
  if (!flags.yes) {
    if (const auto stopped = asked(flags)) return *stopped;
  }
  for (int calls = 0; calls < kMostCalls; ++calls) {
    auto answer = (*api)->with((*api)->post(kPath, body_of(flags)), {"id", "state", "pseudonym"});
    if (!answer) return std::unexpected(answer.error());
    if (text_at(*answer, "state") != "done") continue;
    if (session.structured()) {
      session.print_value(*answer);
      return ExitCode::Ok;
    }
    print_counts(session, *answer);
    session.print(fmt::format("erased; {} stands in its place. The proof: hotswap erase get {}\n",
                              text_at(*answer, "pseudonym"), text_at(*answer, "id")));
    return ExitCode::Ok;
  }
  return fail(ErrorCode::Timeout, "erasure.unfinished",
              "the erasure is not finished yet: give the command again to go on");
}

Outcome list(Session& session, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(kPath, limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"ID", "KIND", "STATE", "BEGAN", "BY", "REWRITTEN", "REMOVED", "REASON"});
  const auto total = [](const json::Value& item, std::string_view path) {
    std::int64_t sum = 0;
    const auto* rows = value_at(item, path);
    if (rows == nullptr || rows->as_object() == nullptr) return sum;
    for (const auto& [name, count] : *rows->as_object()) sum += count.as_int().value_or(0);
    return sum;
  };
  for (const auto& item : *items) {
    table.row({text_at(item, "id"), text_at(item, "kind"), text_at(item, "state"),
               human_age(text_at(item, "startedAt"), session.now()), text_at(item, "by"),
               std::to_string(total(item, "rewritten")), std::to_string(total(item, "removed")),
               text_at(item, "reason")});
  }
  session.print(table.empty() ? "nothing was erased yet\n" : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome get(Session& session, const std::string& id) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto item = (*api)->get(std::string(kPath) + '/' + encode(id));
  if (!item) return std::unexpected(item.error());
  if (session.structured()) {
    session.print_value(*item);
    return ExitCode::Ok;
  }
  session.print(facts({{"id", text_at(*item, "id")},
                       {"kind", text_at(*item, "kind")},
                       {"state", text_at(*item, "state")},
                       {"pseudonym", text_at(*item, "pseudonym")},
                       {"reason", text_at(*item, "reason")},
                       {"by", text_at(*item, "by")},
                       {"began", text_at(*item, "startedAt")},
                       {"ended", text_at(*item, "finishedAt")},
                       {"algorithm", text_at(*item, "nameProof.algorithm")},
                       {"salt", text_at(*item, "nameProof.salt")},
                       {"iterations", text_at(*item, "nameProof.iterations")},
                       {"name hash", text_at(*item, "nameProof.hash")},
                       {"chain before", text_at(*item, "chainBefore")},
                       {"chain after", text_at(*item, "chainAfter")}},
                      session.terminal()));
  print_counts(session, *item);
  return ExitCode::Ok;
}

void add_kind(Verbs& verbs, CLI::App& group, const std::string& kind, const char* words) {
  auto flags = std::make_shared<EraseFlags>();
  flags->kind = kind;
  auto* command = group.add_subcommand(kind, words);
  auto* name = command->add_option("name", flags->name)->required();
  if (kind == "profile") {
    name->type_name(kind::kProfile);
    command->add_flag("--force", flags->force, "although instances run it");
  }
  command->add_option("--reason", flags->reason, "why, for the proof; without the name")
      ->required();
  command->add_flag("--dry-run", flags->dry_run, "only show how much would go");
  command->add_flag("-y,--yes", flags->yes, "without asking");
  verbs.on(command, [flags](Session& session) { return erase(session, *flags); });
}

}  // namespace

void add_erase_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("erase", "for ever, with a proof: people and profiles");
  group->require_subcommand(1)->fallthrough();
  add_kind(verbs, *group, "person", "a person's name, wherever it stands");
  add_kind(verbs, *group, "profile", "a profile with all that it ever held");
  auto limit = std::make_shared<std::size_t>(50);
  auto* all = group->add_subcommand("list", "what was erased, newest first");
  all->add_option("--limit", *limit, "at most")->default_val(50);
  verbs.on(all, [limit](Session& session) { return list(session, *limit); });
  auto id = std::make_shared<std::string>();
  auto* one = group->add_subcommand("get", "the proof of one erasure");
  one->add_option("id", *id, "of the erasure")->required();
  verbs.on(one, [id](Session& session) { return get(session, *id); });
}

}  // namespace hotswap::cli
