#pragma once
// One event loop and its thread. Everything here but the mailbox belongs to that thread. A single
// timer looks at all deadlines of the thread, so that arming one costs an assignment.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/server/asio.hpp"
#include "api/server/core.hpp"
#include "api/server/mailbox.hpp"
#include "api/server/message_batches.hpp"
#include "domain/base/time.hpp"

namespace hotswap::api {

class IoThread;

/// One open connection as its thread sees it. Registered for its lifetime.
class Peer {
 public:
  explicit Peer(IoThread& io);
  virtual ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Looks at its deadlines.
  virtual void tick(MonoTime now) = 0;
  /// Ends as soon as it decently can.
  virtual void drain() = 0;
  /// Ends now.
  virtual void cut() = 0;

 protected:
  IoThread& io_;

 private:
  std::size_t slot_;
};

class IoThread {
 public:
  IoThread(ServerCore& shared, unsigned number);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void start();
  /// Drains every peer, streams by `plan`. Any thread.
  void drain(DrainPlan plan);
  /// Cuts every peer and ends the thread; returns when it has ended. The controlling thread.
  void stop();

  void adopt(Socket socket, Ticket ticket);
  [[nodiscard]] std::string next_request_id();

  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] ServerCore& core() { return core_; }
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  [[nodiscard]] MonoTime now() const { return now_; }  ///< as of the last tick
  [[nodiscard]] const std::string& date() const { return date_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] const DrainPlan& drain_plan() const { return plan_; }
  /// A buffer for the head of the response being sent.
  [[nodiscard]] std::string& scratch() { return scratch_; }
  /// What the thread's streams are told by their clients, on its way to the pool.
  [[nodiscard]] MessageBatches& messages() { return messages_; }

 private:
  friend class Peer;
  void arm_timer();
  void tick();
  void each_peer(void (Peer::*what)());

  ServerCore& core_;
  const unsigned number_;
  std::vector<Peer*> peers_;  // outlives context_, whose end destroys the last connections
  asio::io_context context_{1};
  asio::executor_work_guard<Executor> work_{context_.get_executor()};
  Timer timer_{context_};
  std::shared_ptr<Mailbox> mailbox_;
  MessageBatches messages_{*this};  // holds streams: ends before context_
  MonoTime now_;
  std::string date_;
  std::string scratch_;
  std::uint64_t next_id_ = 0;
  bool draining_ = false;
  bool stopping_ = false;
  DrainPlan plan_;
  std::thread thread_;
};

}  // namespace hotswap::api
