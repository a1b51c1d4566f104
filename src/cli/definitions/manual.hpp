#pragma once
// Manual pages out of the definitions, in the man(7) macros.

#include <map>
#include <string>

#include "cli/definitions/command_spec.hpp"

namespace hotswap::cli {

/// File name → text: `hotswap.1`, and `hotswap-VERB.1` for each verb that is not hidden, the words
/// below a verb as sections of its page. `version` stands in the foot of the pages.
[[nodiscard]] std::map<std::string, std::string> manual_pages(const CommandSpec& root,
                                                              const std::string& version);

/// Text that roff prints as it is: no requests at the front of a line, no escapes, plain ASCII.
[[nodiscard]] std::string roff(std::string_view text);

}  // namespace hotswap::cli
