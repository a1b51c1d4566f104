#pragma once
// Requests by route, method and status, and how long they took. The labels are the table's
// patterns, never a path: their number is bounded by the table, the methods and the statuses.

#include <array>
#include <atomic>
#include <span>
#include <vector>

#include "api/router.hpp"
#include "domain/ports/metrics.hpp"

namespace hotswap::api {

/// Thread-safe. What was seen once is found again without a lock.
class HttpMeter {
 public:
  /// `metrics`: null counts nothing. Both must outlive this.
  HttpMeter(Metrics* metrics, std::span<const Route> routes);

  void answered(const Request& request, const Answered& how);

 private:
  /// The statuses that have a place of their own; others take the slower way.
  static constexpr std::array<int, 20> kStatuses{101, 200, 201, 202, 204, 304, 400, 401, 403, 404,
                                                 409, 412, 413, 415, 422, 426, 429, 500, 503, 504};
  struct PerRoute {
    std::array<std::atomic<Counter*>, kStatuses.size()> counts{};
    std::atomic<Distribution*> took = nullptr;
  };
  [[nodiscard]] MetricLabels labels_of(const Request& request) const;
  [[nodiscard]] Counter& make_counter(const Request& request, int status) const;
  [[nodiscard]] Counter& counter_of(const Request& request, int status);
  [[nodiscard]] Distribution& took_of(const Request& request);

  Metrics* const metrics_;
  const std::span<const Route> routes_;
  std::vector<PerRoute> known_;  ///< as the routes
};

}  // namespace hotswap::api
