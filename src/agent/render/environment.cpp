#include "agent/render/environment.hpp"

#include <algorithm>
#include <array>

namespace hotswap::agent {
namespace {

constexpr std::array<std::string_view, 17> kDangerous = {
    "PATH",     "IFS",        "ENV",           "BASH_ENV",          "SHELLOPTS",    "BASHOPTS",
    "PS4",      "PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME",        "NODE_OPTIONS", "NODE_PATH",
    "PERL5OPT", "PERL5LIB",   "RUBYOPT",       "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"};

bool is_dangerous(std::string_view name) {
  return name.starts_with("LD_") || name.starts_with("DYLD_") || name.starts_with("GLIBC_") ||
         std::ranges::find(kDangerous, name) != kDangerous.end();
}

}  // namespace

Result<Variables> environment_of(const json::Value& document, std::string_view prefix) {
  auto all = variables_of(document);
  if (!all) return all;
  for (auto& [name, value] : *all) {
    name.insert(0, prefix);
    if (is_dangerous(name))
      return fail_field("render.impossible", name, "env",
                        "decides what the program executes and is not taken from a configuration: "
                        "give --env-prefix APP_");
  }
  return all;
}

}  // namespace hotswap::agent
