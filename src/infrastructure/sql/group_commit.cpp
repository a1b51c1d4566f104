#include "infrastructure/sql/group_commit.hpp"

#include "domain/base/limits.hpp"
#include "infrastructure/sql/change_set.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::seconds(1);
constexpr std::string_view kFailed = "store.failed";  ///< of the drivers: the statement is to blame

}  // namespace

GroupCommit::GroupCommit(std::unique_ptr<Session> session, std::optional<Recovery> recovery)
    : session_(std::move(session)), recovery_(std::move(recovery)), writer_([this] { run(); }) {}

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
  ++number_;
  Answers answers;
  auto done = write_transaction(batch, answers);
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
    batch[i].answer.set_value(done ? std::move(answers[i])
                                   : Result<Committed>(std::unexpected(done.error())));
  }
}

Result<bool> GroupCommit::begin_again() {
  // The other transaction has ended once this one has begun: writers take turns.
  if (auto begun = session_->begin(); !begun) return std::unexpected(begun.error());
  auto committed = exists(*session_, "SELECT 1 FROM writers WHERE id = $1 AND batch = $2",
                          {recovery_->writer, number_});
  if (!committed || *committed) static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return committed;
}

Result<void> GroupCommit::write_transaction(const Batch& batch, Answers& answers) {
  if (auto begun = session_->begin(); !begun) return std::unexpected(begun.error());
  return write_sets(batch, answers);
}

// Statements whose outcome is not needed at once go out with later ones, so the error of a set may
// come to light in the next. It happens next to never; then all is written anew, set by set.
Result<void> GroupCommit::write_sets(const Batch& batch, Answers& answers) {
  careful_ = false;
  auto done = write_all(batch, answers);
  if (done || !session_->defers() || done.error().reason != kFailed) return done;
  if (auto begun = session_->begin(); !begun) return std::unexpected(begun.error());
  careful_ = true;
  return write_all(batch, answers);
}

Result<void> GroupCommit::write_all(const Batch& batch, Answers& answers) {
  answers.clear();
  auto done = Result<void>();
  for (const auto& request : batch) {
    answers.push_back(write_set(request.changes));
    done = check_set(answers.back());
    if (!done) break;
  }
  if (done) done = close_batch();
  if (!done && session_->in_transaction()) static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return done;
}

Result<void> GroupCommit::check_set(const Result<Committed>& answer) {
  if (!session_->in_transaction()) {
    // The database undid everything, also sets that were answered well: none may be believed.
    return std::unexpected(answer ? store::unavailable("transaction ended") : answer.error());
  }
  if (answer) return {};
  // What passes (a deadlock, a lock not had in time) is tried again, with the neighbours.
  if (recovery_ && answer.error().code == ErrorCode::Unavailable)
    return std::unexpected(answer.error());
  const bool whose = session_->defers() && !careful_ && answer.error().reason == kFailed;
  return whose ? Result<void>(std::unexpected(answer.error())) : Result<void>();
}

Result<void> GroupCommit::close_batch() {
  auto done = Result<void>();
  if (recovery_)
    done = later(*session_,
                 "INSERT INTO writers (id, batch) VALUES ($1, $2) "
                 "ON CONFLICT (id) DO UPDATE SET batch = excluded.batch",
                 {recovery_->writer, number_});
  if (done) done = sql::run(*session_, "COMMIT");
  return done;
}

Result<Committed> GroupCommit::write_set(const ChangeSet& changes) {
  if (auto saved = later(*session_, "SAVEPOINT change_set"); !saved) {
    return std::unexpected(saved.error());
  }
  auto applied = apply(*session_, changes);
  if (careful_ && applied)
    if (auto done = session_->settle(); !done) applied = std::unexpected(done.error());
  if (!session_->in_transaction()) return applied;
  auto closed = Result<void>();
  if (!applied) {
    // What was sent behind the error was not run, and must not be told of the next set.
    static_cast<void>(session_->settle());
    closed = sql::run(*session_, "ROLLBACK TO SAVEPOINT change_set");
  }
  if (closed) closed = later(*session_, "RELEASE SAVEPOINT change_set");
  if (closed) return applied;
  // What the set left behind cannot be told apart from its neighbours' work any more.
  static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return std::unexpected(closed.error());
}

}  // namespace hotswap::sql
