#pragma once
// The bus over LISTEN and NOTIFY. One thread and one connection: what is published within a moment
// goes out in one transaction.

#include <atomic>
#include <deque>
#include <thread>

#include "domain/base/mutex.hpp"
#include "domain/ports/bus.hpp"
#include "infrastructure/postgres/connection.hpp"

namespace hotswap {

class PostgresBus final : public Bus {
 public:
  /// `node`: this one's id; what it says itself is not heard again.
  PostgresBus(const std::string& dsn, std::string node);
  ~PostgresBus() override;
  PostgresBus(const PostgresBus&) = delete;
  PostgresBus& operator=(const PostgresBus&) = delete;

  void publish(std::string message) override;
  void on_message(Listener listener) override { listener_ = std::move(listener); }
  void start();
  void stop();
  [[nodiscard]] bool up() const { return up_; }

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] Result<void> connect();
  /// Waits for something to say or to hear.
  void wait();
  [[nodiscard]] Result<void> send();
  [[nodiscard]] Result<void> receive();

  const std::string node_;
  Listener listener_;
  postgres::Connection connection_;  ///< the thread's
  int wake_ = -1;
  std::atomic<bool> up_ = false;
  Mutex mutex_;
  std::deque<std::string> queue_ HS_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace hotswap
