#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/human.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/write.hpp"

namespace hotswap::cli {
namespace {

struct UploadFlags {
  std::string name, file, version, bump, message;
};

/// Media type of documents that go up as they are; empty for JSON, which is read here first.
std::string raw_type(const std::string& file) {
  if (file.ends_with(".yaml") || file.ends_with(".yml")) return "application/yaml";
  if (file.ends_with(".toml")) return "application/toml";
  return {};
}

Result<Call> upload_call(const UploadFlags& flags) {
  Call call{.method = "POST", .path = config_path(flags.name, {"versions"})};
  if (const auto type = raw_type(flags.file); !type.empty()) {
    auto text = read_file(flags.file);
    if (!text) return std::unexpected(text.error());
    call.path +=
        query({{"version", flags.version}, {"bump", flags.bump}, {"message", flags.message}});
    call.content_type = type;
    call.body = std::move(*text);
    return call;
  }
  auto document = read_json_file(flags.file);
  if (!document) return std::unexpected(document.error());
  json::Object body;
  if (!flags.version.empty()) body.set("version", flags.version);
  if (!flags.bump.empty()) body.set("bump", flags.bump);
  if (!flags.message.empty()) body.set("message", flags.message);
  body.set("data", std::move(*document));
  call.body = json::write(std::move(body));
  return call;
}

Outcome upload(Session& session, const UploadFlags& flags) {
  if (flags.version.empty() == flags.bump.empty()) {
    return fail(ErrorCode::Invalid, "usage",
                "give the number by --version 1.2.0, or --bump patch for the next one");
  }
  auto call = upload_call(flags);
  if (!call) return std::unexpected(call.error());
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer = (*api)->call(*call);
  if (!answer) return std::unexpected(answer.error());
  const auto made = answer->json();
  if (session.structured()) {
    session.print_value(made);
    return ExitCode::Ok;
  }
  const auto version = text_at(made, "version");
  session.print(fmt::format("{} {} {} (sha256 {})\nnext: hotswap deploy {} {} --watch\n",
                            answer->status == 201 ? "uploaded" : "already there:", flags.name,
                            version, text_at(made, "hash").substr(0, 12), flags.name, version));
  return ExitCode::Ok;
}

Outcome list(Session& session, const std::string& name, std::size_t limit) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto items = (*api)->list(config_path(name, {"versions"}), limit);
  if (!items) return std::unexpected(items.error());
  if (session.structured()) {
    session.print_value(std::move(*items));
    return ExitCode::Ok;
  }
  Table table({"VERSION", "SHA-256", "AUTHOR", "TAGS", "UPLOADED", "MESSAGE"});
  for (const auto& item : *items) {
    const bool failed = !text_at(item, "failedReason").empty();
    const auto version = text_at(item, "version");
    table.row({failed ? session.terminal().paint(Paint::Red, version + " failed") : version,
               text_at(item, "hash").substr(0, 12), text_at(item, "author"),
               joined_at(item, "tags"), human_age(text_at(item, "createdAt"), session.now()),
               text_at(item, "message")});
  }
  session.print(table.empty() ? "no versions yet: hotswap version upload " + name + " FILE …\n"
                              : table.text(session.terminal()));
  return ExitCode::Ok;
}

Outcome get(Session& session, const std::string& name, const std::string& version) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto found = (*api)->get(config_path(name, {"versions", version}));
  if (!found) return std::unexpected(found.error());
  const auto* data = found->find("data");
  session.print_value(session.structured() || data == nullptr ? *found : *data);
  return ExitCode::Ok;
}

Outcome tag(Session& session, const std::vector<std::string>& words, bool set) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto answer =
      (*api)->call({.method = set ? "PUT" : "DELETE",
                    .path = config_path(words[0], {"versions", words[1], "tags", words[2]})});
  if (!answer) return std::unexpected(answer.error());
  if (!session.structured()) {
    session.print(fmt::format("{} {} {} {}\n", words[0], words[1],
                              set ? "is tagged" : "is no longer tagged", words[2]));
  }
  return ExitCode::Ok;
}

std::string short_value(const json::Value* value) {
  return value == nullptr ? std::string() : printable(json::write(*value));
}

std::string diff_lines(const json::Value& diff, const Terminal& terminal) {
  std::string out;
  for (const auto& item : items_at(diff, "removed")) {
    out += terminal.paint(Paint::Red, fmt::format("- {}  {}", text_at(item, "path"),
                                                  short_value(item.find("value")))) +
           "\n";
  }
  for (const auto& item : items_at(diff, "added")) {
    out += terminal.paint(Paint::Green, fmt::format("+ {}  {}", text_at(item, "path"),
                                                    short_value(item.find("value")))) +
           "\n";
  }
  for (const auto& item : items_at(diff, "modified")) {
    out += terminal.paint(Paint::Yellow, "~ " + text_at(item, "path") + "  ") +
           terminal.paint(Paint::Red, short_value(item.find("from"))) + " → " +
           terminal.paint(Paint::Green, short_value(item.find("to"))) + "\n";
  }
  for (const auto& item : items_at(diff, "moved")) {
    out += terminal.paint(Paint::Cyan, fmt::format("> {} → {}", text_at(item, "fromPath"),
                                                   text_at(item, "path"))) +
           "\n";
  }
  return out;
}

std::string paint_unified(std::string_view text, const Terminal& terminal) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    auto paint = Paint::Plain;
    if (line.starts_with("@@")) paint = Paint::Cyan;
    if (line.starts_with('+')) paint = Paint::Green;
    if (line.starts_with('-')) paint = Paint::Red;
    out += terminal.paint(paint, line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Outcome diff(Session& session, const std::vector<std::string>& words, bool unified) {
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  Call call{.path = config_path(words[0], {"versions", words[1], "diff", words[2]})};
  if (unified) call.accept = "text/x-diff";
  auto answer = (*api)->call(call);
  if (!answer) return std::unexpected(answer.error());
  if (unified) {
    session.print(paint_unified(answer->body, session.terminal()));
  } else if (session.structured()) {
    session.print_value(answer->json());
  } else {
    const auto lines = diff_lines(answer->json(), session.terminal());
    session.print(lines.empty() ? "no difference\n" : lines);
  }
  return ExitCode::Ok;
}

void add_upload(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<UploadFlags>();
  auto* command = group.add_subcommand("upload", "store a new immutable version");
  command->add_option("name", flags->name, "profile")->required();
  command->add_option("file", flags->file, "document (JSON), - for standard input")->required();
  command->add_option("--version", flags->version, "semantic version, e.g. 1.2.0");
  command->add_option("--bump", flags->bump, "major, minor, patch or prerelease of the latest")
      ->check(CLI::IsMember({"major", "minor", "patch", "prerelease"}));
  command->add_option("-m,--message", flags->message, "what changes and why");
  verbs.on(command, [flags](Session& session) { return upload(session, *flags); });
}

void add_tags(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("tag", "names for versions, e.g. beta or deprecated");
  group->require_subcommand(1)->fallthrough();
  for (const bool set : {true, false}) {
    auto words = std::make_shared<std::vector<std::string>>(3);
    auto* command = group->add_subcommand(
        set ? "set" : "remove",
        set ? "give a version a tag, moving it from another" : "take a tag away");
    command->add_option("name", (*words)[0], "profile")->required();
    command->add_option("version", (*words)[1])->required();
    command->add_option("tag", (*words)[2])->required();
    verbs.on(command, [words, set](Session& session) { return tag(session, *words, set); });
  }
}

void add_diff(Verbs& verbs) {
  auto words = std::make_shared<std::vector<std::string>>(3);
  auto unified = std::make_shared<bool>(false);
  auto* command = verbs.app().add_subcommand("diff", "what differs between two versions");
  command->add_option("name", (*words)[0], "profile")->required();
  command->add_option("from", (*words)[1], "version, tag, latest or stable")->required();
  command->add_option("to", (*words)[2], "version, tag, latest or stable")->required();
  command->add_flag("-u,--unified", *unified, "as unified text");
  verbs.on(command, [words, unified](Session& session) { return diff(session, *words, *unified); });
}

}  // namespace

void add_version_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand("version", "versions of a profile");
  group->require_subcommand(1)->fallthrough();
  add_upload(verbs, *group);

  auto name = std::make_shared<std::string>();
  auto limit = std::make_shared<std::size_t>(50);
  auto* all = group->add_subcommand("list", "newest first");
  all->add_option("name", *name, "profile")->required();
  all->add_option("--limit", *limit, "at most")->default_val(50);
  verbs.on(all, [name, limit](Session& session) { return list(session, *name, *limit); });

  auto version = std::make_shared<std::string>();
  auto* one = group->add_subcommand("get", "the document of a version");
  one->add_option("name", *name, "profile")->required();
  one->add_option("version", *version, "version, tag, latest, stable or a range")->required();
  verbs.on(one, [name, version](Session& session) { return get(session, *name, *version); });

  add_tags(verbs);
  add_diff(verbs);
}

}  // namespace hotswap::cli
