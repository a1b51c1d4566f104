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

/// The same of a message on a stream. Without a `traceparent` it belongs to the trace of the stream
/// (`opened`), and is not recorded by itself.
[[nodiscard]] Trace trace_of_message(const tracing::Context& opened, std::string_view traceparent,
                                     Tracer* tracer);

/// What the span of a request says of it.
struct TracedRequest {
  const Request& request;
  std::string_view pattern;  ///< of its route; empty: it has none
  std::string_view address;  ///< the client's
  int status = 0;            ///< 0: held open
};
/// By OpenTelemetry's conventions for HTTP servers. Times are the caller's to fill in.
[[nodiscard]] tracing::Span server_span(const Trace& trace, const TracedRequest& traced);

/// What the span of a message on a stream says of it.
struct TracedMessage {
  std::string_view pattern;  ///< of the stream's route
  std::string_view path;
  std::string_view address;  ///< the client's
  int status = 0;            ///< as of a request that said the same
};
[[nodiscard]] tracing::Span message_span(const Trace& trace, const TracedMessage& traced);

}  // namespace hotswap::api
