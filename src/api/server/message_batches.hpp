#pragma once
// Messages that came up on streams, on their way to the pool and back. What all streams of an io
// thread bring in one turn of its loop travels together: ten thousand that acknowledge a deployment
// cost hundreds of jobs, not ten thousand.

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace hotswap::api {

class IoThread;
class StreamConnection;

/// Io thread only.
class MessageBatches {
 public:
  static constexpr std::size_t kMessages = 64;     ///< in one job, at most
  static constexpr std::size_t kBytes = 64 << 10;  ///< in one job, unless one alone is longer

  explicit MessageBatches(IoThread& io);
  ~MessageBatches();
  MessageBatches(const MessageBatches&) = delete;
  MessageBatches& operator=(const MessageBatches&) = delete;

  /// `from` hears of it by answered(), soon, on this thread; it has no other message on its way.
  void add(std::shared_ptr<StreamConnection> from, std::string_view text);

 private:
  struct Batch;
  using BatchPtr = std::shared_ptr<Batch>;
  void flush();
  void ended(const BatchPtr& batch);

  IoThread& io_;
  BatchPtr gathering_;
  bool scheduled_ = false;
  /// Those with the pool. Held here too, so that streams end on this thread even if the pool drops
  /// its jobs.
  std::unordered_map<const Batch*, BatchPtr> underway_;
};

}  // namespace hotswap::api
