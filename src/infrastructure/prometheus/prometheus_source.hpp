#pragma once
// A Prometheus server (or what speaks its HTTP API: Thanos, Mimir, VictoriaMetrics) asked for one
// number.

#include "domain/ports/metrics_source.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap {

class PrometheusSource : public MetricsSource {
 public:
  struct Options {
    std::string url;         ///< base address, `https://prometheus.internal:9090/prefix`
    std::string token_file;  ///< bearer token, read anew for every query; empty: none
    Duration timeout = std::chrono::seconds(10);
  };
  explicit PrometheusSource(Options options);

  /// An instant query. Errors: Unavailable `metrics.unreachable` (also a token file that cannot be
  /// read and an answer that is none of Prometheus'), Invalid `metrics.refused` with its words, and
  /// `metrics.not_one_number` for several series, a matrix, a string or an infinity.
  [[nodiscard]] Result<std::optional<double>> query(const std::string& expression,
                                                    WallTime at) override;

 private:
  [[nodiscard]] Result<HttpRequest> request_for(const std::string& expression, WallTime at) const;

  const Options options_;
  HttpClient http_{net::Reach::of_operator()};
};

}  // namespace hotswap
