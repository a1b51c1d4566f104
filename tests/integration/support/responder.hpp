#pragma once
// The smallest web server: every request is answered with its name, /healthz with what it is told.

#include <atomic>
#include <string>
#include <thread>

namespace hotswap::integration {

class Responder {
 public:
  explicit Responder(std::string name, bool healthy = true);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  [[nodiscard]] int port() const { return port_; }
  void set_healthy(bool healthy) { healthy_ = healthy; }

 private:
  void run();
  void answer(int socket) const;

  const std::string name_;
  std::atomic<bool> healthy_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace hotswap::integration
