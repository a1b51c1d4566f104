#include "api/server/worker_pool.hpp"

#include <algorithm>
#include <utility>

namespace hotswap::api {

WorkerPool::WorkerPool(int threads, std::size_t queue) : capacity_(queue) {
  for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([this] { run(); });
}

bool WorkerPool::submit(Job job) {
  const MutexLock lock(mutex_);
  if (stopped_ || jobs_.size() >= capacity_) return false;
  jobs_.push_back(std::move(job));
  wake_one();
  return true;
}

void WorkerPool::expect() {
  const MutexLock lock(mutex_);
  ++expected_;
}

void WorkerPool::resume(Job job) {
  const MutexLock lock(mutex_);
  --expected_;
  resumed_.push_back(std::move(job));
  if (stopped_) changed_.notify_all();  // this may be the last
  wake_one();
}

void WorkerPool::wake_one() {
  if (waking_ || asleep_ == 0 || !has_job()) return;
  waking_ = true;
  changed_.notify_one();
}

void WorkerPool::stop() {
  std::deque<Job> dropped;
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    dropped.swap(jobs_);
    changed_.notify_all();
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t WorkerPool::queued() const {
  const MutexLock lock(mutex_);
  return jobs_.size();
}

std::optional<WorkerPool::Job> WorkerPool::take() {
  const MutexLock lock(mutex_);
  while (!has_job()) {
    if (stopped_ && expected_ == 0) return std::nullopt;
    ++asleep_;
    changed_.wait(mutex_);
    --asleep_;
    waking_ = false;
  }
  auto& from = resumed_.empty() ? jobs_ : resumed_;
  std::optional<Job> job = std::move(from.front());
  from.pop_front();
  wake_one();
  return job;
}

void WorkerPool::run() {
  while (auto job = take()) (*job)();
}

}  // namespace hotswap::api
