#pragma once
// A call of another server in the trace that the calling thread works in.

#include "domain/ports/trace_scope.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::http {

/// `traceparent`, and `tracestate` if there is one.
[[nodiscard]] HttpHeaders trace_headers(const tracing::Context& context);

/// In a recorded trace the call is a span of its own, which ends with this.
class TracedCall {
 public:
  explicit TracedCall(const HttpRequest& request);
  ~TracedCall();
  TracedCall(const TracedCall&) = delete;
  TracedCall& operator=(const TracedCall&) = delete;

  /// What the other server is told. Nothing outside of any trace, and for a request that names its
  /// trace itself.
  [[nodiscard]] HttpHeaders headers() const;
  void ended(const Result<HttpResponse>& response);

 private:
  const TraceScope::Work* const work_;  ///< null: in no trace
  std::optional<tracing::Span> span_;
};

}  // namespace hotswap::http
