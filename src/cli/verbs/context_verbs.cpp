#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/contexts/lock.hpp"
#include "cli/definitions/command_spec.hpp"
#include "cli/verbs/verbs.hpp"
#include "domain/json/reader.hpp"

namespace hotswap::cli {
namespace {

Result<Contexts> stored(const Session& session) {
  return load_contexts(contexts_path(), session.yaml());
}

std::unexpected<Error> no_context(const Contexts& contexts, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, context] : contexts.all) names.push_back(known);
  const auto near = json::nearest(name, names);
  return fail(ErrorCode::NotFound, "context.not_found",
              "there is no context " + name +
                  (near ? "; did you mean " + *near + "?"
                        : std::string("; hotswap context list shows them")));
}

std::string token_words(const Context& context) {
  if (!context.token.empty()) return masked_token(context.token);
  return context.token_file.empty() ? "-" : "in " + context.token_file;
}

json::Value shown(const std::string& name, const Context& context, bool current) {
  return json::Object{{"name", name},
                      {"current", current},
                      {"server", context.server},
                      {"token", masked_token(context.token)},
                      {"tokenFile", context.token_file},
                      {"caFile", context.ca_file}};
}

Outcome list(Session& session) {
  const auto contexts = stored(session);
  if (!contexts) return std::unexpected(contexts.error());
  json::Array items;
  Table table({"", "NAME", "SERVER", "TOKEN", "CA FILE"});
  for (const auto& [name, context] : contexts->all) {
    const bool current = name == contexts->current;
    items.emplace_back(shown(name, context, current));
    table.row({current ? session.terminal().paint(Paint::Green, "*") : "", name, context.server,
               token_words(context), context.ca_file.empty() ? "-" : context.ca_file});
  }
  if (session.structured()) {
    session.print_value(std::move(items));
  } else {
    session.print(table.empty() ? "no contexts yet: hotswap context set NAME --server URL "
                                  "--token-file FILE\n"
                                : table.text(session.terminal()));
  }
  return ExitCode::Ok;
}

Outcome use(Session& session, const std::string& name) {
  const auto lock = ContextsLock::take(contexts_path());
  if (!lock) return std::unexpected(lock.error());
  auto contexts = stored(session);
  if (!contexts) return std::unexpected(contexts.error());
  const auto found = contexts->all.find(name);
  if (found == contexts->all.end()) return no_context(*contexts, name);
  contexts->current = name;
  if (auto saved = save_contexts(contexts_path(), *contexts); !saved) {
    return std::unexpected(saved.error());
  }
  if (session.structured()) {
    session.print_value(shown(name, found->second, true));
  } else {
    session.print(fmt::format("from now on {}: {}\n", name, found->second.server));
  }
  return ExitCode::Ok;
}

/// `-` is the first line of standard input, so that a token stays out of the list of processes.
Result<std::string> token_given(const std::string& word) {
  if (word != "-") return word;
  auto text = read_file("-");
  if (!text) return text;
  return text->substr(0, text->find_first_of("\r\n"));
}

/// What the flags leave out stays as it is.
Result<Context> changed(Context context, const Given& flags) {
  if (!flags.server.empty()) context.server = flags.server;
  if (!flags.ca_file.empty()) context.ca_file = flags.ca_file;
  if (!flags.token.empty()) {
    auto token = token_given(flags.token);
    if (!token) return std::unexpected(token.error());
    context.token = std::move(*token);
    context.token_file.clear();
  } else if (!flags.token_file.empty()) {
    context.token_file = flags.token_file;
    context.token.clear();
  }
  for (auto* file : {&context.token_file, &context.ca_file}) {
    if (!file->empty()) *file = std::filesystem::absolute(*file).lexically_normal().string();
  }
  return context;
}

constexpr std::size_t kLongestName = 64;

bool is_context_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && !name.starts_with('-') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

/// Of what was typed: a name that can be typed again, an address that can be called.
Result<void> sane(const std::string& name, const std::string& server) {
  if (!is_context_name(name)) {
    return fail(
        ErrorCode::Invalid, "usage",
        "a context is named by up to 64 letters, digits, '.', '_' and '-', not \"" + name + "\"");
  }
  const bool called = server.starts_with("http://") || server.starts_with("https://");
  if (server.empty() || (called && server.size() > server.find("://") + 3)) return {};
  return fail(ErrorCode::Invalid, "usage",
              "--server: write http://HOST:PORT or https://HOST, not \"" + server + "\"");
}

Outcome set(Session& session, const std::string& name, bool use_it) {
  if (auto good = sane(name, session.globals().flags.server); !good) {
    return std::unexpected(good.error());
  }
  const auto lock = ContextsLock::take(contexts_path());
  if (!lock) return std::unexpected(lock.error());
  auto contexts = stored(session);
  if (!contexts) return std::unexpected(contexts.error());
  const auto& flags = session.globals().flags;
  const bool is_new = !contexts->all.contains(name);
  if (is_new && flags.server.empty()) {
    return fail(ErrorCode::Invalid, "usage",
                name + " is new: say where its server is by --server URL");
  }
  auto context = changed(contexts->all[name], flags);
  if (!context) return std::unexpected(context.error());
  contexts->all[name] = *context;
  const bool current = use_it || contexts->all.size() == 1;
  if (current) contexts->current = name;
  if (auto saved = save_contexts(contexts_path(), *contexts); !saved) {
    return std::unexpected(saved.error());
  }
  if (session.structured()) {
    session.print_value(shown(name, *context, contexts->current == name));
    return ExitCode::Ok;
  }
  session.print(
      fmt::format("{} {} in {}\n", is_new ? "made" : "changed", name, contexts_path().string()));
  if (contexts->current != name) session.print("use it: hotswap context use " + name + "\n");
  return ExitCode::Ok;
}

Outcome remove(Session& session, const std::string& name) {
  const auto lock = ContextsLock::take(contexts_path());
  if (!lock) return std::unexpected(lock.error());
  auto contexts = stored(session);
  if (!contexts) return std::unexpected(contexts.error());
  if (contexts->all.erase(name) == 0) return no_context(*contexts, name);
  const bool was_current = contexts->current == name;
  if (was_current) contexts->current.clear();
  if (auto saved = save_contexts(contexts_path(), *contexts); !saved) {
    return std::unexpected(saved.error());
  }
  if (!session.structured()) {
    session.print("deleted " + name + "\n" +
                  (was_current ? "no context is current now: hotswap context use NAME\n" : ""));
  }
  return ExitCode::Ok;
}

/// Every value that a command would use now, and where it comes from.
Outcome show(Session& session) {
  const auto& known = session.connection();
  if (!known) return std::unexpected(known.error());
  Table table({"SETTING", "VALUE", "FROM"});
  json::Object out;
  const auto add = [&](const std::string& name, std::string value, const std::string& source) {
    out.set(name, json::Object{{"value", value}, {"source", source}});
    table.row({name, value.empty() ? "-" : value, source.empty() ? "-" : source});
  };
  add("context", known->context.value, known->context.source);
  add("server", known->server.value, known->server.source);
  add("token", masked_token(known->token.value), known->token.source);
  add("tokenFile", known->token_file.value, known->token_file.source);
  add("caFile", known->ca_file.value, known->ca_file.source);
  out.set("file", contexts_path().string());
  if (session.structured()) {
    session.print_value(std::move(out));
  } else {
    session.print(table.text(session.terminal()) + "contexts are in " + contexts_path().string() +
                  "\n");
  }
  return ExitCode::Ok;
}

}  // namespace

void add_context_verbs(Verbs& verbs) {
  auto* group = verbs.app().add_subcommand(
      "context", "named servers, so that no command needs --server and --token-file");
  group->require_subcommand(1)->fallthrough();
  verbs.on(group->add_subcommand("list", "all of them; * is the one in use"), list);
  auto name = std::make_shared<std::string>();
  auto* choose = group->add_subcommand("use", "work with this one from now on");
  choose->add_option("name", *name, "context")->required()->type_name(kind::kContext);
  verbs.on(choose, [name](Session& session) { return use(session, *name); });

  auto use_it = std::make_shared<bool>(false);
  auto* change = group->add_subcommand(
      "set",
      "make one, or change it, by --server, --token-file or --token (- reads it from\n"
      "standard input) and --ca-file");
  change->add_option("name", *name, "context")->required()->type_name(kind::kContext);
  change->add_flag("--use", *use_it, "and work with it from now on");
  verbs.on(change, [name, use_it](Session& session) { return set(session, *name, *use_it); });

  auto* gone = group->add_subcommand("delete", "forget one");
  gone->add_option("name", *name, "context")->required()->type_name(kind::kContext);
  verbs.on(gone, [name](Session& session) { return remove(session, *name); });
  verbs.on(group->add_subcommand("show", "what a command would use now, and where it comes from"),
           show);
}

}  // namespace hotswap::cli
