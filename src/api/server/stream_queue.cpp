#include "api/server/stream_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hotswap::api {

StreamQueue::StreamQueue(std::shared_ptr<Mailbox> mailbox, std::size_t capacity)
    : mailbox_(std::move(mailbox)), capacity_(capacity) {}

bool StreamQueue::push(std::string key, SharedFrame frame) {
  const MutexLock lock(mutex_);
  if (!open_) return false;
  if (!frame || frame->empty()) return true;
  if (!key.empty()) {
    const auto same = std::ranges::find(entries_, key, &Entry::key);
    if (same != entries_.end()) entries_.erase(same);
  }
  if (entries_.size() >= capacity_) {
    // The reader is too far behind; what it misses it asks for when it comes again.
    entries_.clear();
    open_ = false;
  } else {
    entries_.push_back({std::move(key), std::move(frame)});
  }
  schedule();
  return open_;
}

void StreamQueue::close(std::string last_frame) {
  const MutexLock lock(mutex_);
  if (!open_) return;
  open_ = false;
  if (!last_frame.empty()) {
    entries_.push_back({{}, std::make_shared<const std::string>(std::move(last_frame))});
  }
  schedule();
}

std::size_t StreamQueue::waiting() const {
  const MutexLock lock(mutex_);
  return entries_.size();
}

bool StreamQueue::is_open() const {
  const MutexLock lock(mutex_);
  return open_;
}

void StreamQueue::attach(std::function<void()> on_change) { on_change_ = std::move(on_change); }

void StreamQueue::detach() {
  on_change_ = nullptr;
  std::vector<Entry> dropped;
  const MutexLock lock(mutex_);
  open_ = false;
  dropped.swap(entries_);
}

bool StreamQueue::take(std::vector<Outgoing>& out, std::size_t limit) {
  const MutexLock lock(mutex_);
  const auto count = std::min(limit, entries_.size());
  for (std::size_t i = 0; i < count; ++i) out.push_back({std::move(entries_[i].frame)});
  if (count == entries_.size()) {
    entries_ = {};  // an idle stream keeps no memory
  } else {
    entries_.erase(entries_.begin(),
                   std::next(entries_.begin(), static_cast<std::ptrdiff_t>(count)));
  }
  return count > 0;
}

bool StreamQueue::is_finished() const {
  const MutexLock lock(mutex_);
  return !open_ && entries_.empty();
}

void StreamQueue::schedule() {
  if (std::exchange(scheduled_, true)) return;
  mailbox_->post([self = shared_from_this()] { self->changed(); });
}

void StreamQueue::changed() {
  {
    const MutexLock lock(mutex_);
    scheduled_ = false;
  }
  // Copied: the call may end the stream, which forgets the original.
  if (const auto on_change = on_change_) on_change();
}

}  // namespace hotswap::api
