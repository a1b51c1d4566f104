#include <fmt/format.h>

#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/live_area.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBar = 30;
constexpr std::size_t kHashShown = 16;
constexpr Duration kRedraw = 100ms;
constexpr Duration kReport = 1s;

/// `12,345,678`
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

/// A bar where a person looks at a terminal; else lines of JSON on standard error, so that standard
/// output holds the result alone.
class MoveView {
 public:
  explicit MoveView(const Session& session)
      : session_(session), area_(session.terminal()), began_(session.now()) {}
  ~MoveView() { area_.clear(); }
  MoveView(const MoveView&) = delete;
  MoveView& operator=(const MoveView&) = delete;

  void show(const MoveProgress& progress) {
    const WallTime now = session_.now();
    const bool live = session_.terminal().live() && !session_.structured();
    if (progress.phase == phase_ && now - shown_ < (live ? kRedraw : kReport)) return;
    if (progress.phase != phase_) phase_began_ = now;
    phase_ = progress.phase;
    shown_ = now;
    if (live) {
      area_.draw({line_of(progress, now)});
    } else {
      fmt::print(stderr, "{}\n", json::write(json_of(progress)));
    }
  }

 private:
  [[nodiscard]] std::string line_of(const MoveProgress& progress, WallTime now) const {
    if (progress.of == 0) return fmt::format("{} {}", progress.phase, progress.table);
    const auto fraction = static_cast<double>(progress.done) / static_cast<double>(progress.of);
    const auto passed = std::max<Duration>(now - phase_began_, 1ms);
    const auto rate = progress.done * 1000 / static_cast<std::uint64_t>(passed.count());
    return fmt::format("{:<9} ▕{}▏ {} of {} rows, {}/s, {}", progress.phase,
                       progress_bar(fraction, kBar), grouped(progress.done), grouped(progress.of),
                       grouped(rate), progress.table);
  }
  [[nodiscard]] static json::Value json_of(const MoveProgress& progress) {
    return json::Object{{"phase", progress.phase},
                        {"table", progress.table},
                        {"done", static_cast<std::int64_t>(progress.done)},
                        {"of", static_cast<std::int64_t>(progress.of)}};
  }

  const Session& session_;
  LiveArea area_;
  WallTime began_, phase_began_{}, shown_{};
  std::string phase_;
};

json::Value report_json(const MoveReport& report) {
  json::Array tables;
  for (const auto& table : report.tables)
    tables.push_back(json::Object{{"name", table.name},
                                  {"rows", static_cast<std::int64_t>(table.rows)},
                                  {"hash", table.hash}});
  return json::Object{{"from", report.from},
                      {"to", report.to},
                      {"tables", std::move(tables)},
                      {"auditChain", report.broken_audit ? "broken" : "whole"}};
}

/// What is asked for and what is told when it is done.
struct Moving {
  MoveArguments arguments;
  std::string done;  ///< sentences
  bool shows_tables = true;
};

void print_tables(const Session& session, const MoveReport& report, const Moving& moving) {
  Table table({"TABLE", "ROWS", "SHA-256 OF THE ROWS"});
  std::uint64_t rows = 0;
  for (const auto& moved : report.tables) {
    table.row({moved.name, grouped(moved.rows), moved.hash.substr(0, kHashShown)});
    rows += moved.rows;
  }
  if (moving.shows_tables) session.print(table.text(session.terminal()));
  session.print(fmt::format("{} rows of {} tables; counts and hashes are those of the source\n",
                            grouped(rows), report.tables.size()));
}

Outcome move(Session& session, const MoveVerb& verb, const Moving& moving) {
  Result<MoveReport> report = [&] {
    MoveView view(session);
    return verb(moving.arguments, [&](const MoveProgress& progress) { view.show(progress); });
  }();
  if (!report) return std::unexpected(std::move(report.error()));
  if (session.structured()) {
    session.print_value(report_json(*report));
  } else {
    print_tables(session, *report, moving);
    session.print(report->broken_audit ? "the audit's chain is BROKEN, here as in the source\n"
                                       : "the audit's chain holds\n");
    session.print(moving.done);
  }
  if (report->broken_audit) return std::unexpected(std::move(*report->broken_audit));
  return ExitCode::Ok;
}

void add_migrate(Verbs& verbs, const Actions& actions) {
  auto arguments = std::make_shared<MoveArguments>();
  auto* command = verbs.app().add_subcommand(
      "migrate", "move a stopped server's database into an empty one, all or nothing");
  command->add_option("--from", arguments->from, "sqlite:DIR, sqlite:FILE or what --to takes")
      ->required();
  command
      ->add_option("--to", arguments->to,
                   "what the server's --database takes (HOTSWAP_DATABASE), or sqlite:DIR")
      ->envname("HOTSWAP_DATABASE")
      ->required();
  command->add_flag("--upgrade", arguments->upgrade,
                    "bring the schema of an older version's database up to date first");
  verbs.on(command, [arguments, &actions](Session& session) {
    return move(session, actions.moving.migrate,
                {*arguments,
                 "Next: start the servers on it with the same keys (--jwt-key-file and "
                 "--webhook-key-file; the old data folder\nhas jwt.key and webhook.key). The "
                 "source is as it was; start no server on it any more.\n"});
  });
}

void add_backup(Verbs& verbs, const Actions& actions) {
  struct Flags {
    std::string data_dir, database, to;
  };
  auto flags = std::make_shared<Flags>();
  auto* command =
      verbs.app().add_subcommand("backup", "copy the database, while servers run or not");
  auto* folder = command->add_option("--data-dir", flags->data_dir, "the server's data folder")
                     ->type_name(kind::kFolder);
  auto* database = command
                       ->add_option("--database", flags->database,
                                    "or the cluster's PostgreSQL (HOTSWAP_DATABASE)")
                       ->envname("HOTSWAP_DATABASE");
  command->add_option("--to", flags->to, "file to write; must not exist")->required();
  verbs.on(command, [flags, folder, database, &actions](Session& session) -> Outcome {
    if (folder->count() == 0 && database->count() == 0)
      return fail(ErrorCode::Invalid, "usage", "name what to copy: --data-dir or --database");
    const bool sqlite = folder->count() > 0;  // typed wins over the environment's database
    const Moving moving{{sqlite ? "sqlite:" + flags->data_dir : flags->database, flags->to, false},
                        "copied to " + flags->to + "\n",
                        false};
    return move(session, actions.moving.backup, moving);
  });
}

void add_restore(Verbs& verbs, const Actions& actions) {
  auto arguments = std::make_shared<MoveArguments>();
  auto* command = verbs.app().add_subcommand(
      "restore", "put a backup into an empty database of either kind, all or nothing");
  command->add_option("--from", arguments->from, "file that `hotswap backup` has written")
      ->type_name(kind::kFile)
      ->required();
  command->add_option("--to", arguments->to, "sqlite:DIR, or what the server's --database takes")
      ->envname("HOTSWAP_DATABASE")
      ->required();
  verbs.on(command, [arguments, &actions](Session& session) {
    return move(session, actions.moving.restore,
                {*arguments, "restored; next: start the server on it\n"});
  });
}

}  // namespace

void add_moving_verbs(Verbs& verbs, const Actions& actions) {
  add_migrate(verbs, actions);
  add_backup(verbs, actions);
  add_restore(verbs, actions);
}

}  // namespace hotswap::cli
