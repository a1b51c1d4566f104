#pragma once
// Real instances: processes of examples/payment_service.

#include <memory>
#include <string>
#include <vector>

#include "cli/demo/keep_alive.hpp"
#include "cli/demo/load_generator.hpp"
#include "e2e/support/server.hpp"

namespace hotswap::e2e {

class Service {
 public:
  /// Starts and waits until it accepts requests; it registers by itself.
  Service(const Server& server, std::string name, std::string zone = "a", std::string pool = {});

  /// Version that it answers on GET /config; empty if none or no answer.
  [[nodiscard]] std::string version();
  [[nodiscard]] int health();  ///< status of GET /healthz, 0 without an answer
  [[nodiscard]] int pays();    ///< status of POST /pay
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] cli::ChildProcess& process() { return process_; }
  /// What it runs and what it wrote, for a failed test.
  [[nodiscard]] std::string told();
  void kill();
  /// Again, with the same state folder.
  void start_again();

 private:
  void start();

  std::string name_, zone_, pool_, server_, token_file_;
  std::filesystem::path folder_;
  cli::ChildProcess process_;
  int port_ = 0;
  std::unique_ptr<cli::KeepAlive> connection_;
};

/// `count` services pay-1, pay-2, … in zones a, b, c, all registered.
class Services {
 public:
  Services(Server& server, int count);
  [[nodiscard]] std::vector<std::unique_ptr<Service>>& all() { return services_; }
  [[nodiscard]] Service& operator[](std::size_t index) { return *services_[index]; }
  [[nodiscard]] std::size_t running(const std::string& version);
  /// Whether soon all of them run it.
  [[nodiscard]] bool all_run(const std::string& version);
  /// Steady callers on all of them.
  [[nodiscard]] std::unique_ptr<cli::LoadGenerator> callers(int per_second);

 private:
  std::vector<std::unique_ptr<Service>> services_;
};

}  // namespace hotswap::e2e
