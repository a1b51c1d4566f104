#pragma once
// One queue for all: change sets that wait while the disk is busy are written together, so that a
// forced write to disk is shared by many callers.

#include <deque>
#include <memory>
#include <thread>

#include "domain/base/mutex.hpp"
#include "infrastructure/sql/batch_writer.hpp"

namespace hotswap::sql {

/// Thread-safe. What waits is taken when the transaction has begun, and not before: meanwhile more
/// has come.
class GroupCommit {
 public:
  /// Without a writer: of a store that is only read.
  explicit GroupCommit(std::unique_ptr<BatchWriter> writer);
  /// Writes what waits, then ends.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// `done` is called when the set is durable or refused: on the thread that writes, so it must not
  /// block. Unavailable `store.busy` when limits::kCommitQueue sets wait already; Unavailable
  /// `store.unavailable` when the database cannot write.
  void commit(ChangeSet changes, Store::OnCommitted done);

  /// Returns when what is written behind is in its tables.
  [[nodiscard]] Result<void> settle();

 private:
  /// False, and nothing is taken, if too many wait.
  bool enqueue(BatchWriter::Request& request);
  void run();
  /// False once stopping and nothing is left. It may be that nobody waits and something is owed.
  bool wait_for_work();
  BatchWriter::Batch take_batch();

  std::unique_ptr<BatchWriter> writer_;
  Mutex mutex_;
  CondVar ready_;
  std::deque<BatchWriter::Request> waiting_ HS_GUARDED_BY(mutex_);
  bool stopping_ HS_GUARDED_BY(mutex_) = false;
  bool last_try_ HS_GUARDED_BY(mutex_) = false;  ///< to pay what is owed, before the end
  std::thread thread_;
};

}  // namespace hotswap::sql
