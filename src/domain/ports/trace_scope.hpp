#pragma once
#include <optional>

#include "domain/ports/tracer.hpp"

namespace hotswap {

/// What this thread works for as long as the object lives: calls of other servers that it makes
/// meanwhile are made in that trace. Scopes nest; the inner one counts. Without a tracer, or of no
/// trace, it changes nothing.
class TraceScope {
 public:
  /// `tracer` outlives it.
  TraceScope(Tracer* tracer, const tracing::Context& context) : outer_(innermost_) {
    if (tracer == nullptr || !context.valid()) return;
    work_.emplace(*tracer, context);
    innermost_ = this;
  }
  ~TraceScope() { innermost_ = outer_; }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  struct Work {
    Tracer& tracer;
    const tracing::Context context;  ///< valid; what is done for it are children
  };
  /// Nothing: this thread works in no trace, or nobody wants to know.
  [[nodiscard]] static const Work* current() {
    return innermost_ == nullptr ? nullptr : &*innermost_->work_;
  }

 private:
  static constinit inline thread_local const TraceScope* innermost_ = nullptr;
  const TraceScope* const outer_;
  std::optional<Work> work_;
};

}  // namespace hotswap
