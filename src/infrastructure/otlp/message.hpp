#pragma once
// Parts of OTLP's messages that traces and metrics share, and what a receiver answers. Field
// numbers are those of opentelemetry-proto 1.x (common, resource and collector packages).

#include <protozero/pbf_writer.hpp>

#include "domain/trace/span.hpp"

namespace hotswap::otlp {

/// Who speaks: the process, and the library that measures.
struct Source {
  tracing::Attributes resource;  ///< service.name, service.instance.id, …
  std::string scope = "hotswap";
  std::string version;  ///< of this program
};

/// Repeated KeyValue in this field.
void add_attributes(protozero::pbf_writer& out, protozero::pbf_tag_type field,
                    const tracing::Attributes& attributes);
/// `Resource` in field 1 of ResourceSpans or ResourceMetrics.
void add_resource(protozero::pbf_writer& out, const Source& source);
/// `InstrumentationScope` in field 1 of ScopeSpans or ScopeMetrics.
void add_scope(protozero::pbf_writer& out, const Source& source);
/// Nanoseconds since 1970, as every time in OTLP is.
[[nodiscard]] std::uint64_t nanoseconds(tracing::Instant time);

/// An Export…ServiceResponse with its partial success; ill-formed ones say nothing.
struct Accepted {
  std::uint64_t rejected = 0;  ///< items that were not taken although the request was
  std::string message;
};
[[nodiscard]] Accepted read_response(std::string_view body);

}  // namespace hotswap::otlp
