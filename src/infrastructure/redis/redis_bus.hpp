#pragma once
// The bus over a channel of Redis. One thread and two connections: one hears, the other says, since
// a connection that listens may not publish.

#include <atomic>
#include <deque>
#include <thread>

#include "domain/base/mutex.hpp"
#include "domain/ports/bus.hpp"
#include "infrastructure/redis/connection.hpp"

namespace hotswap {

class RedisBus final : public Bus {
 public:
  /// `node`: this one's id; what it says itself is not heard again. `prefix`: of the channel.
  RedisBus(const redis::Options& options, const std::string& prefix, std::string node,
           Random& random);
  ~RedisBus() override;
  RedisBus(const RedisBus&) = delete;
  RedisBus& operator=(const RedisBus&) = delete;

  void publish(std::string message) override;
  void on_message(Listener listener) override { listener_ = std::move(listener); }
  /// Before start(); called on the bus's thread when Redis begins or ceases to answer. `error`:
  /// why it does not, null when it does.
  void on_change(std::function<void(const Error* error)> listener) {
    changed_ = std::move(listener);
  }
  /// Before start(); called on the bus's thread with each message that Redis did not take. It may
  /// have, nevertheless.
  void on_unsent(Listener listener) { unsent_ = std::move(listener); }
  void start();
  void stop();
  [[nodiscard]] bool up() const { return up_; }

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<void> turn();
  void wait();
  [[nodiscard]] Result<void> send();
  [[nodiscard]] Result<void> receive();
  /// From time to time: does the other side still live, and is it the master?
  [[nodiscard]] Result<void> look();
  void told(const redis::Reply& reply);
  void lost(const Error& error);
  void tell(const Error* error);
  [[nodiscard]] std::deque<std::string> take_queue();
  void wake() const;

  const std::string channel_, node_;
  Listener listener_, unsent_;
  std::function<void(const Error*)> changed_;
  // The thread's.
  redis::Connection hears_, says_;
  redis::Deadline heard_at_{}, looked_at_{};
  std::optional<bool> told_up_;
  int wake_ = -1;
  std::atomic<bool> up_ = false;
  Mutex mutex_;
  std::deque<std::string> queue_ HS_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace hotswap
