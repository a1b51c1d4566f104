#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/answer.hpp"
#include "cli/bundle/bundle.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/human.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct BundleFlags {
  std::string to;
  BundleNodes nodes;
};

/// `hotswap-debug-20261123T150405Z.tar.zst`.
std::string default_name(WallTime now) {
  std::string stamp = format_time(std::chrono::floor<std::chrono::seconds>(now));
  stamp = stamp.substr(0, stamp.find('.'));
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return "hotswap-debug-" + stamp + "Z.tar.zst";
}

Error unwritable(const std::string& path, const std::string& why) {
  return {ErrorCode::Invalid,
          "file.unwritable",
          "cannot write " + path + ": " + why,
          {{"--to", "file", why}},
          {}};
}

/// For its owner alone; an existing file is never touched.
Result<void> write_new(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(unwritable(path, std::strerror(errno)));
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  const int saved = errno;
  const bool whole = bytes.empty() && ::fsync(file) == 0;
  if (::close(file) == 0 && whole) return {};
  ::unlink(path.c_str());
  return std::unexpected(unwritable(path, std::strerror(saved)));
}

Bundle::Told progress() {
  return [](const BundleEntry& entry) {
    if (entry.error.empty())
      fmt::print(stderr, "  {:<52} {:>10}\n", printable(entry.name), human_bytes(entry.bytes));
    else
      fmt::print(stderr, "  {:<52} missing: {}\n", printable(entry.name), printable(entry.error));
  };
}

void print_outcome(Session& session, const Bundle& bundle, const std::string& path,
                   std::size_t bytes) {
  std::size_t missing = 0;
  for (const BundleEntry& entry : bundle.entries()) missing += entry.error.empty() ? 0 : 1;
  if (session.structured())
    return session.print_value(
        json::Object{{"file", path},
                     {"bytes", static_cast<std::uint64_t>(bytes)},
                     {"files", static_cast<std::uint64_t>(bundle.entries().size() - missing + 1)},
                     {"missing", static_cast<std::uint64_t>(missing)},
                     {"masked", static_cast<std::uint64_t>(bundle.masked())}});
  session.print(
      fmt::format("{} ({}): {} files{}, {} places masked beside what the server masks\n"
                  "manifest.json in it says what there is; look through it before you send it\n",
                  path, human_bytes(bytes), bundle.entries().size() - missing + 1,
                  missing == 0 ? "" : fmt::format(", {} missing", missing), bundle.masked()));
}

Outcome bundle(Session& session, const BundleFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  // Who may not, is told so before anything is written.
  if (auto may = (*api)->get("/api/v1/admin/log-levels"); !may) return std::unexpected(may.error());
  const WallTime now = session.now();
  const auto path = flags.to.empty() ? default_name(now) : flags.to;
  Bundle bundle(now, {(*api)->options().token}, session.structured() ? Bundle::Told() : progress());
  auto names = collect_nodes(bundle, **api, flags.nodes);
  collect_shared(bundle, **api);
  const auto bytes =
      bundle.finish({{"server", (*api)->options().server}, {"nodes", std::move(names)}});
  if (!bytes) return std::unexpected(bytes.error());
  if (auto written = write_new(path, *bytes); !written) return std::unexpected(written.error());
  print_outcome(session, bundle, path, bytes->size());
  return ExitCode::Ok;
}

/// As the text form of the log: time, level, module, message, fields.
std::string line_text(const json::Value& line, const Terminal& terminal) {
  const auto level = text_at(line, "level");
  const Paint paint = level == "ERROR"     ? Paint::Red
                      : level == "WARNING" ? Paint::Yellow
                      : level == "INFO"    ? Paint::Green
                                           : Paint::Dim;
  std::string out = terminal.paint(Paint::Dim, text_at(line, "timestamp")) + ' ' +
                    terminal.paint(paint, fmt::format("{:<7}", level)) + ' ' +
                    text_at(line, "module") + ": " + text_at(line, "message");
  if (const auto* members = line.as_object())
    for (const auto& [name, value] : *members) {
      const auto key = name.view();
      if (key == "timestamp" || key == "level" || key == "module" || key == "message") continue;
      out += ' ' + terminal.paint(Paint::Dim, printable(key) + '=') + text_at(line, key);
    }
  return out + '\n';
}

Outcome log_lines(Session& session, std::size_t count) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  const auto answer = (*api)->with((*api)->get("/api/v1/admin/log?lines=" + std::to_string(count)),
                                   {"node", "lines"});
  if (!answer) return std::unexpected(answer.error());
  if (session.structured()) {
    session.print_value(*answer);
    return ExitCode::Ok;
  }
  std::string text;
  for (const auto& line : items_at(*answer, "lines")) text += line_text(line, session.terminal());
  session.print(text);
  return ExitCode::Ok;
}

struct LevelFlags {
  std::string levels, lasting;
  bool reset = false;
};

void print_levels(Session& session, const json::Value& view) {
  if (session.structured()) return session.print_value(view);
  const auto until = text_at(view, "until");
  session.print(
      facts({{"node", text_at(view, "node") + " (others keep theirs)"},
             {"levels", text_at(view, "levels")},
             {"at the start", text_at(view, "atStart")},
             {"until", until.empty() ? until : until + ", " + human_age(until, session.now())}},
            session.terminal()));
  Table table({"MODULE", "LEVEL"});
  if (const auto* modules = value_at(view, "modules"); modules && modules->as_object())
    for (const auto& [name, level] : *modules->as_object())
      table.row({printable(name.view()), level.as_string() ? level.as_string()->str() : ""});
  session.print("\n" + table.text(session.terminal()));
}

Outcome log_level(Session& session, const LevelFlags& flags) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  constexpr auto kPath = "/api/v1/admin/log-levels";
  auto view = (*api)->with((*api)->get(kPath), {"node", "levels", "atStart"});
  if (!view) return std::unexpected(view.error());
  const auto wanted = flags.reset ? text_at(*view, "atStart") : flags.levels;
  if (wanted.empty() && !flags.lasting.empty())
    return fail(ErrorCode::Invalid, "usage",
                "--for is for levels: hotswap log-level debug --for 10m");
  if (!wanted.empty()) {
    json::Object body{{"levels", wanted}};
    if (!flags.lasting.empty()) body.append("for", flags.lasting);
    const auto answer = (*api)->call({.method = "PUT", .path = kPath, .body = json::write(body)});
    if (!answer) return std::unexpected(answer.error());
    view = answer->json();
  }
  print_levels(session, *view);
  return ExitCode::Ok;
}

void add_log_level(Verbs& verbs) {
  auto flags = std::make_shared<LevelFlags>();
  auto* command = verbs.app().add_subcommand(
      "log-level", "what one server writes into its log, and change it while it runs");
  command
      ->add_option("levels", flags->levels,
                   "trace, debug, info, warning or error, and of modules: info,runner=debug")
      ->type_name(kind::kText);
  command->add_option("--for", flags->lasting, "back to the levels of the start after so long")
      ->type_name(kind::kDuration);
  command->add_flag("--reset", flags->reset, "back to the levels of the start now")
      ->excludes("levels");
  verbs.on(command, [flags](Session& session) { return log_level(session, *flags); });
}

void add_bundle(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<BundleFlags>();
  auto* command = group.add_subcommand(
      "bundle", "one file with what support needs: facts, metrics, log, deployments; masked");
  command->add_option("--to", flags->to, "the new file (default hotswap-debug-TIME.tar.zst)")
      ->type_name(kind::kFile);
  command->add_option("--node", flags->nodes.urls, "address of another node as well; repeatable")
      ->type_name("URL");
  command->add_flag("--all-nodes", flags->nodes.all,
                    "all nodes of the cluster, at the addresses that they say");
  verbs.on(command, [flags](Session& session) { return bundle(session, *flags); });
}

}  // namespace

void add_debug_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("debug", "what support asks for");
  group->require_subcommand(1)->fallthrough();
  add_bundle(verbs, *group);
  auto count = std::make_shared<std::size_t>(100);
  auto* lines = group->add_subcommand("log", "the newest lines of one server's log");
  lines->add_option("--lines", *count, "at most so many (default 100)")
      ->type_name(kind::kNumber)
      ->check(CLI::Range(1, 2000));
  verbs.on(lines, [count](Session& session) { return log_lines(session, *count); });
  add_log_level(verbs);
}

}  // namespace hotswap::cli
