#pragma once
// The thread-safe half of a held request: the first answer wins and wakes the connection.

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/server/mailbox.hpp"
#include "api/server/stream.hpp"
#include "domain/base/mutex.hpp"

namespace hotswap::api {

class HeldReply : public PendingReply, public std::enable_shared_from_this<HeldReply> {
 public:
  explicit HeldReply(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

  void complete(Response response) override {
    const MutexLock lock(mutex_);
    if (std::exchange(done_, true)) return;
    response_ = std::move(response);
    mailbox_->post([self = shared_from_this()] {
      // Copied: the call forgets the original.
      if (const auto wake = self->wake_) wake();
    });
  }

  /// The answer if there is one; from now on complete() does nothing.
  [[nodiscard]] std::optional<Response> settle() {
    const MutexLock lock(mutex_);
    done_ = true;
    return std::exchange(response_, std::nullopt);
  }
  [[nodiscard]] bool is_done() const {
    const MutexLock lock(mutex_);
    return done_;
  }
  /// Called on the io thread when the answer is there. Io thread only.
  void on_answer(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  mutable Mutex mutex_;
  bool done_ HS_GUARDED_BY(mutex_) = false;
  std::optional<Response> response_ HS_GUARDED_BY(mutex_);
  std::function<void()> wake_;  ///< io thread only
};

}  // namespace hotswap::api
