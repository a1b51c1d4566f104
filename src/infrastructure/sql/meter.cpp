#include "infrastructure/sql/meter.hpp"

namespace hotswap::sql {
namespace {

/// From a read of memory to a database that is about to be given up.
const std::vector<double>& bounds() {
  static const std::vector<double> kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                              0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};
  return kBounds;
}

Distribution& timed(Metrics& metrics, const char* operation) {
  return metrics.histogram("hotswap_database_seconds",
                           "Time of the store's operations, waiting for a connection included",
                           bounds(), {{"operation", operation}});
}

}  // namespace

Meter::Meter(Metrics& metrics, std::size_t readers)
    : read(timed(metrics, "read")),
      snapshot(timed(metrics, "snapshot")),
      commit(timed(metrics, "commit")),
      wait(metrics.histogram("hotswap_database_wait_seconds",
                             "Time that reads waited for a free connection; those that did not "
                             "wait are not counted",
                             bounds())),
      in_use(metrics.gauge("hotswap_database_connections_in_use",
                           "Connections for reading that are in use")),
      committing(metrics.gauge("hotswap_database_commits_waiting",
                               "Change sets that wait to be durable")) {
  metrics.gauge("hotswap_database_connections", "Connections for reading that there are")
      .set(static_cast<double>(readers));
}

}  // namespace hotswap::sql
