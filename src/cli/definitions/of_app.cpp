#include "cli/definitions/of_app.hpp"

namespace hotswap::cli {
namespace {

/// `TEXT:{table,json}`: the word before the colon, and what stands in the braces.
void read_type(const std::string& type, OptionSpec& out) {
  const auto colon = type.find(':');
  out.value = type.substr(0, colon);
  const auto open = type.find('{');
  const auto close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return;
  for (std::size_t at = open + 1; at < close;) {
    const auto end = std::min(type.find(',', at), close);
    out.choices.push_back(type.substr(at, end - at));
    at = end + 1;
  }
}

std::string word_of(const CLI::Option& option, const std::string& type) {
  if (type == "INT" || type == "UINT" || type == "FLOAT") return kind::kNumber;
  if (type != kind::kText || option.get_positional()) return type;
  return kind::kText;
}

OptionSpec spec_of(const CLI::Option& option) {
  OptionSpec out;
  for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
  if (option.get_positional()) out.positional = option.get_name(true);
  out.help = option.get_description();
  out.required = option.get_required();
  if (option.get_items_expected_max() == 0) return out;
  read_type(option.get_type_name(), out);
  out.value = word_of(option, out.value);
  out.fallback = option.get_default_str();
  out.repeats = option.get_items_expected_max() > 1;
  return out;
}

}  // namespace

CommandSpec spec_of(const CLI::App& app) {
  CommandSpec out{.name = app.get_name(),
                  .help = app.get_description(),
                  .footer = app.get_footer(),
                  .options = {},
                  .commands = {},
                  .hidden = app.get_group().empty(),
                  .needs_command = app.get_require_subcommand_min() > 0};
  for (const bool positional : {true, false}) {
    for (const auto* option : app.get_options()) {
      if (option->get_group().empty() || option->get_positional() != positional) continue;
      out.options.push_back(spec_of(*option));
    }
  }
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    out.commands.push_back(spec_of(*command));
  }
  return out;
}

}  // namespace hotswap::cli
