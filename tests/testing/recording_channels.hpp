#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/base/mutex.hpp"
#include "domain/ports/channel_sender.hpp"
#include "domain/ports/trace_scope.hpp"

namespace hotswap::testing {

/// Keeps what was sent; channels can be made to fail. Thread-safe.
class RecordingChannels : public ChannelSender {
 public:
  [[nodiscard]] Result<void> send(const Channel& channel, const Notice& notice) override {
    const MutexLock lock(mutex_);
    ++calls_[channel.name];
    const auto* work = TraceScope::current();
    traces_.push_back(work == nullptr ? "" : tracing::traceparent(work->context));
    if (const auto down = failing_.find(channel.name); down != failing_.end())
      return std::unexpected(down->second);
    sent_.emplace_back(channel.name, notice);
    return {};
  }
  void fail(const std::string& channel, Error error) {
    const MutexLock lock(mutex_);
    failing_[channel] = std::move(error);
  }
  void recover(const std::string& channel) {
    const MutexLock lock(mutex_);
    failing_.erase(channel);
  }
  /// In the order of sending.
  [[nodiscard]] std::vector<std::pair<std::string, Notice>> sent() const {
    const MutexLock lock(mutex_);
    return sent_;
  }
  /// The trace that each call was made in; empty: in none.
  [[nodiscard]] std::vector<std::string> traces() const {
    const MutexLock lock(mutex_);
    return traces_;
  }
  [[nodiscard]] int calls(const std::string& channel) const {
    const MutexLock lock(mutex_);
    const auto found = calls_.find(channel);
    return found == calls_.end() ? 0 : found->second;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, int> calls_ HS_GUARDED_BY(mutex_);
  std::map<std::string, Error> failing_ HS_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, Notice>> sent_ HS_GUARDED_BY(mutex_);
  std::vector<std::string> traces_ HS_GUARDED_BY(mutex_);
};

}  // namespace hotswap::testing
