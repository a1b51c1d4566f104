#include "infrastructure/http_client/traced_call.hpp"

#include <algorithm>

#include "domain/notification/channel.hpp"

namespace hotswap::http {
namespace {

const TraceScope::Work* work_of(const HttpRequest& request) {
  const bool named = std::ranges::any_of(
      request.headers, [](const auto& header) { return header.first == "traceparent"; });
  return named ? nullptr : TraceScope::current();
}

}  // namespace

HttpHeaders trace_headers(const tracing::Context& context) {
  HttpHeaders headers{{"traceparent", tracing::traceparent(context)}};
  if (!context.state.empty()) headers.emplace_back("tracestate", context.state);
  return headers;
}

TracedCall::TracedCall(const HttpRequest& request) : work_(work_of(request)) {
  if (work_ == nullptr || !work_->context.sampled) return;
  span_.emplace();
  span_->context = tracing::child(work_->context, work_->tracer.new_span());
  span_->parent = work_->context.span;
  span_->name = request.method;
  span_->kind = tracing::SpanKind::Client;
  span_->start = work_->tracer.now();
  // Paths and queries may hold tokens, and the names of secrets.
  span_->attributes = {{"http.request.method", request.method},
                       {"url.full", shown_url(request.url)}};
}

TracedCall::~TracedCall() {
  if (!span_) return;
  span_->end = work_->tracer.now();
  work_->tracer.finished(*std::move(span_));
}

HttpHeaders TracedCall::headers() const {
  if (work_ == nullptr) return {};
  return trace_headers(span_ ? span_->context : work_->context);
}

void TracedCall::ended(const Result<HttpResponse>& response) {
  if (!span_) return;
  span_->failed = !response || response->status >= 400;
  // Not an error's words, in which the whole URL may stand.
  if (response)
    span_->attributes.push_back({"http.response.status_code", response->status});
  else
    span_->attributes.push_back({"error.type", response.error().reason});
}

}  // namespace hotswap::http
