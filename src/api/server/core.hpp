#pragma once
// What all connections of one server share, and the count of those that are open.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/server/address_count.hpp"
#include "api/server/handler.hpp"
#include "api/server/http_server.hpp"
#include "api/server/tls_context.hpp"
#include "api/server/worker_pool.hpp"
#include "domain/base/mutex.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap::api {

/// Open connections; drain waits for none.
class OpenCount {
 public:
  [[nodiscard]] std::size_t value() const {
    const MutexLock lock(mutex_);
    return count_;
  }
  void add() {
    const MutexLock lock(mutex_);
    ++count_;
  }
  void remove() {
    const MutexLock lock(mutex_);
    if (--count_ == 0) changed_.notify_all();
  }
  /// Lets a waiter look at the time.
  void nudge() { changed_.notify_all(); }
  /// Returns when the count is zero, or at the first nudge after `give_up` says so.
  void wait_for_none(const std::function<bool()>& give_up) {
    const MutexLock lock(mutex_);
    while (count_ > 0 && !give_up()) changed_.wait(mutex_);
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::size_t count_ HS_GUARDED_BY(mutex_) = 0;
};

/// Counts one open connection for as long as it lives; handed from owner to owner.
class Ticket {
 public:
  /// `address`, if it is not empty, is counted already in `addresses`.
  Ticket(OpenCount& count, AddressCount& addresses, std::string address)
      : count_(&count), addresses_(&addresses), address_(std::move(address)) {
    count.add();
  }
  Ticket(Ticket&& other) noexcept
      : count_(std::exchange(other.count_, nullptr)),
        addresses_(other.addresses_),
        address_(std::move(other.address_)) {}
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() {
    if (count_ == nullptr) return;
    if (!address_.empty()) addresses_->remove(address_);
    count_->remove();
  }

 private:
  OpenCount* count_;
  AddressCount* addresses_;
  std::string address_;
};

/// Counts one for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& count) : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { count_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t>& count_;
};

/// Everything but `open`, the pool and the counters is constant after start.
struct ServerCore {
  ServerCore(ServerOptions o, Handler& h, const Clock& c, Random& r)
      : options(std::move(o)), handler(h), clock(c), random(r) {}

  void warn(std::string_view what) const {
    if (options.on_warning) options.on_warning(what);
  }
  [[nodiscard]] const ServerLimits& limits() const { return options.limits; }

  const ServerOptions options;
  Handler& handler;
  const Clock& clock;
  Random& random;
  TlsSlot tls;
  std::unique_ptr<WorkerPool> pool;
  std::string id_prefix;  ///< of generated request ids
  OpenCount open;
  AddressCount addresses;
  std::atomic<std::size_t> streams{0};
  std::atomic<std::size_t> long_polls{0};
  std::atomic<std::size_t> in_flight{0};  ///< requests that arrived and are not answered
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refused{0};
};

}  // namespace hotswap::api
