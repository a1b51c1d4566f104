// The file of --agent-config.
#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "api/formats/toml.hpp"
#include "api/formats/yaml.hpp"
#include "app/agent_handoff.hpp"
#include "domain/json/parse.hpp"

namespace hotswap {
namespace {

namespace fs = std::filesystem;
using cli::AgentArguments;
using cli::AgentTarget;

constexpr std::size_t kFileBytes = 256 << 10;

struct TextKey {
  std::string_view key;  ///< in its section
  std::string AgentArguments::* into;
  bool is_path = false;
};
constexpr std::array<TextKey, 13> kTop = {{{"service", &AgentArguments::service},
                                           {"environment", &AgentArguments::environment},
                                           {"hostname", &AgentArguments::hostname},
                                           {"programVersion", &AgentArguments::version},
                                           {"pool", &AgentArguments::pool},
                                           {"zone", &AgentArguments::zone},
                                           {"profile", &AgentArguments::profile},
                                           {"healthUrl", &AgentArguments::health_url},
                                           {"check", &AgentArguments::check},
                                           {"checkTimeout", &AgentArguments::check_timeout},
                                           {"serve", &AgentArguments::serve},
                                           {"stateKey", &AgentArguments::state_key},
                                           {"stateDir", &AgentArguments::state_dir, true}}};
constexpr std::array<TextKey, 5> kReload = {{{"command", &AgentArguments::reload},
                                             {"signal", &AgentArguments::reload_signal},
                                             {"pidFile", &AgentArguments::pid_file, true},
                                             {"url", &AgentArguments::reload_url},
                                             {"timeout", &AgentArguments::reload_timeout}}};
constexpr std::array<TextKey, 5> kSupervise = {{{"wait", &AgentArguments::wait},
                                                {"restart", &AgentArguments::restart},
                                                {"stopTimeout", &AgentArguments::stop_timeout},
                                                {"crashWindow", &AgentArguments::crash_window},
                                                {"envPrefix", &AgentArguments::env_prefix}}};
constexpr std::array<TextKey, 5> kMetrics = {{{"scrape", &AgentArguments::scrape},
                                              {"requests", &AgentArguments::requests},
                                              {"errors", &AgentArguments::errors},
                                              {"latency", &AgentArguments::latency},
                                              {"latencyUnit", &AgentArguments::latency_unit}}};

class Reader {
 public:
  Reader(AgentArguments& arguments, const fs::path& file)
      : arguments_(arguments), file_(file), folder_(fs::absolute(file).parent_path()) {}

  Result<void> read(const json::Value& document) {
    const auto* members = document.as_object();
    if (members == nullptr) return wrong("$", "must be a table of settings");
    for (const auto& [name, value] : *members) {
      auto done = member(name.str(), value);
      if (!done) return done;
    }
    return {};
  }

 private:
  std::unexpected<Error> wrong(const std::string& key, const std::string& why) const {
    return fail(ErrorCode::Invalid, "usage", file_.string() + ": " + key + ": " + why,
                {{key, "value", why}});
  }

  Result<void> member(const std::string& name, const json::Value& value) {
    if (name == "targets") return targets(value);
    if (name == "reload") return reload(value);
    if (name == "supervise") return section(name, value, kSupervise);
    if (name == "metrics") return section(name, value, kMetrics);
    if (name == "labels") return labels(value);
    return text(name, name, value, kTop);
  }

  /// A flag that was given stands.
  template <std::size_t N>
  Result<void> text(const std::string& path, std::string_view name, const json::Value& value,
                    const std::array<TextKey, N>& keys) {
    const auto* key = std::ranges::find(keys, name, &TextKey::key);
    if (key == keys.end()) return unknown(path, keys);
    const auto* found = value.as_string();
    if (found == nullptr) return wrong(path, "must be text, in quotes if need be");
    auto& into = arguments_.*(key->into);
    if (into.empty()) into = key->is_path ? here(found->str()) : found->str();
    return {};
  }

  template <std::size_t N>
  [[nodiscard]] std::unexpected<Error> unknown(const std::string& path,
                                               const std::array<TextKey, N>& keys) const {
    std::string words;
    for (const auto& key : keys) words += (words.empty() ? "" : ", ") + std::string(key.key);
    if (keys.front().key == kTop.front().key)
      words += ", targets, reload, supervise, metrics, labels";
    if (keys.front().key == kSupervise.front().key) words += ", command, crashLimit, env";
    return wrong(path, "is unknown: there are " + words);
  }

  template <std::size_t N>
  Result<void> section(const std::string& name, const json::Value& value,
                       const std::array<TextKey, N>& keys) {
    const auto* members = value.as_object();
    if (members == nullptr) return wrong(name, "must be a table");
    for (const auto& [key, member] : *members) {
      const auto path = name + '.' + key.str();
      auto done = name == "supervise" && (key == "command" || key == "crashLimit" || key == "env")
                      ? supervise(path, key, member)
                      : text(path, key, member, keys);
      if (!done) return done;
    }
    return {};
  }

  Result<void> reload(const json::Value& value) {
    const auto flags = arguments_;
    auto done = way_to_reload(value);
    // Of the ways there is one: a flag that says which leaves nothing of the file's but the time.
    if (flags.reload.empty() && flags.reload_signal.empty() && flags.reload_url.empty() &&
        flags.pid_file.empty())
      return done;
    for (const auto& key : kReload)
      if (key.into != &AgentArguments::reload_timeout) arguments_.*(key.into) = flags.*(key.into);
    return done;
  }

  Result<void> way_to_reload(const json::Value& value) {
    if (value.as_object() != nullptr) return section("reload", value, kReload);
    const auto* line = value.as_string();
    if (line == nullptr) return wrong("reload", "must be a command, restart, or a table");
    if (arguments_.reload.empty()) arguments_.reload = line->str();
    return {};
  }

  Result<void> supervise(const std::string& path, std::string_view key, const json::Value& value) {
    if (key == "env") {
      if (value.as_bool() == nullptr) return wrong(path, "must be true or false");
      arguments_.environment_variables = arguments_.environment_variables || *value.as_bool();
      return {};
    }
    if (key == "crashLimit") {
      const auto limit = value.as_int();
      if (!limit || *limit < 0 || *limit > 1000) return wrong(path, "must be a number up to 1000");
      if (!arguments_.crash_limit) arguments_.crash_limit = static_cast<int>(*limit);
      return {};
    }
    const auto* words = value.as_array();
    if (words == nullptr || words->empty())
      return wrong(path, "must be a list: the program and its arguments");
    if (!arguments_.command.empty()) return {};
    for (const auto& word : *words) {
      if (word.as_string() == nullptr) return wrong(path, "must be a list of texts");
      arguments_.command.push_back(word.as_string()->str());
    }
    return {};
  }

  Result<void> labels(const json::Value& value) {
    if (value.as_object() == nullptr) return wrong("labels", "must be a table");
    const auto flags = arguments_.labels;
    for (const auto& [name, text] : *value.as_object()) {
      if (text.as_string() == nullptr) return wrong("labels." + name.str(), "must be text");
      const auto same = [&](const auto& flag) { return flag.starts_with(name.str() + '='); };
      if (std::ranges::any_of(flags, same)) continue;
      arguments_.labels.push_back(name.str() + '=' + text.as_string()->str());
    }
    return {};
  }

  Result<void> targets(const json::Value& value) {
    const auto* list = value.as_array();
    if (list == nullptr) return wrong("targets", "must be a list");
    std::size_t index = 0;
    for (const auto& each : *list) {
      const auto path = "targets[" + std::to_string(index++) + ']';
      if (each.as_object() == nullptr) return wrong(path, "must be a table");
      AgentTarget target;
      for (const auto& [name, text] : *each.as_object())
        if (auto done = target_member(path + '.' + name.str(), name, text, target); !done)
          return done;
      if (target.file.empty()) return wrong(path + ".file", "is missing");
      if (arguments_.files.empty()) arguments_.targets.push_back(std::move(target));
    }
    return {};
  }

  Result<void> target_member(const std::string& path, std::string_view name,
                             const json::Value& value, AgentTarget& target) const {
    struct Key {
      std::string_view key;
      std::string AgentTarget::* into;
      bool is_path = false;
    };
    static constexpr std::array<Key, 6> kKeys = {{{"file", &AgentTarget::file, true},
                                                  {"template", &AgentTarget::template_file, true},
                                                  {"format", &AgentTarget::format},
                                                  {"mode", &AgentTarget::mode},
                                                  {"owner", &AgentTarget::owner},
                                                  {"check", &AgentTarget::check}}};
    const auto* key = std::ranges::find(kKeys, name, &Key::key);
    if (key == kKeys.end())
      return wrong(path, "is unknown: there are file, template, format, mode, owner, check");
    if (value.as_string() == nullptr)
      return wrong(path, "must be text, in quotes: \"0640\", not 0640");
    target.*(key->into) = key->is_path ? here(value.as_string()->str()) : value.as_string()->str();
    return {};
  }

  /// Paths of the file are seen from its folder.
  [[nodiscard]] std::string here(const std::string& path) const {
    return (folder_ / path).lexically_normal().string();
  }

  AgentArguments& arguments_;
  const fs::path file_;
  const fs::path folder_;
};

Result<json::Value> document_in(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()) || text.str().size() > kFileBytes)
    return fail(ErrorCode::Invalid, "usage",
                "--agent-config: cannot read " + file.string() + " (at most 256 KiB)");
  const auto extension = file.extension();
  auto read = extension == ".json"   ? json::parse(text.str())
              : extension == ".toml" ? api::toml_to_json(text.str())
                                     : api::yaml_to_json(text.str());
  if (!read) {
    read.error().detail.insert(0, file.string() + ": ");
    read.error().reason = "usage";
  }
  return read;
}

}  // namespace

Result<void> merge_agent_config(AgentArguments& arguments) {
  if (arguments.config_file.empty()) return {};
  const auto document = document_in(arguments.config_file);
  if (!document) return std::unexpected(document.error());
  return Reader(arguments, arguments.config_file).read(*document);
}

}  // namespace hotswap
