#pragma once
// The thread that tells the server what runs and how it fares: every interval, and at once when
// something changed.

#include <optional>

#include "backoff.hpp"
#include "book.hpp"
#include "http.hpp"
#include "meter.hpp"
#include "session.hpp"

namespace hotswap::sdk {

class Uplink {
 public:
  Uplink(const ClientOptions& options, Session& session, Book& book, Meter& meter);

  /// Until the session stops.
  void run();
  void wake() { http_.wake(); }

 private:
  /// True: the server answered.
  bool beat();
  void answered(const HttpReply& reply);

  const ClientOptions& options_;
  Session& session_;
  Book& book_;
  Meter& meter_;
  Meter::Totals told_;                     ///< up to the last answered heartbeat
  std::optional<SteadyTime> stale_since_;  ///< the server misses something of us
  Http http_;
  Backoff backoff_;
};

}  // namespace hotswap::sdk
