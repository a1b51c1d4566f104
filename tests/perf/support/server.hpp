#pragma once
// The real `hotswap server` on a free port of loopback, with a data folder of its own.

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "cli/api_client.hpp"
#include "cli/process/child_process.hpp"

namespace hotswap::perf {

inline constexpr auto kService = "bench-service";
inline constexpr auto kEnvironment = "Production";
inline constexpr auto kProfile = "bench.profile";

/// Path of a program of this build.
[[nodiscard]] std::string built(const std::string& name);
/// Resident memory of a process in KiB.
[[nodiscard]] double resident_kib(pid_t pid);
/// Processor time that a process and its children of one generation have used, in seconds.
[[nodiscard]] double processor_seconds(pid_t pid);
/// A configuration of about `kib` KiB as JSON text; different for every `number`.
[[nodiscard]] std::string document(std::size_t kib, std::size_t number);
[[nodiscard]] inline std::string document_1k(std::size_t number) { return document(1, number); }

struct ServerOptions {
  bool tls = false;
  std::string heartbeat_interval = "30s";
  std::vector<std::string> arguments{};  ///< further ones of the command
};

class Server {
 public:
  /// Starts and waits until it answers GET /health/ready.
  explicit Server(ServerOptions options = {});

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] bool tls() const { return start_.tls; }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  [[nodiscard]] const std::string& token() const { return options_.token; }
  [[nodiscard]] cli::Api& api() { return *api_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  [[nodiscard]] double start_milliseconds() const { return start_milliseconds_; }

  /// A profile of the bench's service without a version.
  void has_profile();
  /// Ends it by SIGTERM and starts it on the same data; the time until it was ready again.
  double restart();
  void stop();
  /// Until it is dead.
  void kill();
  /// After stop() or kill().
  void start();

 private:
  void make_certificate();

  cli::TempFolder folder_;
  ServerOptions start_;
  int port_ = 0;
  double start_milliseconds_ = 0;
  cli::ChildProcess process_;
  cli::ApiOptions options_;
  std::optional<cli::Api> api_;
};

}  // namespace hotswap::perf
