#pragma once
// Writes batches of change sets, each batch in one transaction and each set as if it were alone.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/store.hpp"
#include "infrastructure/sql/journal.hpp"
#include "infrastructure/sql/session.hpp"
#include "infrastructure/sql/write_behind.hpp"

namespace hotswap::sql {

/// For databases across a network, where a connection may be lost, and with it the answer to a
/// commit. Each transaction then also writes its number under the writer's name, and one whose
/// answer was lost is looked up before it is written again: never twice, never reported wrongly.
struct Recovery {
  std::string writer;   ///< unique; a row of the table `writers`
  Duration patience{};  ///< how long a batch is tried again
};

/// One connection that writes; used by one thread.
class BatchWriter {
 public:
  struct Request {
    ChangeSet changes;
    Store::OnCommitted answer;
    bool looks = false;  ///< somebody will read what is written behind
  };
  using Batch = std::vector<Request>;

  explicit BatchWriter(std::unique_ptr<Session> session, std::optional<Recovery> recovery = {})
      : session_(std::move(session)), recovery_(std::move(recovery)) {}
  /// One that writes rows of large fleets behind their commit.
  BatchWriter(std::unique_ptr<Session> session, std::unique_ptr<WriteBehind> behind);

  /// Begins the transaction of the next batch; waits for other writers.
  [[nodiscard]] Result<void> begin();
  /// Writes the batch into the transaction that `begun` tells of, and answers each request.
  void write(Batch batch, Result<void> begun);
  /// Thread-safe: whether a batch is wanted although nobody waits for one.
  [[nodiscard]] bool owes() const { return behind_ && behind_->owes(); }

 private:
  using Answers = std::vector<Result<Committed>>;

  /// Into `answers`, one per set; an error if the whole transaction is lost, or may be.
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
  /// `behind`: null if all rows are written at once.
  Result<Committed> write_set(const ChangeSet& changes, WriteBehind* behind);

  std::unique_ptr<Session> session_;
  const std::optional<Recovery> recovery_;
  std::unique_ptr<WriteBehind> behind_;  ///< null: all rows are written at once
  ChainTail tail_;                       ///< of the audit, within the transaction
  std::int64_t number_ = 0;              ///< of the batch that is being written
};

}  // namespace hotswap::sql
