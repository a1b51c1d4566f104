#pragma once
#include <map>
#include <memory>

#include "domain/base/mutex.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap::testing {

/// Keeps the numbers for tests to look at. Thread-safe.
class MemoryMetrics : public Metrics {
 public:
  MemoryMetrics();
  ~MemoryMetrics() override;
  MemoryMetrics(const MemoryMetrics&) = delete;
  MemoryMetrics& operator=(const MemoryMetrics&) = delete;

  Counter& counter(const std::string& name, const std::string& help,
                   const MetricLabels& labels = {}) override;
  Gauge& gauge(const std::string& name, const std::string& help,
               const MetricLabels& labels = {}) override;
  Distribution& histogram(const std::string& name, const std::string& help,
                          const std::vector<double>& bounds,
                          const MetricLabels& labels = {}) override;

  void replace_gauges(const std::string& name, const std::string& help,
                      const std::map<MetricLabels, double>& values) override;

  /// A counter's or gauge's value, or how often a histogram was given one; 0 if there is none.
  [[nodiscard]] double value(const std::string& name, const MetricLabels& labels = {}) const;
  /// How many of this name there are, whatever their labels.
  [[nodiscard]] std::size_t count(const std::string& name) const;

 private:
  struct Number;
  Number& find(const std::string& name, const MetricLabels& labels);

  mutable Mutex mutex_;
  std::map<std::pair<std::string, MetricLabels>, std::unique_ptr<Number>> numbers_
      HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
