#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "api/server/http.hpp"
#include "domain/ports/tracer.hpp"

namespace hotswap::api {

/// W3C Trace Context of one request: the caller's span, if it named one, and our own below it.
struct Trace {
  tracing::Context own;
  std::optional<tracing::Context> parent;

  [[nodiscard]] std::string id() const { return own.trace.hex(); }  ///< of the trace
  [[nodiscard]] std::string header() const { return tracing::traceparent(own); }
};

/// From the request's `traceparent`; if there is none or it is ill-formed, from its request id.
/// Sampled as the tracer says; without one, as the caller says. No trace begins with what comes all
/// the time by itself: heartbeats, health checks, scrapes.
[[nodiscard]] Trace trace_of(const Request& request, Tracer* tracer = nullptr);

/// What the span of a request says of it.
struct TracedRequest {
  const Request& request;
  std::string_view pattern;  ///< of its route; empty: it has none
  std::string_view address;  ///< the client's
  int status = 0;            ///< 0: held open
};
/// By OpenTelemetry's conventions for HTTP servers. Times are the caller's to fill in.
[[nodiscard]] tracing::Span server_span(const Trace& trace, const TracedRequest& traced);

}  // namespace hotswap::api
