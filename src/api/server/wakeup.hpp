#pragma once
#include <functional>
#include <utility>

#include "api/server/asio.hpp"

namespace hotswap::api {

/// Lets one coroutine wait for an event that its own thread raises. An event before the wait is
/// remembered.
class Wakeup {
 public:
  [[nodiscard]] Awaitable<void> wait() {
    if (std::exchange(raised_, false)) co_return;
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
        Suspend{this}, asio::use_awaitable_t<Executor>{});
  }
  void raise() {
    if (auto waiter = std::exchange(waiter_, nullptr)) {
      waiter();
    } else {
      raised_ = true;
    }
  }
  void reset() { raised_ = false; }

 private:
  struct Suspend {
    Wakeup* wakeup;
    template <class Handler>
    void operator()(Handler&& handler) const {
      wakeup->waiter_ = std::forward<Handler>(handler);
    }
  };
  std::move_only_function<void()> waiter_;
  bool raised_ = false;
};

}  // namespace hotswap::api
