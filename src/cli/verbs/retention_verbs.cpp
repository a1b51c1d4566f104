#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/answer.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPath = "/api/v1/retention";
constexpr auto kLook = 300ms;
/// Looks that may fail one after the other before the command gives up.
constexpr int kPatience = 100;

std::string state_text(const json::Value& run, const Terminal& terminal) {
  const auto state = text_at(run, "state");
  const Paint paint = state == "Done"      ? Paint::Green
                      : state == "Running" ? Paint::Yellow
                                           : Paint::Red;
  return terminal.paint(paint, state) + (bool_at(run, "dryRun") ? ", dry" : "");
}

std::string bytes_text(const json::Value& run) {
  return human_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(0, int_at(run, "bytes"))));
}

/// `1 version`, `2 versions`.
std::string counted(const json::Value& value, const std::string& member, const std::string& what) {
  const auto number = text_at(value, member);
  return number + ' ' + what + (number == "1" ? "" : "s");
}

/// What a run did, for people.
std::string outcome_text(const json::Value& run) {
  const bool dry = bool_at(run, "dryRun");
  auto text = fmt::format("{} looked at: {} ({}) {}\n", counted(run, "profiles", "profile"),
                          counted(run, "versions", "version"), bytes_text(run),
                          dry ? "would move to the archive" : "moved to the archive");
  if (!dry)
    text += fmt::format("{} written, {} dropped\n", counted(run, "objects", "object"),
                        counted(run, "pruned", "old record"));
  for (const auto& failure : items_at(run, "failures"))
    if (const auto* line = failure.as_string()) text += "failed: " + printable(line->str()) + "\n";
  if (const auto more = int_at(run, "failed") - std::ssize(items_at(run, "failures")); more > 0)
    text += fmt::format("and {} profiles more\n", more);
  if (const auto error = text_at(run, "error"); !error.empty())
    text += "ended early: " + error + "\n";
  return text;
}

Result<json::Value> run_of(Api& api, const std::string& id) {
  auto status = api.with(api.get(kPath), {"runs"});
  if (!status) return status;
  for (const auto& run : items_at(*status, "runs"))
    if (text_at(run, "id") == id) return run;
  return fail(ErrorCode::NotFound, "retention.not_found",
              "the server knows no run " + id + " any more");
}

/// Looks until the run has ended, or nobody answers for long.
Result<json::Value> wait_for(Api& api, const std::string& id) {
  for (int missed = 0;;) {
    auto run = run_of(api, id);
    if (run && text_at(*run, "state") != "Running") return run;
    missed = run ? 0 : missed + 1;
    if (!run && (missed > kPatience || run.error().code != ErrorCode::Unavailable)) return run;
    if (Interrupt::requested())
      return fail(ErrorCode::Conflict, "interrupted",
                  "the run goes on: see hotswap retention status");
    std::this_thread::sleep_for(kLook);
  }
}

Outcome run(Session& session, bool dry) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const Interrupt interrupt;
  auto begun = (*api)->with(
      (*api)->post(std::string(kPath) + "/run" + (dry ? "?dryRun=true" : ""), json::Value()),
      {"id", "state"});
  if (!begun) return std::unexpected(begun.error());
  const auto ended = wait_for(**api, text_at(*begun, "id"));
  if (!ended) return std::unexpected(ended.error());
  if (session.structured())
    session.print_value(*ended);
  else
    session.print(outcome_text(*ended));
  return text_at(*ended, "state") == "Done" ? ExitCode::Ok : ExitCode::Unavailable;
}

std::string archive_text(const json::Value& status, const Terminal& terminal) {
  const auto where = text_at(status, "archive.where");
  if (where.empty()) return "none: start the servers with --archive";
  if (bool_at(status, "archive.usable")) return where;
  return where + ": " + terminal.paint(Paint::Red, text_at(status, "archive.detail"));
}

Outcome status(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto status = (*api)->with((*api)->get(kPath), {"versions", "days", "runs"});
  if (!status) return std::unexpected(status.error());
  if (session.structured()) {
    session.print_value(*status);
    return ExitCode::Ok;
  }
  const auto& terminal = session.terminal();
  const auto at = text_at(*status, "at");
  session.print(
      fmt::format("keeps    of each profile the newest {}, and those of the last {}\n"
                  "archive  {}\nruns     {}\n",
                  counted(*status, "versions", "version"), counted(*status, "days", "day"),
                  archive_text(*status, terminal),
                  at.empty() ? "only when asked"
                             : "every day at " + at + " UTC, next " +
                                   human_age(text_at(*status, "next"), session.now())));
  Table table(
      {"RUN", "STATE", "STARTED", "BY", "PROFILES", "VERSIONS", "SIZE", "PRUNED", "FAILED"});
  for (const auto& run : items_at(*status, "runs"))
    table.row({short_id(text_at(run, "id")), state_text(run, terminal),
               human_age(text_at(run, "startedAt"), session.now()), text_at(run, "by"),
               text_at(run, "profiles"), text_at(run, "versions"), bytes_text(run),
               text_at(run, "pruned"), text_at(run, "failed")});
  if (!table.empty()) session.print("\n" + table.text(terminal));
  return ExitCode::Ok;
}

}  // namespace

void add_retention_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("retention", "old versions and the archive");
  group->require_subcommand(1)->fallthrough();
  auto dry = std::make_shared<bool>(false);
  auto* now = group->add_subcommand("run", "move what is old to the archive now, and wait for it");
  now->add_flag("--dry-run", *dry, "only say what would move");
  verbs.on(now, [dry](Session& session) { return run(session, *dry); });
  verbs.on(group->add_subcommand("status", "what is kept, where the rest goes, and the last runs"),
           status);
}

}  // namespace hotswap::cli
