#include "app/server_command.hpp"

#include <fstream>
#include <sstream>

namespace hotswap {
namespace {

Result<Settings> settings_from(const cli::ServerArguments& arguments) {
  SettingSources sources;
  sources.flags = arguments.flags;
  sources.environment = environment_variable;
  sources.file_path = arguments.config_file;
  if (!arguments.config_file.empty()) {
    const std::ifstream in(arguments.config_file);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) {
      return fail_field("settings.invalid", "--config-file", "file",
                        "cannot read " + arguments.config_file);
    }
    sources.file_text = text.str();
  }
  return load_settings(sources);
}

}  // namespace

cli::ServerVerb server_verb(std::function<int(const Settings&)> serve) {
  cli::ServerVerb verb;
  for (const auto& key : setting_keys()) {
    if (!key.flag) continue;
    verb.flags.push_back({key.name, key.help, key.environment_name(), key.is_switch});
  }
  verb.run = [serve = std::move(serve)](const cli::ServerArguments& arguments) -> Result<int> {
    auto settings = settings_from(arguments);
    if (!settings) return std::unexpected(settings.error());
    return serve(*settings);
  };
  return verb;
}

}  // namespace hotswap
