#pragma once
#include <string>

#include "cli/terminal.hpp"
#include "domain/json/value.hpp"

namespace hotswap::cli {

/// A deployment's report for people: outcome, evidence, suspected cause, timeline.
[[nodiscard]] std::string report_text(const json::Value& report, const Terminal& terminal);

/// Only the evidence and the suspected cause, for the demo.
[[nodiscard]] std::string report_summary(const json::Value& report, const Terminal& terminal);

}  // namespace hotswap::cli
