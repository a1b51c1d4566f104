#pragma once
#include <gtest/gtest.h>

#include "domain/ports/trace_scope.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "testing/memory_tracer.hpp"

namespace hotswap::testing {

/// A trace that a test works in, and what was told of it.
struct TraceOfTests {
  explicit TraceOfTests(bool sampled = true) { context.sampled = sampled; }

  /// What the only call of another server must have said. Reports a failure unless it was told of.
  [[nodiscard]] std::string of_the_call(const std::string& method) const {
    const auto spans = tracer.spans();
    EXPECT_EQ(spans.size(), 1u);
    if (spans.size() != 1) return "none";
    EXPECT_EQ(spans[0].name, method);
    EXPECT_EQ(spans[0].kind, tracing::SpanKind::Client);
    EXPECT_EQ(spans[0].parent, context.span);
    EXPECT_EQ(spans[0].context.trace, context.trace);
    EXPECT_NE(spans[0].context.span, context.span);
    return tracing::traceparent(spans[0].context);
  }

  const SystemClock clock;
  MemoryTracer tracer{clock};
  tracing::Context context = *tracing::parse_context(
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1");
};

}  // namespace hotswap::testing
