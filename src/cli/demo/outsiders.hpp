#pragma once
// The demo's instances that know nothing of HotSwap: programs in other languages
// (examples/programs) that an agent runs, feeds and looks after.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap::cli {

struct Outsider {
  std::string_view name;         ///< of the instance
  std::string_view interpreter;  ///< found in PATH
  std::string_view program;      ///< of examples/programs, in the binary
  /// How the configuration reaches it: flags of the agent beside those that it needs anyway.
  std::vector<std::string> handover;
};

/// Those whose interpreter this machine has; at most `most`.
[[nodiscard]] std::vector<Outsider> outsiders_here(std::size_t most);

/// Where it runs and what it belongs to.
struct OutsiderPlace {
  std::filesystem::path folder;  ///< its own; the program is written there
  std::string server, token_file, zone;
  int port = 0;  ///< of the program
};
/// The agent's command line; its program begins once there is a configuration. Error: the folder
/// cannot be written to.
[[nodiscard]] Result<std::vector<std::string>> agent_of(const Outsider& outsider,
                                                        const OutsiderPlace& place);

}  // namespace hotswap::cli
