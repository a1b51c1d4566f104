#include "infrastructure/otlp/metrics_pusher.hpp"

namespace hotswap::otlp {

MetricsPusher::MetricsPusher(Parts parts)
    : parts_(std::move(parts)),
      since_(parts_.clock.wall()),
      sender_(parts_.target, parts_.random),
      failed_(parts_.metrics.counter("hotswap_otlp_metrics_failed_total",
                                     "Messages with metrics that the receiver of OTLP did not "
                                     "take")) {}

MetricsPusher::~MetricsPusher() { stop(); }

void MetricsPusher::start() {
  thread_ = std::jthread([this](const std::stop_token& closing) { run(closing); });
}

void MetricsPusher::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kFlush, [this] { return over_; });
  }
  abort_.request_stop();
  thread_.join();
}

void MetricsPusher::run(const std::stop_token& closing) {
  do {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, closing, parts_.every, [] { return false; });
    }
    push(closing);
  } while (!closing.stop_requested());
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

void MetricsPusher::push(const std::stop_token& closing) {
  const auto shown =
      prometheus::parse_exposition(parts_.text(), [](std::string_view) { return true; });
  const auto answer =
      sender_.send(metrics_message(parts_.source, shown, {since_, parts_.clock.wall()}), closing,
                   abort_.get_token());
  if (answer.kind == Answered::Kind::Accepted) {
    if (std::exchange(warned_, false)) parts_.logger.info("otlp", "metrics are taken again");
    return;
  }
  failed_.add();
  if (std::exchange(warned_, true)) return;
  parts_.logger.warning("otlp", "metrics are not taken; said once until the receiver takes some",
                        {{"detail", answer.trouble}});
}

}  // namespace hotswap::otlp
