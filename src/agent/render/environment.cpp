#include "agent/render/environment.hpp"

#include <algorithm>
#include <array>

namespace hotswap::agent {
namespace {

constexpr auto kDangerous = std::to_array<std::string_view>({
    "PATH",
    "HOME",
    "IFS",
    "ENV",
    "BASH_ENV",
    "SHELLOPTS",
    "BASHOPTS",
    "PS4",
    "PROMPT_COMMAND",
    "SHELL",
    "CDPATH",
    "GLOBIGNORE",
    "TMPDIR",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "HOSTALIASES",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "SSLKEYLOGFILE",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_EXTRA_CA_CERTS",
    "RUBYOPT",
    "RUBYLIB",
    "PERL5OPT",
    "PERL5LIB",
    "PERL5DB",
    "PERLLIB",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "JAVA_OPTS",
    "CLASSPATH",
    "PHPRC",
    "DOTNET_STARTUP_HOOKS",
    "DOTNET_ADDITIONAL_DEPS",
    "PHP_INI_SCAN_DIR",
    "EDITOR",
    "VISUAL",
    "PAGER",
});
/// Families: every name that begins so.
constexpr auto kDangerousBeginnings =
    std::to_array<std::string_view>({"LD_", "DYLD_", "GLIBC_", "BASH_FUNC_", "PYTHON", "LUA_INIT",
                                     "LUA_PATH", "LUA_CPATH", "GIT_", "CORECLR_", "COR_"});

bool is_dangerous(std::string_view name) {
  return std::ranges::find(kDangerous, name) != kDangerous.end() ||
         std::ranges::any_of(kDangerousBeginnings,
                             [&](auto beginning) { return name.starts_with(beginning); });
}

}  // namespace

Result<Variables> environment_of(const json::Value& document, std::string_view prefix) {
  auto all = variables_of(document);
  if (!all) return all;
  for (auto& [name, value] : *all) {
    name.insert(0, prefix);
    if (name.starts_with("HOTSWAP_"))
      return fail_field("render.impossible", name, "env",
                        "is the agent's own and is not taken from a configuration: give "
                        "--env-prefix APP_");
    if (is_dangerous(name))
      return fail_field("render.impossible", name, "env",
                        "decides what the program executes and is not taken from a configuration: "
                        "give --env-prefix APP_");
  }
  return all;
}

}  // namespace hotswap::agent
