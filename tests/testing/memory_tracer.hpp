#pragma once
#include <algorithm>
#include <atomic>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/tracer.hpp"

namespace hotswap::testing {

/// Keeps the spans for tests to look at; samples everything unless told otherwise. Thread-safe.
class MemoryTracer : public Tracer {
 public:
  explicit MemoryTracer(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] bool samples(const tracing::TraceId& trace,
                             std::optional<bool> parent) const override {
    return sampler.samples(trace, parent);
  }
  [[nodiscard]] tracing::SpanId new_span() override {
    // Unlike those of any other node, too.
    static std::atomic<std::uint32_t> made = 0;
    const std::uint32_t number = ++made;
    tracing::SpanId id;
    for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
  }
  [[nodiscard]] tracing::Instant now() const override { return clock_.wall(); }
  void finished(tracing::Span span) override {
    const MutexLock lock(mutex_);
    spans_.push_back(std::move(span));
  }

  [[nodiscard]] std::vector<tracing::Span> spans() const {
    const MutexLock lock(mutex_);
    return spans_;
  }
  [[nodiscard]] std::vector<tracing::Span> named(std::string_view name) const {
    auto found = spans();
    std::erase_if(found, [&](const tracing::Span& span) { return span.name != name; });
    return found;
  }
  void clear() {
    const MutexLock lock(mutex_);
    spans_.clear();
  }

  tracing::Sampler sampler{};  ///< set before use

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  std::vector<tracing::Span> spans_ HS_GUARDED_BY(mutex_);
};

/// The text of an attribute, or its digits; empty if there is none.
[[nodiscard]] inline std::string attribute(const tracing::Span& span, std::string_view key) {
  const auto found = std::ranges::find(span.attributes, key, &tracing::Attribute::key);
  if (found == span.attributes.end()) return {};
  const auto& value = found->value.value();
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get_if<bool>(&value) != nullptr && std::get<bool>(value) ? "true" : "false";
}

}  // namespace hotswap::testing
