#pragma once
// One writer for all: change sets that wait while the disk is busy are written together, so that a
// forced write to disk is shared by many callers. Each set is in a savepoint of its own: one that
// is refused does not touch its neighbours.

#include <deque>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/store.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// For databases across a network, where a connection may be lost, and with it the answer to a
/// commit. Each transaction then also writes its number under the writer's name, and one whose
/// answer was lost is looked up before it is written again: never twice, never reported wrongly.
struct Recovery {
  std::string writer;   ///< unique; a row of the table `writers`
  Duration patience{};  ///< how long a batch is tried again
};

/// Thread-safe.
class GroupCommit {
 public:
  explicit GroupCommit(std::unique_ptr<Session> session, std::optional<Recovery> recovery = {});
  /// Writes what waits, then ends.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// Blocks until the set is durable or refused. Unavailable `store.busy` when limits::kCommitQueue
  /// sets wait already; Unavailable `store.unavailable` when the database cannot write.
  [[nodiscard]] Result<Committed> commit(ChangeSet changes);

 private:
  struct Request {
    ChangeSet changes;
    std::promise<Result<Committed>> answer;
  };
  using Batch = std::vector<Request>;
  using Answers = std::vector<Result<Committed>>;

  void run();
  /// Waits for work; empty once stopping and nothing is left.
  Batch take_batch();
  void write(Batch batch);
  /// Into `answers`, one per set; an error if the whole transaction is lost, or may be.
  Result<void> write_transaction(const Batch& batch, Answers& answers);
  static bool adds_audit(const Batch& batch);
  Result<void> write_sets(const Batch& batch, Answers& answers);
  /// All in one go, hoping that none is refused; the first that is, is the error.
  Result<void> write_hopefully(const Batch& batch, Answers& answers);
  /// One after the other.
  Result<void> write_carefully(const Batch& batch, Answers& answers);
  /// Nothing, or why the transaction is of no use after this set.
  Result<void> check_set(const Result<Committed>& answer);
  Result<void> close_batch();
  /// The outcome of a transaction, which is rolled back if it is of no use.
  Result<void> ended(Result<void> done);
  /// After an answer was lost: whether the batch is committed. If not, a transaction has begun.
  Result<bool> begin_again();
  Result<Committed> write_set(const ChangeSet& changes);

  std::unique_ptr<Session> session_;  ///< only the writer's
  const std::optional<Recovery> recovery_;
  ChainTail tail_;           ///< of the audit, within the transaction
  std::int64_t number_ = 0;  ///< of the batch that is being written
  Mutex mutex_;
  CondVar ready_;
  std::deque<Request> waiting_ HS_GUARDED_BY(mutex_);
  bool stopping_ HS_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

}  // namespace hotswap::sql
