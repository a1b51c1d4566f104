#include "cli/definitions/command_spec.hpp"

#include <algorithm>

namespace hotswap::cli {

bool OptionSpec::named(std::string_view name) const {
  return std::ranges::find(names, name) != names.end();
}

const CommandSpec* CommandSpec::command(std::string_view wanted) const {
  const auto found = std::ranges::find(commands, wanted, &CommandSpec::name);
  return found == commands.end() ? nullptr : &*found;
}

const OptionSpec* CommandSpec::option(std::string_view wanted) const {
  const auto found =
      std::ranges::find_if(options, [&](const auto& option) { return option.named(wanted); });
  return found == options.end() ? nullptr : &*found;
}

std::vector<const OptionSpec*> CommandSpec::positionals() const {
  std::vector<const OptionSpec*> out;
  for (const auto& option : options) {
    if (!option.positional.empty()) out.push_back(&option);
  }
  return out;
}

}  // namespace hotswap::cli
