#pragma once
#include "domain/prometheus/exposition.hpp"
#include "infrastructure/otlp/message.hpp"

namespace hotswap::otlp {

/// Since when counters count, and when they were read.
struct Period {
  tracing::Instant since{};
  tracing::Instant at{};
};

/// An ExportMetricsServiceRequest (opentelemetry-proto 1.x) as protobuf's bytes, of what a scrape
/// shows: counters as monotonic sums, gauges, histograms with their buckets; all cumulative, under
/// their Prometheus names. Families of other types are left out.
[[nodiscard]] std::string metrics_message(const Source& source,
                                          const prometheus::Exposition& exposition,
                                          const Period& period);

}  // namespace hotswap::otlp
