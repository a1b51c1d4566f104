#pragma once
// What a deployment waits for, and what speaks for or against it, in lines for people; read from
// the API's answer.

#include <string>
#include <vector>

#include "domain/json/value.hpp"

namespace hotswap::cli {

/// While it lasts: its start, gates and hooks that are waited for, the traffic, verdicts that are
/// not Pass with the instances that drive them. Empty when there is nothing to say.
[[nodiscard]] std::vector<std::string> deployment_notes(const json::Value& answer);

/// Of a dry run: how long it takes, whether there is a way back, hooks, gates, pools, calendar.
[[nodiscard]] std::string safety_text(const json::Value& answer);

}  // namespace hotswap::cli
