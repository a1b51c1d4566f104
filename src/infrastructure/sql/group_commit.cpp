#include "infrastructure/sql/group_commit.hpp"

#include <algorithm>

#include "domain/base/limits.hpp"
#include "infrastructure/sql/change_set.hpp"
#include "infrastructure/sql/query.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::seconds(1);

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

// A set is refused seldom, so all go out without waiting for answers; if one is refused after all,
// everything is written anew, set by set, and each is told its own reason.
Result<void> GroupCommit::write_sets(const Batch& batch, Answers& answers) {
  if (session_->hope(true)) {
    auto done = write_hopefully(batch, answers);
    if (done || done.error().code == ErrorCode::Unavailable) return done;
    if (auto begun = session_->begin(); !begun) return std::unexpected(begun.error());
  }
  return write_carefully(batch, answers);
}

bool GroupCommit::adds_audit(const Batch& batch) {
  const auto is_entry = [](const Change& change) {
    return std::holds_alternative<change::AppendAudit>(change);
  };
  return std::ranges::any_of(batch, [&](const Request& request) {
    return std::ranges::any_of(request.changes, is_entry);
  });
}

Result<void> GroupCommit::write_hopefully(const Batch& batch, Answers& answers) {
  tail_.reset();
  std::vector<std::shared_ptr<Committed>> committed;
  // Now, so that no read comes between rows that can go together.
  auto done = adds_audit(batch) ? read_tail(*session_, tail_) : Result<void>();
  for (const auto& request : batch) {
    if (!done) break;
    committed.push_back(std::make_shared<Committed>());
    done = apply(*session_, request.changes, {tail_, committed.back()});
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

Result<void> GroupCommit::write_carefully(const Batch& batch, Answers& answers) {
  tail_.reset();
  answers.clear();
  auto done = Result<void>();
  for (const auto& request : batch) {
    answers.push_back(write_set(request.changes));
    done = check_set(answers.back());
    if (!done) break;
  }
  if (done) done = close_batch();
  return ended(std::move(done));
}

Result<void> GroupCommit::ended(Result<void> done) {
  if (!done && session_->in_transaction()) static_cast<void>(sql::run(*session_, "ROLLBACK"));
  return done;
}

Result<void> GroupCommit::check_set(const Result<Committed>& answer) {
  if (!session_->in_transaction()) {
    // The database undid everything, also sets that were answered well: none may be believed.
    return std::unexpected(answer ? store::unavailable("transaction ended") : answer.error());
  }
  // What passes (a deadlock, a lock not had in time) is tried again, with the neighbours.
  if (!answer && recovery_ && answer.error().code == ErrorCode::Unavailable)
    return std::unexpected(answer.error());
  return {};
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
  const ChainTail before = tail_;
  const auto committed = std::make_shared<Committed>();
  auto applied = apply(*session_, changes, {tail_, committed});
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
