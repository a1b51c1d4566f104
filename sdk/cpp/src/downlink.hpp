#pragma once
// The thread that keeps the instance registered and its stream open, and applies what comes. All
// changes of the book are made here, one at a time, so validator and callbacks never run beside
// each other.

#include <expected>
#include <mutex>
#include <optional>

#include "apply_span.hpp"
#include "backoff.hpp"
#include "book.hpp"
#include "http.hpp"
#include "lane.hpp"
#include "live_stream.hpp"
#include "session.hpp"
#include "state_cipher.hpp"
#include "state_dir.hpp"

namespace hotswap::sdk {

class Downlink {
 public:
  Downlink(const ClientOptions& options, Session& session, Lane& lane, Book& book,
           const StateDir& state);

  /// Loads the last-known-good copies.
  void restore();
  /// Until the session stops.
  void run();
  /// From any thread; see Client::fall_back. An empty profile: that of config().
  std::expected<std::string, std::string> fall_back(const std::string& profile,
                                                    std::string_view reason);
  void wake() { stream_http_.wake(), call_http_.wake(); }
  /// There is something to send on the stream. From any thread.
  void wake_stream() { stream_http_.wake(); }

 private:
  using Held = std::shared_ptr<const Snapshot>;
  bool enroll();
  [[nodiscard]] HttpReply ask_to_enroll(const Access& access);
  void stream();
  [[nodiscard]] std::unique_ptr<LiveStream> open_stream(Access access, bool moved);
  void step();
  /// Where no WebSocket was to be had.
  void go_on(LiveStream& stream);
  /// It has just come to stand, or has taken the place of another.
  void carry();
  void say_all();
  void go_on_moving();
  void stream_ended(const LiveStream& ended);
  bool on_frame(const SseFrame& frame);
  bool on_activate(const SseFrame& frame);
  void apply(Offer offer);
  void stage(Offer offer);
  [[nodiscard]] ApplySpan begin(const Identity& identity, const std::string& traceparent,
                                const char* name) const;
  void ended(const ApplySpan& span, Book::Effect effect, const Identity& identity);
  /// Asks for everything desired. False: no usable answer.
  bool fetch();
  void take(std::vector<Desired> desired);
  void done(Book::Effect effect, const Identity& identity);
  void restore(const std::string& profile);
  /// Brings the disk in line with the book: first what must be there to go back to.
  void keep(const std::string& profile);
  [[nodiscard]] std::string copy_text(const Held& held, const std::optional<Observation>& refused);
  [[nodiscard]] std::optional<std::string> opened(const std::string& content);
  /// Null: there is no usable key, which is told.
  [[nodiscard]] const StateCipher* cipher();
  void end_of_call(const HttpReply& reply, const Access& access, const std::string& what);
  /// False: too many profiles; says so.
  bool has_room_for(const Identity& identity);
  [[nodiscard]] std::string remedy(const HttpReply& reply, const Access& access) const;
  [[nodiscard]] std::string bootstrap_token() const;
  void wait_before_retry();

  const ClientOptions& options_;
  Session& session_;
  Lane& lane_;
  Book& book_;
  const StateDir& state_;
  std::optional<StateCipher> cipher_;  ///< once it was needed
  /// Held while the book changes and the disk follows; a callback may fall back in the midst of it.
  std::recursive_mutex turn_;
  std::uint64_t epoch_ = 0;  ///< of the running stream
  Http stream_http_;
  Http call_http_;
  Backoff backoff_;
  std::optional<std::chrono::milliseconds> asked_pause_;  ///< by the server
  Move move_;
  Upgrades upgrades_;
  std::string tried_;   ///< the server that was asked last for a stream
  bool moved_ = false;  ///< the next stream is one that a server sends away
  std::unique_ptr<LiveStream> stream_, next_;
};

}  // namespace hotswap::sdk
