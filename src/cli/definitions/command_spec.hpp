#pragma once
// The command line as data: what completion offers and what the manual says come from the same
// definitions that parse it.

#include <string>
#include <string_view>
#include <vector>

namespace hotswap::cli {

struct OptionSpec {
  std::vector<std::string> names{};  ///< `-o`, `--output`; empty for a positional
  std::string positional{};          ///< its name, if it is one
  std::string value{};               ///< what it takes, e.g. FILE or PROFILE; empty for a flag
  std::vector<std::string> choices{};
  std::string help{};
  std::string fallback{};  ///< value without it; empty: none
  bool required = false;
  bool repeats = false;
  [[nodiscard]] bool takes_value() const { return !value.empty(); }
  [[nodiscard]] bool named(std::string_view name) const;
};

struct CommandSpec {
  std::string name;
  std::string help{};
  std::string footer{};
  std::vector<OptionSpec> options{};  ///< positionals in their order, then the others
  std::vector<CommandSpec> commands{};
  bool hidden = false;
  bool needs_command = false;  ///< means nothing without a word after it

  [[nodiscard]] const CommandSpec* command(std::string_view name) const;
  [[nodiscard]] const OptionSpec* option(std::string_view name) const;
  [[nodiscard]] std::vector<const OptionSpec*> positionals() const;
};

/// Values that complete, and what the manual calls them.
namespace kind {
inline constexpr auto kProfile = "PROFILE";
inline constexpr auto kVersion = "VERSION";  ///< of the profile before it
inline constexpr auto kDeployment = "DEPLOYMENT";
inline constexpr auto kSchema = "SCHEMA";
inline constexpr auto kSchemaVersion = "SCHEMA[@VERSION]";
inline constexpr auto kInstance = "INSTANCE";
inline constexpr auto kService = "SERVICE";
inline constexpr auto kChannel = "CHANNEL";
inline constexpr auto kContext = "CONTEXT";
inline constexpr auto kEnvironment = "ENVIRONMENT";
inline constexpr auto kStrategy = "STRATEGY";
inline constexpr auto kRole = "ROLE";
inline constexpr auto kDeploymentState = "STATE";
inline constexpr auto kStatus = "STATUS";
inline constexpr auto kCompatibility = "MODE";
inline constexpr auto kFile = "FILE";
inline constexpr auto kFolder = "DIR";
inline constexpr auto kDuration = "DURATION";
inline constexpr auto kTime = "TIME";
inline constexpr auto kNumber = "NUMBER";
inline constexpr auto kText = "TEXT";
}  // namespace kind

}  // namespace hotswap::cli
