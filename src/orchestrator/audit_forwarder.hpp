#pragma once
// Sends every audit entry to receivers outside, at least once and in order. How far each has come
// is kept in the store, so that nothing is left out by a crash, an outage or another leader.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "domain/ports/audit_receiver.hpp"
#include "domain/ports/clock.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/committer.hpp"

namespace hotswap {

class AuditForwarder {
 public:
  /// What it works with; all of it outlives the forwarder.
  struct Parts {
    Store& store;
    Committer& committer;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
    /// In a cluster one node does it. Empty: this one does.
    std::function<bool()> may_run{};
  };
  AuditForwarder(const Parts& parts, std::vector<std::unique_ptr<AuditReceiver>> receivers);
  ~AuditForwarder();

  /// Sends what is due to every receiver, on this thread; how many entries. The threads of start()
  /// do the same, one for each receiver, so that a slow one keeps nobody else waiting.
  std::size_t run();
  void start();
  void stop();
  /// The entry up to which all receivers have everything; the largest number without receivers.
  [[nodiscard]] Result<std::uint64_t> sent_to();

 private:
  struct Line;
  /// One batch; how many entries were sent.
  std::size_t step(Line& line);
  [[nodiscard]] Result<AuditBatch> next(Line& line);
  void failed(Line& line, const Error& error);
  void show_lag(Line& line);
  void follow(Line& line, const std::stop_token& stop);

  const Parts parts_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::jthread> threads_;
};

}  // namespace hotswap
