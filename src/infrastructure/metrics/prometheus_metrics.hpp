#pragma once
#include <memory>
#include <string>

#include "domain/ports/metric_families.hpp"
#include "domain/ports/metrics.hpp"
#include "infrastructure/metrics/exposition.hpp"

namespace hotswap {

/// Metrics for Prometheus to scrape. Thread-safe; what counting costs stands in cells.hpp.
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

  /// Everything as it stands now, by name.
  [[nodiscard]] std::vector<MetricFamily> collect() const;
  [[nodiscard]] std::string render(Exposition form = Exposition::Text) const {
    return write_metrics(collect(), form);
  }

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace hotswap
