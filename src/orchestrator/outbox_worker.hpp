#pragma once
// Carries out what a committed decision wants from the outside world, at least once per id: notices
// to people, and hooks after a deployment's end. What fails is tried again, ever later; what fails
// too often becomes a dead letter that people see and may replay.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "domain/ports/channel_sender.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/hook_caller.hpp"
#include "domain/ports/metrics.hpp"
#include "domain/ports/notifier.hpp"
#include "domain/ports/random.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

/// Pause before the next try: 5 s after the first failure, three times as long after each further
/// one, at most 15 min, less up to a fifth by chance.
[[nodiscard]] Duration outbox_backoff(std::uint32_t attempts, Random& random);

class OutboxWorker {
 public:
  /// What it works with; all of it outlives the worker.
  struct Parts {
    Store& store;
    Committer& committer;
    Notifier& log;  ///< gets every notice, channels or not
    ChannelSender& channels;
    HookCaller& hooks;
    const Clock& clock;
    Random& random;
    Metrics& metrics;
    /// In a cluster one node does it; asked before each look. Empty: this one does.
    std::function<bool()> may_work{};
  };
  static constexpr std::uint32_t kAttempts = 8;
  static constexpr int kThreads = 4;

  explicit OutboxWorker(const Parts& parts);
  ~OutboxWorker();
  OutboxWorker(const OutboxWorker&) = delete;
  OutboxWorker& operator=(const OutboxWorker&) = delete;

  /// Handles everything that is due, on this thread. Items handled, failed ones too.
  std::size_t run();
  /// Taken from the store and not done yet.
  [[nodiscard]] std::size_t held();
  /// The same by kThreads threads from now on; one receiver is called by one of them at a time, so
  /// that a slow one keeps nobody else waiting.
  void start();
  void stop();

 private:
  struct Job {
    OutboxItem item;
    std::string receiver;  ///< channel, or server of a hook; empty: a notice that goes nowhere yet
  };
  /// How one delivery ended.
  struct Outcome {
    ChangeSet changes;
    bool receiver_down = false;  ///< its other items would fail just so
    std::string error;
  };

  void feed(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  /// Takes what is due into the queue; whether there was anything new.
  bool fetch();
  [[nodiscard]] std::optional<Job> take();
  /// Delivers and keeps how it ended; false if the store could not.
  bool handle(const Job& job);
  void finish(const Job& job);
  /// Takes the receiver's other jobs out of the queue.
  [[nodiscard]] std::vector<Job> others_of(const Job& job);
  [[nodiscard]] Outcome deliver(const OutboxItem& item);
  [[nodiscard]] Outcome spread_out(const OutboxItem& item);
  [[nodiscard]] Outcome send(const OutboxItem& item);
  [[nodiscard]] Outcome call(const OutboxItem& item);
  [[nodiscard]] Outcome failed(const OutboxItem& item, const std::string& error);
  [[nodiscard]] Outcome bury(const OutboxItem& item, std::uint32_t attempts,
                             const std::string& error);
  void count(const OutboxItem& item, const char* result);

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> due_;
  std::set<std::string> held_;  ///< ids that are in due_ or being handled
  std::set<std::string> busy_;  ///< receivers that are being called
  std::vector<std::jthread> threads_;
};

}  // namespace hotswap
