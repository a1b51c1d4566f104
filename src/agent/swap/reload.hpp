#pragma once
// How a program is told that its files are new.

#include <filesystem>
#include <functional>
#include <string>

#include "agent/run/command.hpp"
#include "domain/base/error.hpp"
#include "domain/base/time.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::agent {

struct ReloadOptions {
  std::string command{};             ///< line of the shell
  int signal = 0;                    ///< to the supervised program, or to the one of pid_file
  std::filesystem::path pid_file{};  ///< holds a number
  std::string url{};                 ///< POST
  bool restart = false;              ///< of the supervised program
  Duration timeout = std::chrono::seconds(10);
  const CommandStop* stop = nullptr;  ///< of the command
};

/// The supervised program, if there is one: the functions are empty otherwise.
struct ProgramHandle {
  std::function<bool()> running{};
  std::function<Result<void>(int signal)> signal{};
  std::function<Result<void>()> restart{};
};

/// From one thread at a time.
class Reloader {
 public:
  explicit Reloader(ReloadOptions options, ProgramHandle program = {})
      : options_(std::move(options)), program_(std::move(program)) {}

  /// Does nothing if a supervised program does not run, or no process is there that the pid file
  /// names: it will read its files when it starts. Errors: those of run_command; Unavailable
  /// `reload.failed`.
  /// `traceparent`: of the trace that it belongs to: TRACEPARENT of the command, or a header.
  [[nodiscard]] Result<void> reload(const std::string& traceparent = {});

 private:
  [[nodiscard]] Result<void> send_signal() const;
  [[nodiscard]] Result<void> post(const std::string& traceparent);

  const ReloadOptions options_;
  const ProgramHandle program_;
  HttpClient http_;
};

}  // namespace hotswap::agent
