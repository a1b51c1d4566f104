#pragma once
#include <memory>
#include <string>

#include "domain/ports/metrics.hpp"

namespace hotswap {

/// Metrics for Prometheus to scrape. Thread-safe.
class PrometheusMetrics : public Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;
  PrometheusMetrics(const PrometheusMetrics&) = delete;
  PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;

  Counter& counter(const std::string& name, const std::string& help,
                   const MetricLabels& labels = {}) override;
  Gauge& gauge(const std::string& name, const std::string& help,
               const MetricLabels& labels = {}) override;
  Distribution& histogram(const std::string& name, const std::string& help,
                          const std::vector<double>& bounds,
                          const MetricLabels& labels = {}) override;
  void replace_gauges(const std::string& name, const std::string& help,
                      const std::map<MetricLabels, double>& values) override;

  /// All values in Prometheus' text format (`text/plain; version=0.0.4`).
  [[nodiscard]] std::string render() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace hotswap
