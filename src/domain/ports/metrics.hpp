#pragma once
// Numbers for operators. A part asks for its counters once, at its construction, and keeps the
// references: counting is then one atomic addition.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hotswap {

using MetricLabels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;  ///< amount ≥ 0
  /// Of what is counted elsewhere already: becomes that total, unless it is above it.
  virtual void raise_to(double total) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double amount) = 0;  ///< may be negative
};

class Distribution {
 public:
  virtual ~Distribution() = default;
  virtual void observe(double value) = 0;
  /// The same, with the trace (32 hexadecimal digits) in which it happened: an exemplar. Anything
  /// else is no trace and left out.
  virtual void observe(double value, std::string_view trace_id) = 0;
};

/// Thread-safe. The same name and labels give the same object, which lives as long as this; help
/// and bounds are those of the first call. Names and labels follow Prometheus' rules
/// (`hotswap_http_requests_total`, `hotswap_commit_seconds`).
class Metrics {
 public:
  virtual ~Metrics() = default;

  virtual Counter& counter(const std::string& name, const std::string& help,
                           const MetricLabels& labels = {}) = 0;
  virtual Gauge& gauge(const std::string& name, const std::string& help,
                       const MetricLabels& labels = {}) = 0;
  /// `bounds`: ascending upper bounds of the buckets, in the metric's unit.
  virtual Distribution& histogram(const std::string& name, const std::string& help,
                                  const std::vector<double>& bounds,
                                  const MetricLabels& labels = {}) = 0;
  /// Gauges of things that come and go: the whole family at once, those not named are gone. Not to
  /// be asked for by gauge().
  virtual void replace_gauges(const std::string& name, const std::string& help,
                              const std::map<MetricLabels, double>& values) = 0;
};

}  // namespace hotswap
