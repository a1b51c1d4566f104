#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "cli/contexts/contexts.hpp"

namespace hotswap::cli {

using YamlReader = std::function<Result<json::Value>(std::string_view)>;

/// `$HOTSWAP_CONTEXTS`, `$XDG_CONFIG_HOME/hotswap/contexts.yaml` or
/// `~/.config/hotswap/contexts.yaml`; empty without any of these variables.
[[nodiscard]] std::filesystem::path contexts_path();

/// None if the file is not there. Invalid `contexts.invalid` names the file with line or key,
/// Forbidden `contexts.rights` if it holds tokens that others can read.
[[nodiscard]] Result<Contexts> load_contexts(const std::filesystem::path& path,
                                             const YamlReader& yaml);
/// Replaces the file as a whole, readable by its owner alone; makes its folder.
[[nodiscard]] Result<void> save_contexts(const std::filesystem::path& path,
                                         const Contexts& contexts);

/// What the environment says.
[[nodiscard]] Given given_by_environment();
/// Headers of the trace that whoever ran this works in (TRACEPARENT, TRACESTATE); none if they are
/// none.
[[nodiscard]] std::map<std::string, std::string> trace_of_environment();

}  // namespace hotswap::cli
