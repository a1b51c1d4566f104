#include "cli/verbs/known_values.hpp"

#include "cli/answer.hpp"
#include "cli/contexts/file.hpp"
#include "cli/human.hpp"

namespace hotswap::cli {
namespace {

constexpr std::size_t kMost = 200;  ///< offered at once
constexpr auto kPatience = std::chrono::milliseconds(1500);

struct Source {
  std::string path;
  std::string value;  ///< member that is the word
  std::string help;   ///< member that describes it
};

std::optional<Source> source_of(const Completion& asked) {
  const auto& kind = asked.ask;
  if (kind == kind::kProfile) return Source{"/api/v1/configs", "name", "serviceName"};
  if (kind == kind::kVersion && !asked.positionals.empty()) {
    return Source{config_path(asked.positionals.front(), {"versions"}), "version", "message"};
  }
  if (kind == kind::kDeployment) return Source{"/api/v1/deployments", "id", "configName"};
  if (kind == kind::kSchema || kind == kind::kSchemaVersion) {
    return Source{"/api/v1/schemas", "name", "description"};
  }
  if (kind == kind::kInstance) return Source{"/api/v1/instances", "id", "hostname"};
  if (kind == kind::kService) return Source{"/api/v1/configs", "serviceName", "environment"};
  if (kind == kind::kChannel) return Source{"/api/v1/notifications/channels", "name", "type"};
  return std::nullopt;
}

std::string help_of(const json::Value& item, const Source& source) {
  auto out = text_at(item, source.help);
  if (source.help == "configName") {
    out += " " + text_at(item, "configVersion") + " " + text_at(item, "state");
  }
  return out;
}

std::vector<Candidate> contexts(const Session& session) {
  std::vector<Candidate> out;
  const auto known = load_contexts(contexts_path(), session.yaml());
  if (!known) return out;
  for (const auto& [name, context] : known->all) out.push_back({name, context.server});
  return out;
}

std::string given(const Completion& asked, const std::string& name) {
  const auto found = asked.options.find(name);
  return found == asked.options.end() ? std::string() : found->second;
}

/// The server that the line being typed means.
Result<ApiOptions> server_of(const Session& session, const Completion& asked) {
  Globals globals;
  globals.flags = {.server = given(asked, "--server"),
                   .token = given(asked, "--token"),
                   .token_file = given(asked, "--token-file"),
                   .ca_file = given(asked, "--ca-file"),
                   .context = given(asked, "--context")};
  Session typed(globals, session.yaml());
  auto api = typed.api();
  if (!api) return std::unexpected(api.error());
  auto options = (*api)->options();
  options.timeout = kPatience;
  return options;
}

}  // namespace

std::vector<Candidate> known_values(Session& session, const Completion& asked) {
  std::vector<Candidate> out;
  if (asked.ask == kind::kContext) {
    out = contexts(session);
  } else if (const auto source = source_of(asked)) {
    const auto options = server_of(session, asked);
    if (!options) return out;
    Api api(*options);
    const auto items = api.list(source->path, kMost);
    if (!items) return out;
    for (const auto& item : *items) {
      auto word = text_at(item, source->value);
      if (source->value == "id") word = short_id(word);
      const Candidate one{std::move(word), help_of(item, *source)};
      if (out.empty() || out.back().value != one.value) out.push_back(one);
    }
    if (asked.ask == kind::kVersion) {
      for (const auto* word : {"latest", "stable"}) out.push_back({word, {}});
    }
  }
  std::erase_if(out, [&](const auto& one) { return !one.value.starts_with(asked.typed); });
  return out;
}

}  // namespace hotswap::cli
