#include "infrastructure/sql/group_commit.hpp"

#include "domain/base/limits.hpp"
#include "infrastructure/store/errors.hpp"

namespace hotswap::sql {

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
  if (!enqueue(changes, done)) {
    return done(std::unexpected(
        store::busy("Too many changes wait to be written; try again in a moment.")));
  }
  ready_.notify_one();
}

bool GroupCommit::enqueue(ChangeSet& changes, Store::OnCommitted& done) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= limits::kCommitQueue) return false;
  waiting_.push_back({std::move(changes), std::move(done)});
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
  while (waiting_.empty() && !stopping_) ready_.wait(mutex_);
  return !waiting_.empty();
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
