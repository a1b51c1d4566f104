#include <fmt/format.h>

#include "cli/answer.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/diff_text.hpp"
#include "cli/human.hpp"
#include "cli/schema/local.hpp"
#include "cli/verbs/strategy_flags.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/visible.hpp"
#include "domain/diff/unified_diff.hpp"
#include "domain/json/write.hpp"
#include "domain/secret/mask.hpp"

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
    auto version = text_at(item, "version");
    if (bool_at(item, "archived")) version += " archived";
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
  if (session.structured() || data == nullptr) {
    session.print_value(*found);
  } else {
    session.print(with_escapes(json::write_pretty(*data)) + "\n");
  }
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

struct DiffFlags {
  std::string name, from, to;
  bool unified = false, exit_code = false;
};

/// One side of a difference that the server cannot make: a file, or a version's content.
Result<json::Value> side(Session& session, const std::string& name, const std::string& word,
                         const TextForms& forms) {
  if (names_file(word)) return read_document(word, forms);
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  auto found = (*api)->get(config_path(name, {"versions", word}));
  if (!found) return found;
  const auto* data = found->find("data");
  return data == nullptr ? json::Value() : *data;
}

/// A file is compared here, so that its secrets stay here.
Outcome diff_files(Session& session, const DiffFlags& flags, const TextForms& forms) {
  const auto from = side(session, flags.name, flags.from, forms);
  if (!from) return std::unexpected(from.error());
  const auto to = side(session, flags.name, flags.to, forms);
  if (!to) return std::unexpected(to.error());
  const auto changes = masked_diff(*from, *to);
  const auto& terminal = session.terminal();
  if (flags.unified) {
    session.print(
        paint_unified(unified_diff(masked(*from), masked(*to), flags.from, flags.to), terminal));
  } else if (session.structured()) {
    session.print_value(diff_json(changes));
  } else {
    session.print(changes.empty() ? "no difference\n" : diff_lines(diff_json(changes), terminal));
  }
  return changes.empty() || !flags.exit_code ? ExitCode::Ok : ExitCode::Objection;
}

bool is_empty(const json::Value& diff) {
  return std::ranges::all_of(*diff.as_object(), [](const auto& member) {
    const auto* items = member.value.as_array();
    return items == nullptr || items->empty();
  });
}

Outcome diff(Session& session, const DiffFlags& flags, const TextForms& forms) {
  if (flags.unified && session.structured()) {
    return fail(ErrorCode::Invalid, "usage",
                "-u is text for people: leave out -u, or -o " + session.globals().output);
  }
  if (names_file(flags.from) || names_file(flags.to)) return diff_files(session, flags, forms);
  auto api = session.api();
  if (!api) return std::unexpected(api.error());
  Call call{.path = config_path(flags.name, {"versions", flags.from, "diff", flags.to})};
  if (flags.unified) call.accept = "text/x-diff";
  auto answer = (*api)->call(call);
  if (!answer) return std::unexpected(answer.error());
  bool same = answer->body.empty();
  if (flags.unified) {
    session.print(paint_unified(answer->body, session.terminal()));
  } else {
    const auto changes = answer->json();
    same = changes.as_object() == nullptr || is_empty(changes);
    if (session.structured()) {
      session.print_value(changes);
    } else {
      session.print(same ? "no difference\n" : diff_lines(changes, session.terminal()));
    }
  }
  return same || !flags.exit_code ? ExitCode::Ok : ExitCode::Objection;
}

void add_upload(Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<UploadFlags>();
  auto* command = group.add_subcommand("upload", "store a new immutable version");
  command->add_option("name", flags->name, "profile")->type_name(kind::kProfile)->required();
  command->add_option("file", flags->file, "document (JSON), - for standard input")
      ->type_name(kind::kFile)
      ->required();
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
    command->add_option("name", (*words)[0], "profile")->type_name(kind::kProfile)->required();
    command->add_option("version", (*words)[1])->type_name(kind::kVersion)->required();
    command->add_option("tag", (*words)[2])->required();
    verbs.on(command, [words, set](Session& session) { return tag(session, *words, set); });
  }
}

void add_diff(Verbs& verbs, const TextForms& forms) {
  auto flags = std::make_shared<DiffFlags>();
  auto* command = verbs.app().add_subcommand(
      "diff", "what differs between two versions, or a version and a file");
  command->add_option("name", flags->name, "profile")->required()->type_name(kind::kProfile);
  command->add_option("from", flags->from, "version, tag, latest or stable, or a file")
      ->required()
      ->type_name(kind::kVersion);
  command->add_option("to", flags->to, "version, tag, latest or stable, or a file")
      ->required()
      ->type_name(kind::kVersion);
  command->add_flag("-u,--unified", flags->unified, "as unified text");
  command->add_flag("--exit-code", flags->exit_code, "exit 9 if there is a difference");
  verbs.on(command, [flags, forms](Session& session) { return diff(session, *flags, forms); });
}

}  // namespace

void add_version_verbs(Verbs& verbs, const Actions& actions) {
  auto* group = verbs.app().add_subcommand("version", "versions of a profile");
  group->require_subcommand(1)->fallthrough();
  add_upload(verbs, *group);

  auto name = std::make_shared<std::string>();
  auto limit = std::make_shared<std::size_t>(50);
  auto* all = group->add_subcommand("list", "newest first");
  all->add_option("name", *name, "profile")->type_name(kind::kProfile)->required();
  all->add_option("--limit", *limit, "at most")->default_val(50);
  verbs.on(all, [name, limit](Session& session) { return list(session, *name, *limit); });

  auto version = std::make_shared<std::string>();
  auto* one = group->add_subcommand("get", "the document of a version");
  one->add_option("name", *name, "profile")->type_name(kind::kProfile)->required();
  one->add_option("version", *version, "version, tag, latest, stable or a range")
      ->type_name(kind::kVersion)
      ->required();
  verbs.on(one, [name, version](Session& session) { return get(session, *name, *version); });

  add_tags(verbs);
  add_diff(verbs, actions.forms);
}

}  // namespace hotswap::cli
