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

Result<Committed> GroupCommit::commit(ChangeSet changes) {
  if (!writer_) return std::unexpected(store::unavailable("opened for reading only"));
  std::future<Result<Committed>> answer;
  {
    const MutexLock lock(mutex_);
    if (waiting_.size() >= limits::kCommitQueue) {
      return std::unexpected(
          store::busy("Too many changes wait to be written; try again in a moment."));
    }
    BatchWriter::Request request{std::move(changes), {}};
    answer = request.answer.get_future();
    waiting_.push_back(std::move(request));
  }
  ready_.notify_one();
  return answer.get();
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
