#pragma once
#include <functional>
#include <string>

#include "domain/base/time.hpp"

namespace hotswap {

/// Looks whether something answers: `http://`, `https://` (2xx and 3xx are healthy) or
/// `tcp://host:port` (accepts a connection).
class Prober {
 public:
  struct Answer {
    bool healthy = false;
    std::string detail;  ///< `503`, `connection refused`, `timeout after PT2S`
    Duration took{};
  };
  using Done = std::function<void(const Answer&)>;
  virtual ~Prober() = default;
  /// Returns at once; `done` is called on a thread of the prober's. A full queue is an unhealthy
  /// answer of no weight: false is returned and `done` never called.
  virtual bool probe(const std::string& url, Duration timeout, Done done) = 0;
};

}  // namespace hotswap
