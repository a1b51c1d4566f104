#pragma once
// Sends this server's metrics to a receiver of OTLP/HTTP every so often.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "infrastructure/otlp/metrics_message.hpp"
#include "infrastructure/otlp/sender.hpp"

namespace hotswap::otlp {

/// What could not be sent is counted (`hotswap_otlp_metrics_failed_total`), warned of once until
/// the receiver takes some again, and made good by the next message: all values are totals.
class MetricsPusher {
 public:
  static constexpr Duration kFlush = std::chrono::seconds(3);  ///< for the last ones, at stop()

  /// All but target and source outlive this.
  struct Parts {
    Target target;
    Source source;
    Duration every = std::chrono::minutes(1);
    std::function<std::string()> text;  ///< all of them, in Prometheus' text format
    const Clock& clock;
    Random& random;
    Logger& logger;
    Metrics& metrics;
  };
  explicit MetricsPusher(Parts parts);
  ~MetricsPusher();
  MetricsPusher(const MetricsPusher&) = delete;
  MetricsPusher& operator=(const MetricsPusher&) = delete;

  void start();
  /// Sends them once more, for kFlush at most. Idempotent.
  void stop();

 private:
  void run(const std::stop_token& closing);
  void push(const std::stop_token& closing);

  const Parts parts_;
  const WallTime since_;
  Sender sender_;
  Counter& failed_;
  bool warned_ = false;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool over_ = false;
  std::stop_source abort_;
  std::jthread thread_;
};

}  // namespace hotswap::otlp
