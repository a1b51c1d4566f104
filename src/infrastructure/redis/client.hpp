#pragma once
#include "domain/base/mutex.hpp"
#include "domain/ports/metrics.hpp"
#include "infrastructure/redis/connection.hpp"

namespace hotswap::redis {

/// A connection that many threads share, one command at a time. Thread-safe. Who waits for the
/// others gives up after the time of one connect and command.
class Client {
 public:
  Client(const Options& options, Random& random)
      : timeout_(options.connect_timeout + options.command_timeout),
        has_sentinels_(!options.address.master.empty()),
        connection_(options, random) {}

  /// Commands are timed from now on, in seconds. Before other threads ask.
  void measure(Distribution& took) { took_ = &took; }

  [[nodiscard]] Result<Reply> ask(const Words& words) HS_EXCLUDES(mutex_);

 private:
  const Duration timeout_;
  const bool has_sentinels_;
  Distribution* took_ = nullptr;  ///< null: nobody wants to know
  Mutex mutex_;
  CondVar free_;
  bool busy_ HS_GUARDED_BY(mutex_) = false;
  // Of whoever has set busy_.
  Connection connection_;
  Deadline looked_at_{};
};

}  // namespace hotswap::redis
