#pragma once
// Messages that came up on streams, on their way to the pool and back. What all streams of an io
// thread bring in one turn of its loop travels together: ten thousand that acknowledge a deployment
// cost hundreds of jobs, not ten thousand.

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "domain/base/mutex.hpp"

namespace hotswap::api {

class IoThread;
class StreamConnection;

/// Io thread only.
class MessageBatches {
 public:
  static constexpr std::size_t kMessages = 256;    ///< in one job, at most
  static constexpr std::size_t kBytes = 64 << 10;  ///< in one job, unless one alone is longer
  /// At once; more would only run into each other's locks. One that blocks leaves room for another.
  static constexpr std::size_t kJobs = 2;

  explicit MessageBatches(IoThread& io);
  ~MessageBatches();
  MessageBatches(const MessageBatches&) = delete;
  MessageBatches& operator=(const MessageBatches&) = delete;

  /// `from` hears of it by answered(), soon, on this thread; it has no other message on its way.
  void add(std::shared_ptr<StreamConnection> from, std::string_view text);

 private:
  struct Batch;
  using BatchPtr = std::shared_ptr<Batch>;
  /// Batches that wait for a job, which takes one after the other: the io thread, which may be busy
  /// with writing, is not asked for the next.
  struct Waiting {
    Mutex mutex;
    std::deque<BatchPtr> batches HS_GUARDED_BY(mutex);
    std::size_t jobs HS_GUARDED_BY(mutex) = 0;
    /// Null, and a job less, if there is none.
    [[nodiscard]] BatchPtr take();
    /// For a job that found no thread: whether there is another, which will come to all of them.
    [[nodiscard]] bool left_to_another();
  };
  void look_again(std::size_t known);
  void flush();
  [[nodiscard]] bool submit_job();
  void ended(const BatchPtr& batch);

  IoThread& io_;
  BatchPtr gathering_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  bool scheduled_ = false;
  /// Those with the pool. Held here too, so that streams end on this thread even if the pool drops
  /// its jobs.
  std::unordered_map<const Batch*, BatchPtr> underway_;
};

}  // namespace hotswap::api
