#pragma once
// What the program measured. Writers add to one of a few shards, one relaxed atomic add per
// request; the totals only ever grow, and a heartbeat sends the difference to the last answered
// one, so a lost heartbeat loses no count.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "domain/json/value.hpp"
#include "hotswap/client.hpp"

namespace hotswap::sdk {

class Meter {
 public:
  Meter();

  void record(std::chrono::nanoseconds latency, bool ok) noexcept;
  void check(bool ok) noexcept;
  void add(const Traffic& traffic);
  std::shared_ptr<std::atomic<double>> gauge(const std::string& name);

  struct Totals {
    std::vector<std::uint64_t> latencies;  ///< per bucket, good and bad requests
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    std::uint64_t checks = 0;
    std::uint64_t failed_checks = 0;
  };
  [[nodiscard]] Totals totals() const;
  /// The protocol's `metrics`: `now` less what was answered.
  [[nodiscard]] json::Value increments(const Totals& now, const Totals& answered) const;

  /// Bucket of scheme log-1%: it holds (γ^(i-1), γ^i] milliseconds, γ = 1.01/0.99.
  [[nodiscard]] static int bucket_of(double milliseconds) noexcept;

 private:
  static constexpr int kLowest = -345;  ///< one microsecond
  static constexpr int kHighest = 912;  ///< a day
  static constexpr std::size_t kBuckets = kHighest - kLowest + 1;
  using Buckets = std::array<std::atomic<std::uint64_t>, kBuckets>;
  struct alignas(64) Shard {
    // Apart, so that a request is ONE add and errors never exceed requests in a reading.
    Buckets good{};
    Buckets bad{};
  };

  [[nodiscard]] json::Value custom() const;

  std::vector<std::unique_ptr<Shard>> shards_;
  mutable std::mutex added_mutex_;
  Totals added_;  ///< by add(); its requests and latencies need not agree
  std::atomic<std::uint64_t> good_checks_{0};
  std::atomic<std::uint64_t> bad_checks_{0};
  mutable std::mutex mutex_;  ///< of gauges_
  std::map<std::string, std::shared_ptr<std::atomic<double>>> gauges_;
};

}  // namespace hotswap::sdk
