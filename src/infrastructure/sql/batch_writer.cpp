#include "infrastructure/sql/batch_writer.hpp"

#include <algorithm>
#include <thread>

#include "infrastructure/sql/change_set.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::seconds(1);

}  // namespace

BatchWriter::BatchWriter(std::unique_ptr<Session> session, std::unique_ptr<WriteBehind> behind)
    : session_(std::move(session)), behind_(std::move(behind)) {}

Result<void> BatchWriter::begin() {
  auto begun = sql::begin(*session_, tail_);
  if (begun && behind_) behind_->begun();
  return begun;
}

void BatchWriter::write(Batch batch, Result<void> begun) {
  ++number_;
  Answers answers;
  auto done = begun ? write_sets(batch, answers) : std::move(begun);
  if (recovery_) {
    const auto until = std::chrono::steady_clock::now() + recovery_->patience;
    Duration pause = kFirstPause;
    while (!done && done.error().code == ErrorCode::Unavailable &&
           std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kLongestPause);
      const auto committed = begin_again();
      if (!committed)
        done = std::unexpected(committed.error());
      else
        done = *committed ? Result<void>() : write_sets(batch, answers);
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].answer(done ? std::move(answers[i])
                         : Result<Committed>(std::unexpected(done.error())));
  }
}

Result<bool> BatchWriter::begin_again() {
  // The other transaction has ended once this one has begun: writers take turns.
  if (auto begun = begin(); !begun) return std::unexpected(begun.error());
  auto committed = exists(*session_, "SELECT 1 FROM writers WHERE id = $1 AND batch = $2",
                          {recovery_->writer, number_});
  if (!committed || *committed) static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return committed;
}

// A set is refused seldom, so all go out without waiting for answers; if one is refused after all,
// everything is written anew, set by set, and each is told its own reason.
Result<void> BatchWriter::write_sets(const Batch& batch, Answers& answers) {
  if (session_->hope(true)) {
    auto done = write_hopefully(batch, answers);
    if (done || done.error().code == ErrorCode::Unavailable) return done;
    if (auto begun = begin(); !begun) return std::unexpected(begun.error());
  }
  return write_carefully(batch, answers);
}

Result<void> BatchWriter::write_hopefully(const Batch& batch, Answers& answers) {
  std::vector<std::shared_ptr<Committed>> committed;
  Result<void> done;
  for (const auto& request : batch) {
    if (!done) break;
    committed.push_back(std::make_shared<Committed>());
    done = apply(*session_, request.changes, {tail_, committed.back(), nullptr});
  }
  // Before COMMIT, which would stand although a hope was disappointed.
  if (done) done = session_->settle();
  session_->hope(false);
  if (done) done = close_batch();
  done = ended(std::move(done));  // what was deferred may still be told until here
  answers.clear();
  for (const auto& one : committed) answers.emplace_back(std::move(*one));
  return done;
}

Result<void> BatchWriter::write_carefully(const Batch& batch, Answers& answers) {
  answers.clear();
  auto done = Result<void>();
  if (behind_ && (batch.empty() || behind_->is_overdue())) done = behind_->pay(*session_);
  for (const auto& request : batch) {
    const bool at_once = behind_ && (request.looks || WriteBehind::needs_rows(request.changes));
    if (done && at_once) done = behind_->pay(*session_);
    if (!done) break;
    answers.push_back(write_set(request.changes, at_once ? nullptr : behind_.get()));
    done = check_set(answers.back());
    if (!done) break;
  }
  if (done) done = close_batch();
  return ended(std::move(done));
}

Result<void> BatchWriter::ended(Result<void> done) {
  if (!done && session_->in_transaction()) static_cast<void>(sql::run(*session_, "ROLLBACK"));
  if (behind_) behind_->ended(done.has_value());
  return done;
}

Result<void> BatchWriter::check_set(const Result<Committed>& answer) {
  if (!session_->in_transaction()) {
    // The database undid everything, also sets that were answered well: none may be believed.
    return std::unexpected(answer ? store::unavailable("transaction ended") : answer.error());
  }
  // What passes (a deadlock, a lock not had in time) is tried again, with the neighbours.
  if (!answer && recovery_ && answer.error().code == ErrorCode::Unavailable)
    return std::unexpected(answer.error());
  return {};
}

Result<void> BatchWriter::close_batch() {
  auto done = Result<void>();
  if (recovery_)
    done = later(*session_,
                 "INSERT INTO writers (id, batch) VALUES ($1, $2) "
                 "ON CONFLICT (id) DO UPDATE SET batch = excluded.batch",
                 {recovery_->writer, number_});
  if (done) done = sql::run(*session_, "COMMIT");
  return done;
}

Result<Committed> BatchWriter::write_set(const ChangeSet& changes, WriteBehind* behind) {
  if (auto saved = later(*session_, "SAVEPOINT change_set"); !saved) {
    return std::unexpected(saved.error());
  }
  const ChainTail before = tail_;
  const auto committed = std::make_shared<Committed>();
  auto applied = apply(*session_, changes, {tail_, committed, behind});
  // What was sent behind an error was not run, and must not be told of the next set.
  auto settled = session_->settle();
  if (applied) applied = std::move(settled);
  const auto answer = [&]() -> Result<Committed> {
    if (!applied) return std::unexpected(std::move(applied.error()));
    return std::move(*committed);
  };
  if (!session_->in_transaction()) return answer();
  auto closed = Result<void>();
  if (!applied) {
    tail_ = before;
    closed = sql::run(*session_, "ROLLBACK TO SAVEPOINT change_set");
  }
  if (closed) closed = later(*session_, "RELEASE SAVEPOINT change_set");
  if (closed) return answer();
  // What the set left behind cannot be told apart from its neighbours' work any more.
  static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return std::unexpected(closed.error());
}

}  // namespace hotswap::sql
