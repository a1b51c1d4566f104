#include "infrastructure/sql/group_commit.hpp"

#include <future>

#include "domain/base/limits.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {
namespace {

/// The disk is idle: what is owed may follow.
constexpr std::chrono::milliseconds kQuiet{500};

Error full() { return store::busy("Too many changes wait to be written; try again in a moment."); }

}  // namespace

GroupCommit::GroupCommit(std::unique_ptr<BatchWriter> writer) : writer_(std::move(writer)) {
  if (writer_) thread_ = std::thread([this] { run(); });
}

GroupCommit::~GroupCommit() {
  if (!writer_) return;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  thread_.join();
}

void GroupCommit::commit(ChangeSet changes, Store::OnCommitted done) {
  if (!writer_) return done(std::unexpected(store::unavailable("opened for reading only")));
  BatchWriter::Request request{std::move(changes), std::move(done)};
  if (!enqueue(request)) {
    return request.answer(std::unexpected(full()));
  }
  ready_.notify_one();
}

Result<void> GroupCommit::settle() {
  if (!writer_ || !writer_->owes()) return {};
  std::promise<Result<Committed>> promise;
  auto settled = promise.get_future();
  BatchWriter::Request request{
      {}, [&](Result<Committed> done) { promise.set_value(std::move(done)); }, true};
  if (!enqueue(request)) return std::unexpected(full());
  ready_.notify_one();
  auto done = settled.get();
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

bool GroupCommit::enqueue(BatchWriter::Request& request) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= limits::kCommitQueue) return false;
  waiting_.push_back(std::move(request));
  return true;
}

void GroupCommit::run() {
  while (wait_for_work()) {
    auto begun = writer_->begin();
    writer_->write(take_batch(), std::move(begun));
  }
}

bool GroupCommit::wait_for_work() {
  const MutexLock lock(mutex_);
  while (waiting_.empty() && !stopping_) {
    if (!writer_->owes())
      ready_.wait(mutex_);
    else if (!ready_.wait_until(mutex_, std::chrono::steady_clock::now() + kQuiet))
      return true;
  }
  return !waiting_.empty() || (writer_->owes() && !std::exchange(last_try_, true));
}

BatchWriter::Batch GroupCommit::take_batch() {
  const MutexLock lock(mutex_);
  BatchWriter::Batch batch;
  while (!waiting_.empty() && batch.size() < limits::kCommitBatch) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

}  // namespace hotswap::sql
