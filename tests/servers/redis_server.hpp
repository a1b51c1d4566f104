#pragma once
// A real Redis on a free port of the loopback, or a sentinel that watches one.

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/process/child_process.hpp"

namespace hotswap::testing {

class RedisServer {
 public:
  struct Options {
    std::string password{};
    bool tls = false;     ///< with a certificate for 127.0.0.1 that is its own authority
    int replica_of = 0;   ///< port of its master
    int sentinel_of = 0;  ///< port of the master that it watches under the name kMaster
    std::vector<std::string> settings{};  ///< further arguments, e.g. `--maxmemory`, `1mb`
  };
  static constexpr auto kMaster = "hotswap-master";

  /// Starts it and waits until it answers; throws if it does not.
  RedisServer() : RedisServer(Options{}) {}
  explicit RedisServer(Options options);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::string url() const;  ///< with the password
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string ca_file() const { return (folder_.path() / "cert.pem").string(); }
  /// What redis-cli prints for a command; throws if it fails.
  std::string command(const std::vector<std::string>& words);
  void kill();                                           ///< as a crash: it had nothing on disk
  void start();                                          ///< again, on the same port
  void stop_process() const { process_.send(SIGSTOP); }  ///< it answers nothing, yet stays
  void continue_process() const { process_.send(SIGCONT); }

 private:
  void make_certificate() const;
  [[nodiscard]] std::vector<std::string> arguments() const;
  [[nodiscard]] bool answers();

  Options options_;
  cli::TempFolder folder_;
  int port_ = 0;
  int commands_ = 0;
  cli::ChildProcess process_;
};

}  // namespace hotswap::testing
