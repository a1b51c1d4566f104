#include "testing/memory_metrics.hpp"

#include <atomic>

namespace hotswap::testing {
namespace {

struct AtomicCounter : Counter {
  explicit AtomicCounter(std::atomic<double>& place) : value(place) {}
  void add(double amount) override { value += amount; }
  void raise_to(double total) override {
    if (value < total) value = total;
  }
  std::atomic<double>& value;
};
struct AtomicGauge : Gauge {
  explicit AtomicGauge(std::atomic<double>& place) : value(place) {}
  void set(double to) override { value = to; }
  void add(double amount) override { value += amount; }
  std::atomic<double>& value;
};
struct CountOfValues : Distribution {
  explicit CountOfValues(std::atomic<double>& place) : value(place) {}
  void observe(double) override { value += 1; }
  void observe(double, std::string_view) override { value += 1; }
  std::atomic<double>& value;
};

}  // namespace

struct MemoryMetrics::Number {
  std::atomic<double> value = 0;
  AtomicCounter counter{value};
  AtomicGauge gauge{value};
  CountOfValues distribution{value};
};

MemoryMetrics::MemoryMetrics() = default;
MemoryMetrics::~MemoryMetrics() = default;

MemoryMetrics::Number& MemoryMetrics::find(const std::string& name, const MetricLabels& labels) {
  const MutexLock lock(mutex_);
  auto& number = numbers_[{name, labels}];
  if (!number) number = std::make_unique<Number>();
  return *number;
}

Counter& MemoryMetrics::counter(const std::string& name, const std::string&,
                                const MetricLabels& labels) {
  return find(name, labels).counter;
}

Gauge& MemoryMetrics::gauge(const std::string& name, const std::string&,
                            const MetricLabels& labels) {
  return find(name, labels).gauge;
}

Distribution& MemoryMetrics::histogram(const std::string& name, const std::string&,
                                       const std::vector<double>&, const MetricLabels& labels) {
  return find(name, labels).distribution;
}

void MemoryMetrics::replace_gauges(const std::string& name, const std::string&,
                                   const std::map<MetricLabels, double>& values) {
  const MutexLock lock(mutex_);
  std::erase_if(numbers_, [&](const auto& entry) { return entry.first.first == name; });
  for (const auto& [labels, value] : values) {
    auto number = std::make_unique<Number>();
    number->value = value;
    numbers_[{name, labels}] = std::move(number);
  }
}

std::size_t MemoryMetrics::count(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto of_name = [&](const auto& entry) { return entry.first.first == name; };
  return static_cast<std::size_t>(std::ranges::count_if(numbers_, of_name));
}

double MemoryMetrics::value(const std::string& name, const MetricLabels& labels) const {
  const MutexLock lock(mutex_);
  const auto found = numbers_.find({name, labels});
  return found == numbers_.end() ? 0 : found->second->value.load();
}

}  // namespace hotswap::testing
