#pragma once
// What could stand at the end of a command line that is still being typed.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/definitions/command_spec.hpp"

namespace hotswap::cli {

struct Candidate {
  std::string value;
  std::string help;
  bool operator==(const Candidate&) const = default;
};

struct Completion {
  std::vector<Candidate> candidates;  ///< known from the definitions, in their order
  std::string ask;                    ///< kind of value that a server or the shell knows; or empty
  std::string typed;                  ///< the part that the candidates are to replace
  std::vector<std::string> positionals;        ///< words of the verb that are complete
  std::map<std::string, std::string> options;  ///< given so far by their first long name
};

/// `words`: behind the program's name, the last one being typed and perhaps empty.
[[nodiscard]] Completion complete(const CommandSpec& root, const std::vector<std::string>& words);

/// Bash cuts words at `=`, `:` and `@`; this puts them together again. `lead` becomes what bash
/// holds to be words before the last one, so that it must not stand in the answer.
[[nodiscard]] std::vector<std::string> glued(const std::vector<std::string>& words,
                                             std::string& lead);

/// The script that a shell reads once: bash, zsh or fish; empty for another.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace hotswap::cli
