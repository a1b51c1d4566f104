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
#include "infrastructure/sql/session.hpp"

namespace hotswap::sql {

/// Thread-safe.
class GroupCommit {
 public:
  explicit GroupCommit(std::unique_ptr<Session> session);
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
  /// An answer per set; an error if the whole transaction is lost.
  Result<Answers> write_transaction(const Batch& batch);
  Result<Committed> write_set(const ChangeSet& changes);

  std::unique_ptr<Session> session_;  ///< only the writer's
  Mutex mutex_;
  CondVar ready_;
  std::deque<Request> waiting_ HS_GUARDED_BY(mutex_);
  bool stopping_ HS_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

}  // namespace hotswap::sql
