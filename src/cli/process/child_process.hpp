#pragma once
// Programs that the demo and the end-to-end tests start: they end with their parent, whatever
// happens to it, and write into a log file that can be waited on.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/base/error.hpp"

namespace hotswap::cli {

struct ChildOptions {
  std::vector<std::string> command;                                ///< program and arguments
  std::vector<std::pair<std::string, std::string>> environment{};  ///< added to our own
  std::filesystem::path log;  ///< standard output and error, appended
};

class ChildProcess {
 public:
  /// Starts in a process group of its own, so that Ctrl-C reaches only the parent. Call on the main
  /// thread: the child is killed when the starting thread ends.
  [[nodiscard]] static Result<ChildProcess> start(ChildOptions options);
  ChildProcess() = default;  ///< none
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  ///< SIGKILL if it still runs

  /// The first line written since the start that contains `part`. Unavailable `child.ended` if it
  /// ends before (with the end of its log), Timeout `child.silent`.
  [[nodiscard]] Result<std::string> wait_line(std::string_view part,
                                              std::chrono::milliseconds timeout);
  void send(int signal) const;
  /// Exit code (128 + signal if killed), nothing if it still runs after `timeout`.
  std::optional<int> wait(std::chrono::milliseconds timeout);
  [[nodiscard]] bool running();
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it wrote since the start.
  [[nodiscard]] std::string output() const;

 private:
  ChildProcess(pid_t pid, std::filesystem::path log, std::uintmax_t log_start)
      : pid_(pid), log_(std::move(log)), log_start_(log_start) {}
  void end();

  pid_t pid_ = -1;
  std::filesystem::path log_;
  std::uintmax_t log_start_ = 0;
  std::optional<int> code_;
};

/// A folder below the system's temporary one, removed with its content.
class TempFolder {
 public:
  explicit TempFolder(const std::string& name);
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The number at the end of a line such as `listening 127.0.0.1:40123`, 0 if there is none.
[[nodiscard]] int port_in(const std::string& line);
/// A port of the loopback that nobody listens on now; 0 if there is none.
[[nodiscard]] int free_port();

}  // namespace hotswap::cli
