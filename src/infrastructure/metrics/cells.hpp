#pragma once
// One number each, recorded by atomic additions without a lock.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>

#include "domain/ports/metric_families.hpp"

namespace hotswap::metrics {

class CounterCell final : public Counter {
 public:
  void add(double amount) override {
    if (amount > 0) value_.fetch_add(amount, std::memory_order_relaxed);
  }
  void raise_to(double total) override {
    double known = value_.load(std::memory_order_relaxed);
    while (known < total && !value_.compare_exchange_weak(known, total)) continue;
  }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

class GaugeCell final : public Gauge {
 public:
  void set(double value) override { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) override { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

/// The newest exemplar of a bucket. Who finds it busy leaves it: another one is as good.
class ExemplarSlot {
 public:
  static constexpr std::size_t kTrace = 32;

  void put(double value, std::string_view trace_id) {
    if (busy_.test_and_set(std::memory_order_acquire)) return;
    std::memcpy(trace_.data(), trace_id.data(), kTrace);
    value_ = value;
    at_ = std::chrono::system_clock::now();
    full_ = true;
    busy_.clear(std::memory_order_release);
  }
  [[nodiscard]] std::optional<Exemplar> get() {
    if (busy_.test_and_set(std::memory_order_acquire)) return std::nullopt;
    std::optional<Exemplar> found;
    if (full_)
      found = Exemplar{std::string(trace_.data(), kTrace), value_,
                       std::chrono::time_point_cast<WallTime::duration>(at_)};
    busy_.clear(std::memory_order_release);
    return found;
  }

 private:
  std::atomic_flag busy_;
  bool full_ = false;
  std::array<char, kTrace> trace_{};
  double value_ = 0;
  std::chrono::system_clock::time_point at_;
};

class HistogramCell final : public Distribution {
 public:
  explicit HistogramCell(const std::vector<double>& bounds)
      : bounds_(bounds),
        counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)),
        exemplars_(std::make_unique<ExemplarSlot[]>(bounds.size() + 1)) {}

  void observe(double value) override { static_cast<void>(count(value)); }
  void observe(double value, std::string_view trace_id) override {
    const auto bucket = count(value);
    if (bucket && trace_id.size() == ExemplarSlot::kTrace) exemplars_[*bucket].put(value, trace_id);
  }

  /// Its buckets may lag each other by observations of that very moment.
  void read(MetricPoint& into) const {
    into.value = sum_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i <= bounds_.size(); ++i) {
      into.buckets.push_back(counts_[i].load(std::memory_order_relaxed));
      into.exemplars.push_back(exemplars_[i].get());
    }
  }

 private:
  /// The bucket that it fell into; nothing for what is no number.
  std::optional<std::size_t> count(double value) {
    if (std::isnan(value)) return std::nullopt;
    const auto bound = std::ranges::lower_bound(bounds_, value);
    const auto bucket = static_cast<std::size_t>(bound - bounds_.begin());
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
    return bucket;
  }

  const std::vector<double> bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_ = 0;
  const std::unique_ptr<ExemplarSlot[]> exemplars_;
};

}  // namespace hotswap::metrics
