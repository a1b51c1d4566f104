#include <fmt/format.h>

#include <fstream>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kPath = "/api/v1/audit";
constexpr std::size_t kMostPages = 10'000;  ///< of an export, each of up to 10,000 entries

struct AuditFlags {
  std::string actor, action, resource, from, to, form = "ndjson", file = "-";
  std::size_t limit = 50;
};

std::string filters(const AuditFlags& flags) {
  return query({{"actor", flags.actor},
                {"action", flags.action},
                {"resource", flags.resource},
                {"from", flags.from},
                {"to", flags.to}});
}

Outcome list(Session& session, const AuditFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(kPath + filters(flags), flags.limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"#", "TIME", "WHO", "ACTION", "RESOURCE", "OUTCOME", "DETAIL"});
  for (const auto& item : *items) {
    const auto outcome = text_at(item, "outcome");
    table.row({text_at(item, "sequence"), text_at(item, "at"), text_at(item, "actor"),
               text_at(item, "action"), text_at(item, "resource"),
               session.terminal().paint(outcome == "success" ? Paint::Green : Paint::Red, outcome),
               text_at(item, "detail")});
  }
  session.print(table.empty() ? "no such entries\n" : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome verify(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->with((*api)->get("/api/v1/audit/verify"), {"valid", "entries"});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    const auto erased = int_at(*answer, "erased");
    session.print(fmt::format(
        "the chain is whole: {} entries{}\n", text_at(*answer, "entries"),
        erased == 0 ? std::string() : fmt::format(", {} of them erased as recorded", erased)));
  }
  return ExitCode::Ok;
}

/// Page by page to `write`, which says whether it could.
Result<std::size_t> export_pages(Api& api, const AuditFlags& flags,
                                 const std::function<bool(std::string_view)>& write) {
  const auto path = kPath + filters(flags);
  std::string cursor;
  std::size_t bytes = 0;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    const auto more = (path.contains('?') ? "&cursor=" : "?cursor=") + encode(cursor);
    auto answer = api.call({.path = cursor.empty() ? path : path + more,
                            .accept = flags.form == "csv" ? "text/csv" : "application/x-ndjson"});
    if (!answer) return std::unexpected(answer.error());
    std::string_view text = answer->body;
    // Each page brings the line of headings again.
    if (flags.form == "csv" && page > 0)
      text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
    if (!write(text)) {
      return fail_field("file.unwritable", "--file", "file", "cannot write " + flags.file);
    }
    bytes += text.size();
    cursor = answer->next_cursor;
    if (cursor.empty()) break;
  }
  return bytes;
}

Outcome export_all(Session& session, const AuditFlags& flags) {
  if (session.globals().output == "yaml") {
    return fail(ErrorCode::Invalid, "usage",
                "an export is NDJSON or CSV: leave out -o yaml, choose by --format");
  }
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  if (flags.file == "-") {
    const auto done = export_pages(**api, flags, [&](std::string_view text) {
      session.print(text);
      return true;
    });
    if (!done) return std::unexpected(done.error());
    return ExitCode::Ok;
  }
  std::ofstream out(flags.file, std::ios::binary | std::ios::trunc);
  const auto done = export_pages(**api, flags, [&](std::string_view text) {
    return static_cast<bool>(out << text) && static_cast<bool>(out.flush());
  });
  if (!done) return std::unexpected(done.error());
  if (!session.structured()) {
    session.print(fmt::format("{} ({})\n", flags.file, human_bytes(*done)));
  }
  return ExitCode::Ok;
}

void add_filters(CLI::App& command, AuditFlags& flags) {
  command.add_option("--actor", flags.actor, "only of this person");
  command.add_option("--action", flags.action, "only of this kind, e.g. deployment.start");
  command.add_option("--resource", flags.resource, "only of this thing, e.g. configs/shop.dev");
  command.add_option("--from", flags.from, "from this time on, e.g. 2026-01-31T06:00:00Z")
      ->type_name(kind::kTime);
  command.add_option("--to", flags.to, "up to this time")->type_name(kind::kTime);
}

}  // namespace

void add_audit_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("audit", "who did what");
  group->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<AuditFlags>();
  auto* all = group->add_subcommand("list", "newest first");
  add_filters(*all, *flags);
  all->add_option("--limit", flags->limit, "at most")->default_val(50);
  verbs.on(all, [flags](Session& session) { return list(session, *flags); });
  verbs.on(group->add_subcommand("verify", "check the whole chain of hashes"), verify);
  auto* out = group->add_subcommand("export", "all of it, for an archive or another program");
  add_filters(*out, *flags);
  out->add_option("--format", flags->form, "of the export")
      ->check(CLI::IsMember({"ndjson", "csv"}))
      ->default_val("ndjson");
  out->add_option("--file", flags->file, "to write; - is standard output")
      ->type_name(kind::kFile)
      ->default_val("-");
  verbs.on(out, [flags](Session& session) { return export_all(session, *flags); });
}

}  // namespace hotswap::cli
