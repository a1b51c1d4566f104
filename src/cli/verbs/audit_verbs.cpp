#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/interrupt.hpp"
#include "cli/verbs/audit_offline.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

constexpr auto kPath = "/api/v1/audit";
constexpr std::size_t kPage = 500;          ///< entries or checkpoints
constexpr std::size_t kMostPages = 10'000;  ///< of an export, each of up to 10,000 entries

struct AuditFlags {
  std::string actor, action, resource, outcome, from, to, form = "ndjson", file = "-";
  std::size_t limit = 50;
  bool follow = false;
};

std::string filters(const AuditFlags& flags) {
  return query({{"actor", flags.actor},
                {"action", flags.action},
                {"resource", flags.resource},
                {"outcome", flags.outcome},
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

/// `; signed to entry 12 by ab12…`, and who it was that this server does not know.
std::string signed_text_of(const json::Value& answer) {
  const auto signed_to = int_at(answer, "signedTo");
  if (signed_to == 0) return "; nothing of it is signed yet";
  std::string text = fmt::format("; signed up to entry {}", signed_to);
  for (const auto& signer : items_at(answer, "signers"))
    if (!bool_at(signer, "own"))
      text += fmt::format(
          "\nnote: signed by {}, which is not this server's key: is it another node's, or an "
          "earlier one?",
          text_at(signer, "key"));
  return text;
}

std::string counted_text(const json::Value& answer) {
  std::string text = text_at(answer, "entries") + " entries";
  if (const auto erased = int_at(answer, "erased"); erased > 0)
    text += fmt::format(", {} of them erased as recorded", erased);
  if (const auto removed = int_at(answer, "removed"); removed > 0)
    text += fmt::format(", {} before them removed behind a signed anchor", removed);
  return text;
}

struct VerifyFlags {
  std::string file, key;
};

/// The key itself, or a file that holds it; empty: none.
Result<std::string> wanted_key(const VerifyFlags& flags, const AuditVerbs& audit) {
  if (flags.key.empty()) return std::string();
  auto text = Result<std::string>(flags.key);
  if (std::ifstream(flags.key)) text = read_file(flags.key);
  if (!text) return text;
  auto key = audit.read_key(*text);
  if (!key) return fail_field("usage", "--key", "key", key.error().detail);
  return key;
}

json::Value offline_json(const OfflineReport& report, const std::string& key) {
  const ChainReport& chain = report.chain;
  json::Array signers;
  for (const auto& signer : chain.signers)
    signers.emplace_back(json::Object{{"key", signer}, {"own", signer == key}});
  return json::Object{{"valid", true},
                      {"first", report.first},
                      {"last", report.last},
                      {"entries", chain.entries},
                      {"erased", chain.erased},
                      {"removed", chain.removed},
                      {"checkpoints", chain.checkpoints},
                      {"signedTo", chain.signed_to},
                      {"signers", std::move(signers)}};
}

Outcome verify_file(Session& session, const VerifyFlags& flags, const AuditVerbs& audit) {
  const auto key = wanted_key(flags, audit);
  if (!key) return std::unexpected(key.error());
  const auto report = verify_offline(flags.file, *key, audit);
  if (!report) return std::unexpected(report.error());
  const auto answer = offline_json(*report, *key);
  if (session.structured()) {
    session.print_value(answer);
    return ExitCode::Ok;
  }
  const ChainReport& chain = report->chain;
  std::string text = fmt::format("the chain of {} is whole: {}", flags.file, counted_text(answer));
  if (chain.signed_to == 0)
    text += "; nothing of it is signed";
  else if (key->empty())
    text += fmt::format("; signed up to entry {} by {}: give --key to be sure whose that is",
                        chain.signed_to, *chain.signers.begin());
  else
    text += fmt::format("; signed up to entry {} by the key given", chain.signed_to);
  session.print(text + "\n");
  return ExitCode::Ok;
}

Outcome verify(Session& session, const VerifyFlags& flags, const AuditVerbs& audit) {
  if (!flags.file.empty()) return verify_file(session, flags, audit);
  if (!flags.key.empty())
    return fail(ErrorCode::Invalid, "usage", "--key goes with --offline FILE");
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->with((*api)->get("/api/v1/audit/verify"), {"valid", "entries"});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
  } else {
    session.print("the chain is whole: " + counted_text(*answer) + signed_text_of(*answer) + "\n");
  }
  return ExitCode::Ok;
}

Outcome checkpoint(Session& session) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->call({.method = "POST", .path = "/api/v1/audit/checkpoints"});
  if (!answer) return std::unexpected(answer.error());
  const auto made = answer->json();
  if (session.structured()) {
    session.print_value(made);
  } else {
    session.print(fmt::format("signed up to entry {}\nhash {}\nkey  {}\n",
                              text_at(made, "sequence"), text_at(made, "hash"),
                              text_at(made, "key")));
  }
  return ExitCode::Ok;
}

/// Whether the filters of the command line let the entry through.
bool is_wanted(const json::Value& entry, const AuditFlags& flags) {
  const auto same = [&](const std::string& wanted, const char* member) {
    return wanted.empty() || text_at(entry, member) == wanted;
  };
  const auto resource = text_at(entry, "resource");
  const bool below = flags.resource.empty() || resource == flags.resource ||
                     resource.starts_with(flags.resource + "/");
  return below && same(flags.actor, "actor") && same(flags.action, "action") &&
         same(flags.outcome, "outcome");
}

void print_entry(Session& session, const json::Value& entry) {
  if (session.structured()) return session.print(session.stream_text(entry));
  const auto outcome = text_at(entry, "outcome");
  const auto actor = text_at(entry, "actor");
  session.print(fmt::format(
      "{}  {}  {}  {}  {}  {}\n", text_at(entry, "at"), actor.empty() ? "-" : actor,
      text_at(entry, "action"), text_at(entry, "resource"),
      session.terminal().paint(outcome == "success" ? Paint::Green : Paint::Red, outcome),
      text_at(entry, "detail")));
}

/// Entries behind `after`; the last one's number.
Result<std::int64_t> print_after(Session& session, Api& api, const AuditFlags& flags,
                                 std::int64_t after) {
  for (;;) {
    auto page = api.get(fmt::format("{}?after={}&limit={}", kPath, after, kPage));
    if (!page) return std::unexpected(page.error());
    const auto& items = items_at(*page, "items");
    for (const auto& entry : items) {
      if (is_wanted(entry, flags)) print_entry(session, entry);
      after = int_at(entry, "sequence");
    }
    if (items.size() < kPage) return after;
  }
}

constexpr auto kFollowEvery = std::chrono::seconds(1);
constexpr auto kLook = std::chrono::milliseconds(50);

Result<void> follow(Session& session, Api& api, const AuditFlags& flags, std::int64_t after) {
  const Interrupt interrupt;
  while (!Interrupt::requested()) {
    auto reached = print_after(session, api, flags, after);
    // A server that is away for a moment is waited for; a refusal ends it.
    if (!reached && reached.error().code != ErrorCode::Unavailable)
      return std::unexpected(reached.error());
    if (reached) after = *reached;
    for (auto waited = kLook; waited < kFollowEvery && !Interrupt::requested(); waited += kLook)
      std::this_thread::sleep_for(kLook);
  }
  return {};
}

Outcome tail(Session& session, const AuditFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto head = (*api)->list(kPath, 1);
  if (!head) return std::unexpected(head.error());
  auto newest = (*api)->list(kPath + filters(flags), flags.limit);
  if (!newest) return std::unexpected(newest.error());
  std::int64_t after = head->empty() ? 0 : int_at(head->front(), "sequence");
  for (std::size_t i = newest->size(); i-- > 0;) {
    print_entry(session, (*newest)[i]);
    after = std::max(after, int_at((*newest)[i], "sequence"));
  }
  if (!flags.follow) return ExitCode::Ok;
  if (auto done = follow(session, **api, flags, after); !done) return std::unexpected(done.error());
  return ExitCode::Ok;
}

using Write = std::function<bool(std::string_view)>;

Result<void> write_out(const Write& write, std::string_view text, const AuditFlags& flags) {
  if (write(text)) return {};
  return fail_field("file.unwritable", "--file", "file", "cannot write " + flags.file);
}

/// Every checkpoint as a line of its own, for verifying without the server.
Result<std::size_t> export_checkpoints(Api& api, const AuditFlags& flags, const Write& write) {
  std::int64_t after = 0;
  std::string text;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    auto answer = api.get(fmt::format("{}/checkpoints?after={}&limit={}", kPath, after, kPage));
    if (!answer) return std::unexpected(answer.error());
    const auto& items = items_at(*answer, "items");
    for (const auto& checkpoint : items) {
      text += json::write(json::Object{{"checkpoint", checkpoint}}) + '\n';
      after = int_at(checkpoint, "sequence");
    }
    if (items.size() < kPage) break;
  }
  if (auto done = write_out(write, text, flags); !done) return std::unexpected(done.error());
  return text.size();
}

/// Page by page. A selection is newest first; everything is oldest first, as the chain was made.
Result<std::size_t> export_pages(Api& api, const AuditFlags& flags, const Write& write) {
  const auto chosen = filters(flags);
  const bool whole = chosen.empty();
  std::string cursor = whole ? "0" : "";
  std::size_t bytes = 0;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    const std::string more = whole            ? "?after=" + cursor
                             : cursor.empty() ? ""
                                              : "&cursor=" + encode(cursor);
    auto answer = api.call({.path = kPath + chosen + more,
                            .accept = flags.form == "csv" ? "text/csv" : "application/x-ndjson"});
    if (!answer) return std::unexpected(answer.error());
    std::string_view text = answer->body;
    // Each page brings the line of headings again.
    if (flags.form == "csv" && page > 0)
      text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
    if (auto done = write_out(write, text, flags); !done) return std::unexpected(done.error());
    bytes += text.size();
    cursor = answer->next_cursor;
    if (cursor.empty()) break;
  }
  if (!whole || flags.form != "ndjson") return bytes;
  auto signed_bytes = export_checkpoints(api, flags, write);
  if (!signed_bytes) return signed_bytes;
  return bytes + *signed_bytes;
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
  command.add_option("--outcome", flags.outcome, "only what ended so")
      ->check(CLI::IsMember({"success", "denied", "failure"}));
  command.add_option("--from", flags.from, "from this time on, e.g. 2026-01-31T06:00:00Z")
      ->type_name(kind::kTime);
  command.add_option("--to", flags.to, "up to this time")->type_name(kind::kTime);
}

void add_tail(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<AuditFlags>();
  auto* command = group.add_subcommand("tail", "the newest entries, and those to come");
  add_filters(*command, *flags);
  command->add_option("-n,--limit", flags->limit, "of those that are there")->default_val(10);
  command->add_flag("-f,--follow", flags->follow, "go on until interrupted");
  verbs.on(command, [flags](Session& session) { return tail(session, *flags); });
}

void add_verify(Verbs& verbs, CLI::App& group, const AuditVerbs& audit) {
  auto flags = std::make_shared<VerifyFlags>();
  auto* command =
      group.add_subcommand("verify", "check the whole chain of hashes and its signatures");
  command->add_option("--offline", flags->file, "an export of NDJSON instead of a server")
      ->type_name(kind::kFile);
  command->add_option("--key", flags->key,
                      "public key of the server, or a file with it: only what it signed counts");
  verbs.on(command, [flags, audit](Session& session) { return verify(session, *flags, audit); });
}

}  // namespace

void add_audit_verbs(Verbs& verbs, const Actions& actions) {
  auto* group = verbs.app().add_subcommand("audit", "who did what");
  group->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<AuditFlags>();
  auto* all = group->add_subcommand("list", "newest first");
  add_filters(*all, *flags);
  all->add_option("--limit", flags->limit, "at most")->default_val(50);
  verbs.on(all, [flags](Session& session) { return list(session, *flags); });
  add_tail(verbs, *group);
  add_verify(verbs, *group, actions.audit);
  verbs.on(group->add_subcommand("checkpoint", "sign the chain as it is now"), checkpoint);
  auto* out = group->add_subcommand(
      "export", "all of it, oldest first and with its checkpoints; or a selection, newest first");
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
