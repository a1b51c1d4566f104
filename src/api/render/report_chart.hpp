#pragma once
#include <string>

#include "domain/json/value.hpp"

namespace hotswap::api {

/// One chart of a report as a figure with inline SVG: treated against control over time, baseline
/// and threshold across, the deployment's marks down. Empty for a chart without points.
[[nodiscard]] std::string chart_html(const json::Value& chart, const json::Array& marks);

}  // namespace hotswap::api
