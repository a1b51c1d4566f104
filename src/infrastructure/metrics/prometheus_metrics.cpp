#include "infrastructure/metrics/prometheus_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "domain/base/mutex.hpp"

namespace hotswap {
namespace {

class PrometheusCounter : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& inner) : inner_(inner) {}
  void add(double amount) override { inner_.Increment(amount); }

 private:
  prometheus::Counter& inner_;
};

class PrometheusGauge : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& inner) : inner_(inner) {}
  void set(double value) override { inner_.Set(value); }
  void add(double amount) override { inner_.Increment(amount); }

 private:
  prometheus::Gauge& inner_;
};

class PrometheusHistogram : public Distribution {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& inner) : inner_(inner) {}
  void observe(double value) override { inner_.Observe(value); }

 private:
  prometheus::Histogram& inner_;
};

template <class T>
using ByLabels = std::map<std::pair<std::string, MetricLabels>, std::unique_ptr<T>>;

}  // namespace

struct PrometheusMetrics::Registry {
  /// The metric of this name and these labels, made by `make()` at the first call.
  template <class T, class Make>
  T& find(ByLabels<T>& known, const std::string& name, const MetricLabels& labels, Make make)
      HS_REQUIRES(mutex) {
    auto& metric = known[{name, labels}];
    if (!metric) metric = make();
    return *metric;
  }

  prometheus::Registry inner;
  Mutex mutex;
  ByLabels<PrometheusCounter> counters HS_GUARDED_BY(mutex);
  ByLabels<PrometheusGauge> gauges HS_GUARDED_BY(mutex);
  ByLabels<PrometheusHistogram> histograms HS_GUARDED_BY(mutex);
  /// Of families that are replaced as a whole.
  std::map<std::string, std::map<MetricLabels, prometheus::Gauge*>> passing HS_GUARDED_BY(mutex);
};

PrometheusMetrics::PrometheusMetrics() : registry_(std::make_unique<Registry>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

Counter& PrometheusMetrics::counter(const std::string& name, const std::string& help,
                                    const MetricLabels& labels) {
  const MutexLock lock(registry_->mutex);
  return registry_->find(registry_->counters, name, labels, [&] {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_->inner);
    return std::make_unique<PrometheusCounter>(family.Add(labels));
  });
}

Gauge& PrometheusMetrics::gauge(const std::string& name, const std::string& help,
                                const MetricLabels& labels) {
  const MutexLock lock(registry_->mutex);
  return registry_->find(registry_->gauges, name, labels, [&] {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_->inner);
    return std::make_unique<PrometheusGauge>(family.Add(labels));
  });
}

Distribution& PrometheusMetrics::histogram(const std::string& name, const std::string& help,
                                           const std::vector<double>& bounds,
                                           const MetricLabels& labels) {
  const MutexLock lock(registry_->mutex);
  return registry_->find(registry_->histograms, name, labels, [&] {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->inner);
    return std::make_unique<PrometheusHistogram>(family.Add(labels, bounds));
  });
}

void PrometheusMetrics::replace_gauges(const std::string& name, const std::string& help,
                                       const std::map<MetricLabels, double>& values) {
  const MutexLock lock(registry_->mutex);
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_->inner);
  auto& known = registry_->passing[name];
  std::erase_if(known, [&](const auto& entry) {
    if (values.contains(entry.first)) return false;
    family.Remove(entry.second);
    return true;
  });
  for (const auto& [labels, value] : values) {
    auto& gauge = known[labels];
    if (gauge == nullptr) gauge = &family.Add(labels);
    gauge->Set(value);
  }
}

std::string PrometheusMetrics::render() const {
  return prometheus::TextSerializer().Serialize(registry_->inner.Collect());
}

}  // namespace hotswap
