#pragma once
#include <span>
#include <string>

#include "infrastructure/otlp/message.hpp"

namespace hotswap::otlp {

/// An ExportTraceServiceRequest (opentelemetry-proto 1.x) as protobuf's bytes.
[[nodiscard]] std::string trace_message(const Source& source, std::span<const tracing::Span> spans);

}  // namespace hotswap::otlp
