#pragma once
// The thread that tells the server what runs and how it fares: every interval, and at once when
// something changed. On the stream's own connection while that is a WebSocket, else by requests.

#include <optional>
#include <set>
#include <string>

#include "backoff.hpp"
#include "book.hpp"
#include "http.hpp"
#include "journal.hpp"
#include "lane.hpp"
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
  Uplink(const ClientOptions& options, Session& session, Lane& lane, const Sources& sources);

  /// Until the session stops.
  void run();
  void wake() { http_.wake(); }

 private:
  /// What was measured and not yet answered: that of the last attempt, or everything since.
  void gather();
  void measure() const;
  /// Acknowledges what changed since it was last said. False: it takes a whole heartbeat.
  bool acknowledged();
  /// An acknowledgement was refused: when a heartbeat should tell it all.
  [[nodiscard]] std::optional<std::chrono::milliseconds> refused_wait();
  /// True: the server answered.
  bool beat();
  [[nodiscard]] HttpReply send(const Access& access,
                               const std::map<std::string, Observation>& report);
  /// `measured` may be null.
  [[nodiscard]] HttpReply say(const Access& access,
                              const std::map<std::string, Observation>& report,
                              const Measured* measured);
  void was_told(const Access& access, std::map<std::string, Observation> report);
  /// A refusal may name what an older server does not know: whether there is more to leave out.
  bool leaves_out_more(const Access& access, const HttpReply& refusal);
  void answered(const Access& access, const HttpReply& reply);

  const ClientOptions& options_;
  Session& session_;
  Lane& lane_;
  Book& book_;
  Meter& meter_;
  Journal& journal_;
  Meter::Totals told_;                       ///< up to the last answered heartbeat
  Meter::Totals telling_;                    ///< up to what `measured_` says
  std::optional<Measured> measured_;         ///< sent, not answered
  std::uint64_t sequence_;                   ///< of the last one
  std::optional<SteadyTime> stale_since_;    ///< the server misses something of us
  std::map<std::string, Observation> said_;  ///< on this registration, not refused so far
  std::uint64_t said_epoch_ = 0;             ///< of the access
  bool whole_ = true;  ///< the next must be a heartbeat: `said_` is not sure any more
  std::optional<std::chrono::milliseconds> asked_pause_;  ///< by the server
  bool by_request_ = false;  ///< another server is asked: not on the stream's connection
  Http http_;
  std::set<std::string> left_out_;  ///< of heartbeats, for good: a server was too old for it
  std::string trace_;               ///< that the next heartbeat is a part of
  Backoff backoff_;
};

}  // namespace hotswap::sdk
