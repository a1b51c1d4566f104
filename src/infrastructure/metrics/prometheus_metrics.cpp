#include "infrastructure/metrics/prometheus_metrics.hpp"

#include <map>

#include "domain/base/assert.hpp"
#include "domain/base/mutex.hpp"
#include "infrastructure/metrics/cells.hpp"

namespace hotswap {
namespace {

template <class T>
using ByLabels = std::map<MetricLabels, std::unique_ptr<T>>;

struct Family {
  MetricKind kind;
  std::string help;
  std::vector<double> bounds{};
  ByLabels<metrics::CounterCell> counters{};
  ByLabels<metrics::GaugeCell> gauges{};
  ByLabels<metrics::HistogramCell> histograms{};
};

/// The metric of these labels, made by `make()` at the first call.
template <class T, class Make>
T& find(ByLabels<T>& known, const MetricLabels& labels, Make make) {
  auto& metric = known[labels];
  if (!metric) metric = make();
  return *metric;
}

MetricFamily snapshot(const std::string& name, const Family& family) {
  MetricFamily out{name, family.help, family.kind, family.bounds, {}};
  for (const auto& [labels, cell] : family.counters) out.points.push_back({labels, cell->value()});
  for (const auto& [labels, cell] : family.gauges) out.points.push_back({labels, cell->value()});
  for (const auto& [labels, cell] : family.histograms) {
    MetricPoint point{labels};
    cell->read(point);
    out.points.push_back(std::move(point));
  }
  return out;
}

}  // namespace

struct PrometheusMetrics::Registry {
  Family& family(const std::string& name, MetricKind kind, const std::string& help)
      HS_REQUIRES(mutex) {
    const auto [found, added] = families.try_emplace(name, Family{kind, help});
    HS_ASSERT(found->second.kind == kind);
    return found->second;
  }

  Mutex mutex;
  std::map<std::string, Family> families HS_GUARDED_BY(mutex);
};

PrometheusMetrics::PrometheusMetrics() : registry_(std::make_unique<Registry>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

Counter& PrometheusMetrics::counter(const std::string& name, const std::string& help,
                                    const MetricLabels& labels) {
  const MutexLock lock(registry_->mutex);
  auto& family = registry_->family(name, MetricKind::Counter, help);
  return find(family.counters, labels, [] { return std::make_unique<metrics::CounterCell>(); });
}

Gauge& PrometheusMetrics::gauge(const std::string& name, const std::string& help,
                                const MetricLabels& labels) {
  const MutexLock lock(registry_->mutex);
  auto& family = registry_->family(name, MetricKind::Gauge, help);
  return find(family.gauges, labels, [] { return std::make_unique<metrics::GaugeCell>(); });
}

Distribution& PrometheusMetrics::histogram(const std::string& name, const std::string& help,
                                           const std::vector<double>& bounds,
                                           const MetricLabels& labels) {
  const MutexLock lock(registry_->mutex);
  auto& family = registry_->family(name, MetricKind::Histogram, help);
  if (family.histograms.empty()) family.bounds = bounds;
  return find(family.histograms, labels,
              [&] { return std::make_unique<metrics::HistogramCell>(family.bounds); });
}

void PrometheusMetrics::replace_gauges(const std::string& name, const std::string& help,
                                       const std::map<MetricLabels, double>& values) {
  const MutexLock lock(registry_->mutex);
  auto& known = registry_->family(name, MetricKind::Gauge, help).gauges;
  std::erase_if(known, [&](const auto& entry) { return !values.contains(entry.first); });
  for (const auto& [labels, value] : values)
    find(known, labels, [] { return std::make_unique<metrics::GaugeCell>(); }).set(value);
}

std::vector<MetricFamily> PrometheusMetrics::collect() const {
  std::vector<MetricFamily> all;
  const MutexLock lock(registry_->mutex);
  for (const auto& [name, family] : registry_->families) all.push_back(snapshot(name, family));
  return all;
}

}  // namespace hotswap
