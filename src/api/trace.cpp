#include "api/trace.hpp"

#include <algorithm>

#include "domain/base/sha256.hpp"

namespace hotswap::api {
namespace {

bool begins_trace(std::string_view path) {
  return !path.ends_with("/heartbeat") && !path.starts_with("/health/") && path != "/metrics";
}

bool is_sampled(const Request& request, const Trace& trace, const Tracer* tracer) {
  if (tracer == nullptr) return trace.parent && trace.parent->sampled;
  if (!trace.parent) return begins_trace(request.path) && tracer->samples(trace.own.trace, {});
  return tracer->samples(trace.own.trace, trace.parent->sampled);
}

/// Without the port, and an IPv6 address without its brackets.
std::string_view host_of(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const auto colon = address.find(':');
  return address.find(':', colon + 1) == std::string_view::npos ? address.substr(0, colon)
                                                                : address;
}

}  // namespace

Trace trace_of(const Request& request, Tracer* tracer) {
  // A request id is unique already: a digest of it spares a random number.
  const auto digest = sha256(request.request_id);
  Trace trace;
  trace.parent =
      tracing::parse_context(request.header("traceparent"), request.header("tracestate"));
  std::copy_n(digest.begin(), trace.own.trace.bytes.size(), trace.own.trace.bytes.begin());
  std::copy_n(digest.begin() + 16, trace.own.span.bytes.size(), trace.own.span.bytes.begin());
  if (trace.parent) {
    trace.own.trace = trace.parent->trace;
    trace.own.state = trace.parent->state;
  }
  trace.own.sampled = is_sampled(request, trace, tracer);
  // A client may send an id twice; what is recorded must be told apart all the same.
  if (trace.own.sampled && tracer != nullptr) trace.own.span = tracer->new_span();
  return trace;
}

Trace trace_of_message(const tracing::Context& opened, std::string_view traceparent,
                       Tracer* tracer) {
  Trace trace;
  if (!traceparent.empty()) trace.parent = tracing::parse_context(traceparent);
  trace.own = trace.parent ? *trace.parent : opened;
  const bool wanted = trace.parent && trace.parent->sampled;
  trace.own.sampled =
      tracer != nullptr && trace.parent ? tracer->samples(trace.own.trace, wanted) : wanted;
  if (!trace.parent) trace.parent = opened;
  if (tracer != nullptr) trace.own.span = tracer->new_span();
  return trace;
}

tracing::Span message_span(const Trace& trace, const TracedMessage& traced) {
  tracing::Span span{.context = trace.own, .kind = tracing::SpanKind::Server};
  if (trace.parent) span.parent = trace.parent->span;
  span.name = std::string("MESSAGE ").append(traced.pattern);
  span.attributes = {{"network.protocol.name", "websocket"},
                     {"url.path", traced.path},
                     {"http.route", traced.pattern},
                     {"client.address", host_of(traced.address)},
                     {"http.response.status_code", traced.status}};
  span.failed = traced.status >= 500;
  return span;
}

tracing::Span server_span(const Trace& trace, const TracedRequest& traced) {
  const auto& request = traced.request;
  const auto method = to_string(request.method);
  tracing::Span span{.context = trace.own, .kind = tracing::SpanKind::Server};
  if (trace.parent) span.parent = trace.parent->span;
  span.name = method;
  if (!traced.pattern.empty()) span.name.append(" ").append(traced.pattern);
  span.attributes = {{"http.request.method", method},
                     {"url.path", request.path},
                     {"url.scheme", request.tls ? "https" : "http"},
                     {"client.address", host_of(traced.address)}};
  if (!traced.pattern.empty()) span.attributes.push_back({"http.route", traced.pattern});
  if (traced.status != 0) span.attributes.push_back({"http.response.status_code", traced.status});
  span.failed = traced.status >= 500;
  return span;
}

}  // namespace hotswap::api
