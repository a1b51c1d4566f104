#include "infrastructure/sql/group_commit.hpp"

#include "domain/base/limits.hpp"
#include "infrastructure/sql/change_set.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {

GroupCommit::GroupCommit(std::unique_ptr<Session> session)
    : session_(std::move(session)), writer_([this] { run(); }) {}

GroupCommit::~GroupCommit() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  writer_.join();
}

Result<Committed> GroupCommit::commit(ChangeSet changes) {
  std::future<Result<Committed>> answer;
  {
    const MutexLock lock(mutex_);
    if (waiting_.size() >= limits::kCommitQueue) {
      return std::unexpected(
          store::busy("Too many changes wait to be written; try again in a moment."));
    }
    Request request{std::move(changes), {}};
    answer = request.answer.get_future();
    waiting_.push_back(std::move(request));
  }
  ready_.notify_one();
  return answer.get();
}

void GroupCommit::run() {
  while (true) {
    auto batch = take_batch();
    if (batch.empty()) return;
    write(std::move(batch));
  }
}

GroupCommit::Batch GroupCommit::take_batch() {
  const MutexLock lock(mutex_);
  while (waiting_.empty() && !stopping_) ready_.wait(mutex_);
  Batch batch;
  while (!waiting_.empty() && batch.size() < limits::kCommitBatch) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

void GroupCommit::write(Batch batch) {
  auto answers = write_transaction(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].answer.set_value(answers ? std::move((*answers)[i])
                                      : Result<Committed>(std::unexpected(answers.error())));
  }
}

Result<GroupCommit::Answers> GroupCommit::write_transaction(const Batch& batch) {
  if (auto begun = session_->begin(); !begun) return std::unexpected(begun.error());
  Answers answers;
  for (const auto& request : batch) {
    answers.push_back(write_set(request.changes));
    if (!session_->in_transaction()) {
      // The database undid everything, also sets that were answered well: none may be believed.
      const auto& last = answers.back();
      return std::unexpected(last ? store::unavailable("transaction ended") : last.error());
    }
  }
  auto committed = sql::run(*session_, "COMMIT");
  if (committed) return answers;
  if (session_->in_transaction()) static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return std::unexpected(committed.error());
}

Result<Committed> GroupCommit::write_set(const ChangeSet& changes) {
  if (auto saved = sql::run(*session_, "SAVEPOINT change_set"); !saved) {
    return std::unexpected(saved.error());
  }
  auto applied = apply(*session_, changes);
  if (!session_->in_transaction()) return applied;
  auto closed = Result<void>();
  if (!applied) closed = sql::run(*session_, "ROLLBACK TO SAVEPOINT change_set");
  if (closed) closed = sql::run(*session_, "RELEASE SAVEPOINT change_set");
  if (closed) return applied;
  // What the set left behind cannot be told apart from its neighbours' work any more.
  static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return std::unexpected(closed.error());
}

}  // namespace hotswap::sql
