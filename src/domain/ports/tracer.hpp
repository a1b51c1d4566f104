#pragma once
#include "domain/trace/span.hpp"

namespace hotswap {

/// Takes spans that are over. Whoever has none (a null pointer) traces nothing, at no cost.
/// Thread-safe.
class Tracer {
 public:
  virtual ~Tracer() = default;
  /// Whether a trace that begins here, or goes on from a parent of that decision, is recorded.
  [[nodiscard]] virtual bool samples(const tracing::TraceId& trace,
                                     std::optional<bool> parent) const = 0;
  /// An id that no other span has.
  [[nodiscard]] virtual tracing::SpanId new_span() = 0;
  /// The time of spans: never runs backwards.
  [[nodiscard]] virtual tracing::Instant now() const = 0;
  /// Never blocks and never fails: what there is no room for is dropped and counted. Whether the
  /// span is to be recorded was decided by the caller.
  virtual void finished(tracing::Span span) = 0;
};

}  // namespace hotswap
