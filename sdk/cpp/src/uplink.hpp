#pragma once
// The thread that tells the server what runs and how it fares: every interval, and at once when
// something changed.

#include <optional>
#include <set>
#include <string>

#include "backoff.hpp"
#include "book.hpp"
#include "http.hpp"
#include "journal.hpp"
#include "meter.hpp"
#include "session.hpp"

namespace hotswap::sdk {

class Uplink {
 public:
  /// What it reports of.
  struct Sources {
    Book& book;
    Meter& meter;
    Journal& journal;
  };
  Uplink(const ClientOptions& options, Session& session, const Sources& sources);

  /// Until the session stops.
  void run();
  void wake() { http_.wake(); }

 private:
  /// What was measured and not yet answered: that of the last attempt, or everything since.
  void gather();
  void measure() const;
  /// True: the server answered.
  bool beat();
  [[nodiscard]] HttpReply send(const Access& access,
                               const std::map<std::string, Observation>& report);
  /// A refusal may name what an older server does not know: whether there is more to leave out.
  bool leaves_out_more(const Access& access, const HttpReply& refusal);
  void answered(const Access& access, const HttpReply& reply);

  const ClientOptions& options_;
  Session& session_;
  Book& book_;
  Meter& meter_;
  Journal& journal_;
  Meter::Totals told_;                     ///< up to the last answered heartbeat
  Meter::Totals telling_;                  ///< up to what `measured_` says
  std::optional<Measured> measured_;       ///< sent, not answered
  std::uint64_t sequence_;                 ///< of the last one
  std::optional<SteadyTime> stale_since_;  ///< the server misses something of us
  Http http_;
  std::set<std::string> left_out_;  ///< of heartbeats, for good: a server was too old for it
  std::string trace_;               ///< that the next heartbeat is a part of
  Backoff backoff_;
};

}  // namespace hotswap::sdk
