#include "infrastructure/otlp/otlp_tracer.hpp"

namespace hotswap::otlp {
namespace {

/// A bijection whose outputs look like chance (the finalizer of SplitMix64): ids differ as long as
/// the numbers do.
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ULL;
  number = (number ^ number >> 27) * 0x94d049bb133111ebULL;
  return number ^ number >> 31;
}

}  // namespace

OtlpTracer::OtlpTracer(Parts parts)
    : parts_(std::move(parts)),
      wall_(parts_.clock.wall()),
      mono_(parts_.clock.mono()),
      seed_(parts_.random.below(UINT64_MAX)),
      sender_(parts_.target, parts_.random),
      exported_(parts_.metrics.counter("hotswap_otlp_spans_exported_total",
                                       "Spans that the receiver of OTLP has taken")) {
  // There from the start: a counter that appears with its first failure shows no increase of it.
  for (const char* reason : {"queue_full", "refused", "unreachable", "stopped"})
    dropped(0, reason, {});
}

OtlpTracer::~OtlpTracer() { stop(); }

bool OtlpTracer::samples(const tracing::TraceId& trace, std::optional<bool> parent) const {
  return parts_.sampler.samples(trace, parent);
}

tracing::SpanId OtlpTracer::new_span() {
  std::uint64_t number = 0;
  while (number == 0) number = mixed(seed_ + ++spans_);
  tracing::SpanId id;
  for (auto& byte : id.bytes) {
    byte = static_cast<std::uint8_t>(number);
    number >>= 8;
  }
  return id;
}

tracing::Instant OtlpTracer::now() const { return wall_ + (parts_.clock.mono() - mono_); }

void OtlpTracer::finished(tracing::Span span) {
  bool full = false, stopped = false;
  {
    const std::lock_guard lock(mutex_);
    stopped = stopped_;
    full = queue_.size() >= kQueue;
    if (!stopped && !full) {
      queue_.push_back(std::move(span));
      if (queue_.size() != 1 && queue_.size() != kBatch) return;
    }
  }
  if (stopped) return dropped(1, "stopped", {});
  if (full) return dropped(1, "queue_full", "the queue is full");
  changed_.notify_one();
}

void OtlpTracer::start() {
  thread_ = std::jthread([this](const std::stop_token& closing) { run(closing); });
}

void OtlpTracer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kFlush, [this] { return over_; });
  }
  abort_.request_stop();
  thread_.join();
}

void OtlpTracer::run(const std::stop_token& closing) {
  while (true) {
    const auto batch = take(closing);
    if (batch.empty()) break;
    send(batch, closing);
  }
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

std::vector<tracing::Span> OtlpTracer::take(const std::stop_token& closing) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, closing, [this] { return !queue_.empty(); });
  changed_.wait_for(lock, closing, kGather, [this] { return queue_.size() >= kBatch; });
  std::vector<tracing::Span> batch;
  while (!queue_.empty() && batch.size() < kBatch) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void OtlpTracer::send(const std::vector<tracing::Span>& batch, const std::stop_token& closing) {
  // Nobody waits any longer than stop() said.
  if (abort_.stop_requested()) return dropped(batch.size(), "stopped", "the time to stop is over");
  const auto answer =
      sender_.send(trace_message(parts_.source, batch), closing, abort_.get_token());
  switch (answer.kind) {
    case Answered::Kind::Accepted: {
      const auto rejected = std::min<std::size_t>(answer.rejected, batch.size());
      delivered(batch.size() - rejected);
      if (rejected > 0) dropped(rejected, "refused", answer.trouble);
      return;
    }
    case Answered::Kind::Again:
      return dropped(batch.size(), closing.stop_requested() ? "stopped" : "unreachable",
                     answer.trouble);
    case Answered::Kind::Refused:
      return dropped(batch.size(), "refused", answer.trouble);
  }
}

void OtlpTracer::delivered(std::size_t count) {
  exported_.add(static_cast<double>(count));
  if (warned_.exchange(false)) parts_.logger.info("otlp", "spans are taken again");
}

void OtlpTracer::dropped(std::size_t count, const char* reason, const std::string& trouble) {
  parts_.metrics
      .counter("hotswap_otlp_spans_dropped_total",
               "Spans that never reached the receiver of OTLP, by reason", {{"reason", reason}})
      .add(static_cast<double>(count));
  if (count == 0 || warned_.exchange(true)) return;
  parts_.logger.warning("otlp", "spans are dropped; said once until the receiver takes some again",
                        {{"reason", reason}, {"detail", trouble}});
}

}  // namespace hotswap::otlp
