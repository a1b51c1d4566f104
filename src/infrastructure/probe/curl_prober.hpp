#pragma once
// Looks at many addresses at once from one thread. A look is a new connection, one GET (or none,
// for tcp), no redirect, no proxy, and no more bytes than a status needs. Certificates are not
// checked, as Kubernetes' probes do not: nothing secret is sent and only the status is read. What
// is asked for in a trace (TraceScope) names it.

#include <memory>

#include "domain/net/reach.hpp"
#include "domain/ports/prober.hpp"

namespace hotswap {

class CurlProber : public Prober {
 public:
  struct Options {
    std::size_t concurrency = 64;  ///< looks at one time
    std::size_t queue = 8192;      ///< looks that wait for their turn
  };
  CurlProber(net::Reach reach, Options options);
  ~CurlProber() override;  ///< unfinished looks are dropped; their `done` is not called
  CurlProber(const CurlProber&) = delete;
  CurlProber& operator=(const CurlProber&) = delete;

  bool probe(const std::string& url, Duration timeout, Done done) override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace hotswap
