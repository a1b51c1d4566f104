#pragma once
// Keeps the audit trustworthy over the years: signs the head of its chain every so often, and,
// where a time to keep entries is set, removes older ones behind a signed anchor.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "domain/ports/archive.hpp"
#include "domain/ports/logger.hpp"
#include "domain/ports/metrics.hpp"
#include "orchestrator/audit_service.hpp"

namespace hotswap {

class AuditKeeper {
 public:
  /// What it works with; all of it outlives the keeper.
  struct Parts {
    Store& store;
    Committer& committer;
    AuditService& audit;
    AuditSigning signing;
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
    Archive* archive = nullptr;  ///< gets what is removed; null: it is gone
    Duration every = std::chrono::minutes(10);
    std::uint64_t entries = 100'000;  ///< or so many, whichever comes first
    std::optional<Duration> keep{};   ///< nothing: for ever
    /// Gets each checkpoint once it is stored, to be kept where the database's owner cannot reach.
    std::function<void(const AuditCheckpoint&)> witness{};
    /// Entries behind this are still to be sent to somebody. Empty: none are.
    std::function<Result<std::uint64_t>()> sent_to{};
    /// In a cluster one node does it. Empty: this one does.
    std::function<bool()> may_run{};
  };
  explicit AuditKeeper(Parts parts);
  ~AuditKeeper();

  /// Signs the head now. Forbidden; the request is an entry, the last one that is signed.
  [[nodiscard]] Result<AuditCheckpoint> ask(const Caller& caller);
  /// Does what is due, on this thread. The thread of start() does the same.
  void tick();
  void start();
  void stop();

 private:
  [[nodiscard]] Result<std::optional<AuditEntry>> head();
  [[nodiscard]] Result<AuditCheckpoint> sign(const AuditEntry& head);
  [[nodiscard]] Result<void> sign_if_due();
  /// Removes some old entries; false when none are left.
  [[nodiscard]] Result<bool> prune_some();
  [[nodiscard]] Result<void> put_in_archive(const std::vector<AuditCheckpoint>& before,
                                            const std::vector<AuditEntry>& entries,
                                            const AuditCheckpoint& anchor);
  void log_failure(const char* what, const Error& error);

  const Parts parts_;
  Counter& signed_;
  Counter& pruned_;
  std::optional<AuditCheckpoint> last_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace hotswap
