#pragma once
// Uploads of versions of 1 KB over keep-alive connections, on each one after the other.

#include "perf/support/requests.hpp"
#include "perf/support/server.hpp"
#include "perf/support/statistics.hpp"

namespace hotswap::perf {

class Uploads {
 public:
  Uploads(Server& server, std::size_t connections)
      : server_(server),
        loop_(server.port()),
        connections_(connections),
        requests_(loop_, connections) {}

  /// Answered uploads per second.
  double measure(Clock::duration time);

 private:
  void next();

  Server& server_;
  EventLoop loop_;
  std::size_t connections_;
  RequestPool requests_;
  std::size_t last_ = 0, answered_ = 0;
  Clock::time_point end_;
};

}  // namespace hotswap::perf
