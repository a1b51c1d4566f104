#include "meter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <thread>

#include "domain/base/limits.hpp"

namespace hotswap::sdk {
namespace {

/// Threads are dealt over the shards in the order in which they first count something.
std::size_t thread_number() noexcept {
  static constinit std::atomic<std::size_t> next{0};
  static thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

Meter::Meter() {
  const auto wanted = std::bit_ceil(std::clamp(2 * std::thread::hardware_concurrency(), 2U, 64U));
  for (unsigned i = 0; i < wanted; ++i) shards_.push_back(std::make_unique<Shard>());
}

int Meter::bucket_of(double milliseconds) noexcept {
  static const double kLogGamma = std::log(1.01 / 0.99);
  if (!(milliseconds > 0.001)) return kLowest;
  const double index = std::ceil(std::log(milliseconds) / kLogGamma);
  return static_cast<int>(std::clamp<double>(index, kLowest, kHighest));
}

void Meter::record(std::chrono::nanoseconds latency, bool ok) noexcept {
  const auto bucket = bucket_of(static_cast<double>(latency.count()) / 1e6) - kLowest;
  auto& shard = *shards_[thread_number() & (shards_.size() - 1)];
  auto& buckets = ok ? shard.good : shard.bad;
  buckets[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
}

void Meter::check(bool ok) noexcept {
  (ok ? good_checks_ : bad_checks_).fetch_add(1, std::memory_order_relaxed);
}

void Meter::add(const Traffic& traffic) {
  const std::lock_guard lock(added_mutex_);
  added_.latencies.resize(kBuckets);
  added_.requests += traffic.requests;
  added_.errors += std::min(traffic.errors, traffic.requests);
  for (const auto& [milliseconds, count] : traffic.latencies) {
    if (!(milliseconds >= 0)) continue;
    added_.latencies[static_cast<std::size_t>(bucket_of(milliseconds) - kLowest)] += count;
  }
}

std::shared_ptr<std::atomic<double>> Meter::gauge(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = gauges_.find(name);
  if (found != gauges_.end()) return found->second;
  auto value = std::make_shared<std::atomic<double>>(std::numeric_limits<double>::quiet_NaN());
  if (gauges_.size() < limits::kHeartbeatCustomMetrics) gauges_.emplace(name, value);
  return value;
}

Meter::Totals Meter::totals() const {
  Totals now;
  {
    const std::lock_guard lock(added_mutex_);
    now = added_;
  }
  now.latencies.resize(kBuckets);
  for (const auto& shard : shards_) {
    for (std::size_t i = 0; i < kBuckets; ++i) {
      const auto good = shard->good[i].load(std::memory_order_relaxed);
      const auto bad = shard->bad[i].load(std::memory_order_relaxed);
      now.latencies[i] += good + bad;
      now.requests += good + bad;
      now.errors += bad;
    }
  }
  const auto good = good_checks_.load(std::memory_order_relaxed);
  now.failed_checks = bad_checks_.load(std::memory_order_relaxed);
  now.checks = good + now.failed_checks;
  return now;
}

json::Value Meter::increments(const Totals& now, const Totals& answered) const {
  json::Array buckets;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const auto before = i < answered.latencies.size() ? answered.latencies[i] : 0;
    if (now.latencies[i] == before) continue;
    buckets.emplace_back(
        json::Array{static_cast<int>(i) + kLowest, json::Value(now.latencies[i] - before)});
  }
  return json::Object{
      {"requests", now.requests - answered.requests},
      {"errors", now.errors - answered.errors},
      {"latency", json::Object{{"scheme", "log-1%"}, {"buckets", std::move(buckets)}}},
      {"checks", now.checks - answered.checks},
      {"failedChecks", now.failed_checks - answered.failed_checks},
      {"custom", custom()}};
}

json::Value Meter::custom() const {
  json::Object all;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, value] : gauges_) {
    const auto number = value->load(std::memory_order_relaxed);
    if (std::isfinite(number)) all.append(name, number);
  }
  return all;
}

}  // namespace hotswap::sdk
