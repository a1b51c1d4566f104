#pragma once
// A piece of a request's work that is told of when it ends.

#include <optional>

#include "domain/base/error.hpp"
#include "domain/ports/tracer.hpp"

namespace hotswap {

/// Ends with its scope. Without a tracer, or in a trace that is not recorded, it does nothing and
/// allocates nothing.
class ActiveSpan {
 public:
  ActiveSpan(Tracer* tracer, const tracing::Context& parent, std::string_view name)
      : tracer_(parent.sampled && parent.valid() ? tracer : nullptr), parent_(parent) {
    if (tracer_ == nullptr) return;
    span_.emplace();
    span_->context = tracing::child(parent, tracer_->new_span());
    span_->parent = parent.span;
    span_->name = name;
    span_->start = tracer_->now();
  }
  ~ActiveSpan() {
    if (!span_) return;
    span_->end = tracer_->now();
    tracer_->finished(*std::move(span_));
  }
  ActiveSpan(const ActiveSpan&) = delete;
  ActiveSpan& operator=(const ActiveSpan&) = delete;

  [[nodiscard]] bool active() const { return span_.has_value(); }
  void set(std::string_view key, std::string_view value) {
    if (span_ && !value.empty()) span_->attributes.push_back({std::string(key), value});
  }
  /// What the caller is told of it may quote a document; the reason does not.
  template <class T>
  void outcome(const Result<T>& result) {
    if (!span_ || result) return;
    span_->failed = true;
    span_->failure = result.error().reason;
  }
  /// For what is done within.
  [[nodiscard]] const tracing::Context& context() const { return span_ ? span_->context : parent_; }

 private:
  Tracer* const tracer_;
  const tracing::Context& parent_;  ///< outlives this
  std::optional<tracing::Span> span_;
};

}  // namespace hotswap
