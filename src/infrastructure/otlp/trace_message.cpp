#include "infrastructure/otlp/trace_message.hpp"

namespace hotswap::otlp {
namespace {

using protozero::pbf_writer;

constexpr int kError = 2;  ///< StatusCode

template <std::size_t Bytes>
void add_id(pbf_writer& out, protozero::pbf_tag_type field, const tracing::Id<Bytes>& id) {
  out.add_bytes(field, reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

/// W3C's flags; the bits above say that it is known whether the parent is remote, which it is not.
std::uint32_t flags_of(const tracing::Context& context) { return context.sampled ? 1 : 0; }

void add_event(pbf_writer& out, const tracing::SpanEvent& event) {
  pbf_writer one(out, 11);
  one.add_fixed64(1, nanoseconds(event.at));
  one.add_string(2, event.name);
  add_attributes(one, 3, event.attributes);
}

void add_link(pbf_writer& out, const tracing::Context& link) {
  pbf_writer one(out, 13);
  add_id(one, 1, link.trace);
  add_id(one, 2, link.span);
  if (!link.state.empty()) one.add_string(3, link.state);
  one.add_fixed32(6, flags_of(link));
}

void add_status(pbf_writer& out, const tracing::Span& span) {
  if (!span.failed) return;
  pbf_writer status(out, 15);
  if (!span.failure.empty()) status.add_string(2, span.failure);
  status.add_enum(3, kError);
}

void add_span(pbf_writer& out, const tracing::Span& span) {
  pbf_writer one(out, 2);
  add_id(one, 1, span.context.trace);
  add_id(one, 2, span.context.span);
  if (!span.context.state.empty()) one.add_string(3, span.context.state);
  if (span.parent.valid()) add_id(one, 4, span.parent);
  one.add_string(5, span.name);
  one.add_enum(6, static_cast<int>(span.kind));
  one.add_fixed64(7, nanoseconds(span.start));
  one.add_fixed64(8, nanoseconds(span.end));
  add_attributes(one, 9, span.attributes);
  for (const auto& event : span.events) add_event(one, event);
  for (const auto& link : span.links) add_link(one, link);
  add_status(one, span);
  one.add_fixed32(16, flags_of(span.context));
}

}  // namespace

std::string trace_message(const Source& source, std::span<const tracing::Span> spans) {
  std::string bytes;
  {
    pbf_writer request(bytes);
    pbf_writer of_resource(request, 1);
    add_resource(of_resource, source);
    pbf_writer of_scope(of_resource, 2);
    add_scope(of_scope, source);
    for (const auto& span : spans) add_span(of_scope, span);
  }
  return bytes;
}

}  // namespace hotswap::otlp
