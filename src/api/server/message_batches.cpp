#include "api/server/message_batches.hpp"

#include <string>
#include <utility>
#include <vector>

#include "api/server/io_thread.hpp"
#include "api/server/stream_connection.hpp"

namespace hotswap::api {

/// Written by the io thread, then by the pool's, then read by the io thread.
struct MessageBatches::Batch {
  struct Item {
    std::shared_ptr<StreamConnection> from;
    std::size_t begin;
    std::size_t size;
    MessageAnswer answer{};
  };
  std::string text;  ///< of all messages, one behind the other
  std::vector<Item> items;
};

MessageBatches::MessageBatches(IoThread& io) : io_(io) {}
MessageBatches::~MessageBatches() = default;

void MessageBatches::add(std::shared_ptr<StreamConnection> from, std::string_view text) {
  const bool full = gathering_ && (gathering_->items.size() >= kMessages ||
                                   gathering_->text.size() + text.size() > kBytes);
  if (full) flush();
  if (!gathering_) {
    gathering_ = std::make_shared<Batch>();
    gathering_->items.reserve(kMessages);
  }
  gathering_->items.push_back({std::move(from), gathering_->text.size(), text.size()});
  gathering_->text.append(text);
  if (!std::exchange(scheduled_, true)) look_again(0);
}

// Behind whatever is readable now, and again while more comes: a storm wakes few threads.
void MessageBatches::look_again(std::size_t known) {
  asio::post(io_.context(), [this, known] {
    const auto there = gathering_ ? gathering_->items.size() : 0;
    if (there > known) return look_again(there);
    scheduled_ = false;
    flush();
  });
}

MessageBatches::BatchPtr MessageBatches::Waiting::take() {
  const MutexLock lock(mutex);
  if (batches.empty()) {
    --jobs;
    return nullptr;
  }
  auto batch = std::move(batches.front());
  batches.pop_front();
  return batch;
}

bool MessageBatches::Waiting::left_to_another() {
  const MutexLock lock(mutex);
  if (jobs < 2) return false;
  --jobs;
  return true;
}

void MessageBatches::flush() {
  auto batch = std::exchange(gathering_, nullptr);
  if (!batch) return;
  underway_.emplace(batch.get(), batch);
  {
    const MutexLock lock(waiting_->mutex);
    waiting_->batches.push_back(std::move(batch));
    if (waiting_->jobs >= kJobs) return;
    ++waiting_->jobs;
  }
  if (submit_job() || waiting_->left_to_another()) return;
  // The pool is full. Later: whoever adds is not told within the call.
  while (auto refused = waiting_->take()) {
    for (auto& item : refused->items)
      item.answer = item.from->taker().on_refused(503, "The server is busy; try again.");
    asio::post(io_.context(), [this, refused] { ended(refused); });
  }
}

bool MessageBatches::submit_job() {
  return io_.core().pool->submit(
      [this, waiting = waiting_, &core = io_.core(), mailbox = io_.mailbox()]() mutable {
        while (auto batch = waiting->take()) {
          for (auto& item : batch->items) {
            const auto text = std::string_view(batch->text).substr(item.begin, item.size);
            item.answer = perform_message(core, item.from->taker(), text);
          }
          mailbox->post([this, batch = std::move(batch)] { ended(batch); });
        }
      });
}

void MessageBatches::ended(const BatchPtr& batch) {
  underway_.erase(batch.get());
  for (auto& item : batch->items) item.from->answered(std::move(item.answer));
}

}  // namespace hotswap::api
