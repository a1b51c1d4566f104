#pragma once
// Sends spans to a receiver of OTLP/HTTP, in batches, on a thread of its own.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/tracer.hpp"
#include "infrastructure/otlp/sender.hpp"
#include "infrastructure/otlp/trace_message.hpp"

namespace hotswap::otlp {

/// Thread-safe. Whoever hands a span in never waits: when kQueue spans wait, further ones are
/// dropped. Dropped spans are counted (`hotswap_otlp_spans_dropped_total`) and warned of once until
/// the receiver takes some again.
class OtlpTracer final : public Tracer {
 public:
  static constexpr std::size_t kQueue = 8192;
  static constexpr std::size_t kBatch = 512;
  /// Spans are gathered this long, unless a batch is full before.
  static constexpr Duration kGather = std::chrono::seconds(1);
  /// What stop() gives to spans that are still here.
  static constexpr Duration kFlush = std::chrono::seconds(3);

  /// All but target, source and sampler outlive this.
  struct Parts {
    Target target;
    Source source;
    tracing::Sampler sampler;
    const Clock& clock;
    Random& random;
    Logger& logger;
    Metrics& metrics;
  };
  explicit OtlpTracer(Parts parts);
  ~OtlpTracer() override;
  OtlpTracer(const OtlpTracer&) = delete;
  OtlpTracer& operator=(const OtlpTracer&) = delete;

  [[nodiscard]] bool samples(const tracing::TraceId& trace,
                             std::optional<bool> parent) const override;
  [[nodiscard]] tracing::SpanId new_span() override;
  [[nodiscard]] tracing::Instant now() const override;
  void finished(tracing::Span span) override;

  void start();
  /// Sends what waits, for kFlush at most; what comes later is dropped. Idempotent.
  void stop();

 private:
  void run(const std::stop_token& closing);
  /// Waits for spans; none: it is closing and nothing is left.
  [[nodiscard]] std::vector<tracing::Span> take(const std::stop_token& closing);
  void send(const std::vector<tracing::Span>& batch, const std::stop_token& closing);
  void dropped(std::size_t count, const char* reason, const std::string& trouble);
  void delivered(std::size_t count);

  const Parts parts_;
  const tracing::Instant wall_;
  const MonoTime mono_;
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> spans_ = 0;
  Sender sender_;
  Counter& exported_;
  std::atomic<bool> warned_ = false;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<tracing::Span> queue_;
  bool stopped_ = false;
  bool over_ = false;
  std::stop_source abort_;
  std::jthread thread_;
};

}  // namespace hotswap::otlp
