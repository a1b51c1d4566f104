#include "agent/traffic_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace hotswap::agent {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t kOutputKept = 1000;
constexpr auto kLookAgain = std::chrono::milliseconds(20);

struct Child {
  pid_t pid = -1;
  int output = -1;

  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&& other) noexcept
      : pid(std::exchange(other.pid, -1)), output(std::exchange(other.output, -1)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (output >= 0) ::close(output);
  }
};

std::unexpected<Error> cannot_start(int error) {
  return fail(ErrorCode::Unavailable, "command.failed",
              std::string("cannot be started: ") + std::strerror(error));
}

/// In a process group of its own, so that what it starts is killed with it.
Result<Child> start(const std::string& line) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot_start(errno);
  Child child;
  child.output = ends[0];
  ::fcntl(child.output, F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  std::string shell = "sh", option = "-c", text = line;
  char* const arguments[] = {shell.data(), option.data(), text.data(), nullptr};
  const int failed =
      ::posix_spawn(&child.pid, "/bin/sh", &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) return cannot_start(failed);
  return child;
}

void take_output(const Child& child, std::string& output) {
  char block[4096];
  while (true) {
    const auto got = ::read(child.output, block, sizeof block);
    if (got <= 0) break;
    output.append(block, static_cast<std::size_t>(got));
    if (output.size() > 2 * kOutputKept) output.erase(0, output.size() - kOutputKept);
  }
}

/// Its status, nothing if it still runs at the deadline. A daemon that it left behind may keep the
/// pipe open, so it is the process that is waited for.
std::optional<int> wait_for_end(const Child& child, std::string& output, Deadline deadline) {
  int status = 0;
  while (std::chrono::steady_clock::now() < deadline) {
    pollfd entry{child.output, POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(kLookAgain.count()));
    take_output(child, output);
    if (::waitpid(child.pid, &status, WNOHANG) == child.pid) {
      take_output(child, output);
      return status;
    }
    // A closed pipe is always ready: do not spin until the end of the process.
    if ((entry.revents & POLLHUP) != 0) ::poll(nullptr, 0, static_cast<int>(kLookAgain.count()));
  }
  return std::nullopt;
}

std::string end_of(std::string output) {
  if (output.size() > kOutputKept) output.erase(0, output.size() - kOutputKept);
  while (output.ends_with('\n') || output.ends_with(' ')) output.pop_back();
  return output.empty() ? std::string() : ": " + output;
}

}  // namespace

Result<void> run_command(const std::string& line, Duration timeout) {
  const auto child = start(line);
  if (!child) return std::unexpected(child.error());
  std::string output;
  const auto status = wait_for_end(*child, output, std::chrono::steady_clock::now() + timeout);
  if (!status) {
    ::kill(-child->pid, SIGKILL);
    ::waitpid(child->pid, nullptr, 0);
    return fail(ErrorCode::Timeout, "command.timeout",
                "`" + line + "` did not end within " + format_duration(timeout) + end_of(output));
  }
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
  const int code = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
  return fail(ErrorCode::Unavailable, "command.failed",
              "`" + line + "` ended with " + std::to_string(code) + end_of(output));
}

}  // namespace hotswap::agent
