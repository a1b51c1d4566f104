#pragma once
// Turns one program's /metrics, scraped again and again, into what happened in between.

#include <optional>

#include "domain/base/time.hpp"
#include "domain/prometheus/exposition.hpp"
#include "domain/prometheus/latencies.hpp"
#include "domain/prometheus/selector.hpp"

namespace hotswap::prometheus {

struct ScrapeMapping {
  std::optional<Selector> requests;  ///< a counter; nothing: the count of `latency`
  std::optional<Selector> errors;    ///< a counter
  std::optional<Selector> latency;   ///< a histogram (`…_bucket`) or a summary, by its base name
  double latency_unit = 1000;        ///< milliseconds in one
  std::map<std::string, Selector> custom;
};

/// Since the scrape before.
struct Scraped {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;              ///< ≤ requests
  Latencies latencies;                   ///< milliseconds
  std::map<std::string, double> custom;  ///< gauges: their sum now; counters: their rate per second
  std::vector<std::string> notes;        ///< what could not be used, in words
};

class ScrapeReader {
 public:
  explicit ScrapeReader(ScrapeMapping mapping);

  /// The first scrape only says where counters stand. A series that is new in a later one began at
  /// zero; one that went back was reset and counts from zero; one that is missing for a while goes
  /// on from where it was.
  [[nodiscard]] Scraped take(std::string_view text, MonoTime now);

 private:
  struct Standing {
    double value = 0;
    std::uint64_t seen = 0;  ///< the last scrape that had it
  };
  /// Of one counter series since the scrape before.
  [[nodiscard]] double increase(const Series& series, Scraped& scraped);
  [[nodiscard]] double sum_of(const std::optional<Selector>& selector,
                              const std::vector<Series>& series, Scraped& scraped);
  void take_latency(const std::vector<Series>& series, Scraped& scraped);
  void take_custom(const Exposition& exposition, MonoTime now, Scraped& scraped);
  [[nodiscard]] bool wants(std::string_view name) const;
  void forget_old();

  const ScrapeMapping mapping_;
  std::uint64_t scrape_ = 0;
  std::optional<MonoTime> last_;
  std::map<std::string, Standing> counters_;  ///< by name and labels
  std::map<std::string, double> increases_;   ///< of this scrape, so that none counts twice
};

}  // namespace hotswap::prometheus
