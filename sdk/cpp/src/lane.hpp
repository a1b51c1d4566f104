#pragma once
// What goes up on the stream's own connection while that is a WebSocket: the reporting thread hands
// it over and waits for its answer, the stream's thread sends it and brings the answers.
//
// A server takes a connection's messages in order. A heartbeat has exactly one answer; an
// acknowledgement has none, or a refusal. So an answered heartbeat says that every acknowledgement
// before it was taken, but for those that were refused.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/mutex.hpp"
#include "http.hpp"
#include "session.hpp"

namespace hotswap::sdk {

class Lane {
 public:
  /// Acknowledgements in a row without a heartbeat.
  static constexpr std::size_t kUnanswered = 64;
  /// How long a first heartbeat waits for a connection that is being made.
  static constexpr std::chrono::seconds kOpening{1};
  /// How long it waits for a stream's thread that is at work on a configuration.
  static constexpr std::chrono::seconds kAtWork{1};

  explicit Lane(Session& session) : session_(session) {}
  /// Wakes the stream's thread, and nothing else: it is called under the lock. Set before the
  /// threads start.
  void on_handed_over(std::function<void()> wake) { wake_ = std::move(wake); }

  // ── the stream's thread ──
  /// A stream that may carry it is on its way.
  void opening();
  /// One stands, maybe in place of another.
  void stands();
  void gone();
  /// What is to be sent now.
  [[nodiscard]] std::vector<std::string> take();
  void answered(std::string answer);
  void refused(HttpReply refusal);
  /// While it lives, the stream's thread cannot send.
  class AtWork {
   public:
    explicit AtWork(Lane& lane) : lane_(lane) { lane_.at_work(1); }
    ~AtWork() { lane_.at_work(-1); }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;

   private:
    Lane& lane_;
  };

  // ── the reporting thread ──
  void wait_opening();
  [[nodiscard]] bool carries() const;
  /// Sends an acknowledgement. False: it does not carry one more.
  bool tell(std::string acknowledgement);
  /// Sends a heartbeat and waits for its answer. Nothing: it was not answered here, whether or not
  /// it was taken. One that is not answered in time ends the use of this connection.
  [[nodiscard]] std::optional<HttpReply> ask(std::string heartbeat,
                                             std::chrono::milliseconds timeout);
  /// Of an acknowledgement; poke() told of it.
  [[nodiscard]] std::optional<HttpReply> take_refusal();
  /// Whether a connection ended with acknowledgements that maybe nobody took; poke() told of it.
  [[nodiscard]] bool take_doubt();

  /// From any thread: the session stops.
  void interrupt();

 private:
  using Number = std::uint64_t;  ///< of a heartbeat; 0: an acknowledgement
  enum class State { None, Opening, Stands, Overdue };
  void at_work(int change);
  void end(State next) HS_REQUIRES(mutex_);
  void send(std::string text, Number number) HS_REQUIRES(mutex_);
  void wait_answer(std::chrono::milliseconds timeout) HS_REQUIRES(mutex_);
  [[nodiscard]] bool is_under_way(Number number) const HS_REQUIRES(mutex_);
  /// What was not sent yet must not be sent after what is said elsewhere meanwhile.
  void withdraw(Number number) HS_REQUIRES(mutex_);
  [[nodiscard]] std::optional<HttpReply> take_answer() HS_REQUIRES(mutex_);
  /// Takes it out, and the acknowledgements before it. Nothing: no heartbeat is under way.
  [[nodiscard]] std::optional<Number> next_heartbeat() HS_REQUIRES(mutex_);

  Session& session_;
  std::function<void()> wake_;
  mutable Mutex mutex_;
  CondVar changed_;
  State state_ HS_GUARDED_BY(mutex_) = State::None;
  int at_work_ HS_GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<Number, std::string>> out_ HS_GUARDED_BY(mutex_);
  std::deque<Number> sent_ HS_GUARDED_BY(mutex_);  ///< in order, without an answer yet
  Number last_ HS_GUARDED_BY(mutex_) = 0;
  Number awaited_ HS_GUARDED_BY(mutex_) = 0;  ///< 0: none
  std::optional<HttpReply> answer_ HS_GUARDED_BY(mutex_);
  /// A refusal while both were under way: of an acknowledgement if the heartbeat is still answered.
  std::optional<HttpReply> unclear_ HS_GUARDED_BY(mutex_);
  std::optional<HttpReply> refusal_ HS_GUARDED_BY(mutex_);
  bool doubt_ HS_GUARDED_BY(mutex_) = false;
};

}  // namespace hotswap::sdk
