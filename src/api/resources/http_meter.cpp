#include "api/resources/http_meter.hpp"

#include <algorithm>

namespace hotswap::api {
namespace {

/// Round the targets of the API: 20 ms for the half of the reads, 500 ms for the slowest writes.
const std::vector<double>& bounds() {
  static const std::vector<double> kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05,
                                              0.1,    0.2,   0.5,    1,     2.5,  10};
  return kBounds;
}

}  // namespace

HttpMeter::HttpMeter(Metrics* metrics, std::span<const Route> routes)
    : metrics_(metrics), routes_(routes), known_(routes.size()) {}

void HttpMeter::answered(const Request& request, const Answered& how) {
  if (metrics_ == nullptr) return;
  counter_of(request, how.status).add();
  // What was to take its time says nothing about how fast the server is.
  if (how.held) return;
  took_of(request).observe(std::chrono::duration<double>(how.took).count(), request.notes.trace_id);
}

MetricLabels HttpMeter::labels_of(const Request& request) const {
  const std::size_t route = request.notes.route;
  if (route == 0) return {{"method", std::string(to_string(request.method))}, {"route", "none"}};
  const Route& known = routes_[route - 1];
  return {{"method", std::string(to_string(known.method))}, {"route", std::string(known.pattern)}};
}

Counter& HttpMeter::make_counter(const Request& request, int status) const {
  auto labels = labels_of(request);
  labels["status"] = std::to_string(status);
  return metrics_->counter("hotswap_http_requests_total",
                           "Requests answered, by route, method and status", labels);
}

Counter& HttpMeter::counter_of(const Request& request, int status) {
  const auto place = std::ranges::find(kStatuses, status);
  if (request.notes.route == 0 || place == kStatuses.end()) return make_counter(request, status);
  auto& known = known_[request.notes.route - 1].counts.at(
      static_cast<std::size_t>(place - kStatuses.begin()));
  if (auto* counter = known.load(std::memory_order_acquire)) return *counter;
  Counter& made = make_counter(request, status);
  known.store(&made, std::memory_order_release);
  return made;
}

Distribution& HttpMeter::took_of(const Request& request) {
  const auto make = [&]() -> Distribution& {
    return metrics_->histogram("hotswap_http_request_seconds",
                               "From a request's arrival to its answer, by route and method",
                               bounds(), labels_of(request));
  };
  if (request.notes.route == 0) return make();
  auto& known = known_[request.notes.route - 1].took;
  if (auto* took = known.load(std::memory_order_acquire)) return *took;
  Distribution& made = make();
  known.store(&made, std::memory_order_release);
  return made;
}

}  // namespace hotswap::api
