#pragma once
// Metrics as text: Prometheus' own form, and OpenMetrics, which carries exemplars.

#include <span>
#include <string>
#include <string_view>

#include "domain/ports/metric_families.hpp"

namespace hotswap {

enum class Exposition {
  Text,        ///< `text/plain; version=0.0.4`
  OpenMetrics  ///< `application/openmetrics-text; version=1.0.0`
};

/// Bounds are written as decimal numbers (`1.0`) in both, so that a change of the form makes no new
/// series. A family without values is left out.
[[nodiscard]] std::string write_metrics(std::span<const MetricFamily> families, Exposition form);

}  // namespace hotswap
