#pragma once
// Commands that an operator gave: checks and reloads.

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"
#include "domain/base/time.hpp"

namespace hotswap::agent {

/// Ends every command that is run with it, and lets none begin. From any thread.
class CommandStop {
 public:
  CommandStop();
  ~CommandStop();
  CommandStop(const CommandStop&) = delete;
  CommandStop& operator=(const CommandStop&) = delete;

  void stop();
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] int descriptor() const { return wakes_; }  ///< readable once it is stopped

 private:
  std::atomic<bool> stopped_{false};
  int wakes_;
};

struct Command {
  std::string line;  ///< for `sh -c`
  Duration timeout = std::chrono::seconds(10);
  std::vector<std::pair<std::string, std::string>> environment{};  ///< added to our own
  const CommandStop* stop = nullptr;
};

/// Runs a line of the shell and waits for its end. Errors: Unavailable `command.failed` with the
/// exit code or signal and the end of what it wrote; Unavailable `command.stopped` and Timeout
/// `command.timeout`: it and its process group were killed.
[[nodiscard]] Result<void> run_command(const Command& command);
[[nodiscard]] inline Result<void> run_command(const std::string& line, Duration timeout) {
  return run_command({.line = line, .timeout = timeout});
}

/// Our own environment with `added` in it, as exec wants it; the token, by which we speak to the
/// server, is nobody else's.
[[nodiscard]] std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added);
/// Pointers into `texts` and a null, as exec wants them.
[[nodiscard]] std::vector<char*> pointers(std::vector<std::string>& texts);

}  // namespace hotswap::agent
