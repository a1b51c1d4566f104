#include "agent/run/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <set>

#include "agent/run/children.hpp"

namespace hotswap::agent {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::string_view kToken = "HOTSWAP_TOKEN";
constexpr std::size_t kOutputKept = 700;
constexpr std::size_t kLineTold = 200;
constexpr int kLookAgainMs = 5;  ///< where the kernel has no pidfd

/// Closes; -1 is none.
struct Descriptor {
  int fd = -1;

  Descriptor() = default;
  explicit Descriptor(int number) : fd(number) {}
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

struct Child {
  pid_t pid = -1;
  Descriptor output;
};

std::unexpected<Error> cannot_start(int error) {
  return fail(ErrorCode::Unavailable, "command.failed",
              std::string("cannot be started: ") + std::strerror(error));
}

/// In a process group of its own, so that what it starts is killed with it.
int spawn(pid_t& pid, const Command& command, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);  // what we ignore it may want to die of
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments{"sh", "-c", command.line};
  auto environment = environment_with(command.environment);
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  const int failed =
      ::posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

Result<Child> start(const Command& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot_start(errno);
  Child child{-1, Descriptor(ends[0])};
  const Descriptor input(ends[1]);
  ::fcntl(child.output.fd, F_SETFL, O_NONBLOCK);
  int failed = 0;
  child.pid = start_child([&] {
    pid_t pid = -1;
    failed = spawn(pid, command, input.fd);
    return failed == 0 ? pid : -1;
  });
  if (failed != 0) return cannot_start(failed);
  return child;
}

void take_output(const Child& child, std::string& output) {
  char block[4096];
  while (true) {
    const auto got = ::read(child.output.fd, block, sizeof block);
    if (got <= 0) break;
    output.append(block, static_cast<std::size_t>(got));
    if (output.size() > 2 * kOutputKept) output.erase(0, output.size() - kOutputKept);
  }
}

int milliseconds_until(Deadline deadline) {
  const auto left =
      std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<Duration::rep>(left, 0, 60'000));
}

/// Its status, nothing if it still runs at the deadline. A daemon that it left behind may keep the
/// pipe open, so it is the process that is waited for.
std::optional<int> wait_for_end(const Child& child, std::string& output, Deadline deadline,
                                const CommandStop* stop) {
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  pollfd entries[3] = {{process.fd, POLLIN, 0},
                       {child.output.fd, POLLIN, 0},
                       {stop == nullptr ? -1 : stop->descriptor(), POLLIN, 0}};
  while (true) {
    const int left = milliseconds_until(deadline);
    ::poll(entries, 3, process.fd >= 0 ? left : std::min(left, kLookAgainMs));
    take_output(child, output);
    // A closed pipe is always ready: it is not asked again.
    if ((entries[1].revents & POLLHUP) != 0) entries[1].fd = -1;
    int status = 0;
    if (::waitpid(child.pid, &status, WNOHANG) == child.pid) {
      take_output(child, output);
      return status;
    }
    if (left == 0 || (stop != nullptr && stop->stopped())) return std::nullopt;
  }
}

std::string end_of(std::string output) {
  if (output.size() > kOutputKept) output.erase(0, output.size() - kOutputKept);
  while (output.ends_with('\n') || output.ends_with(' ')) output.pop_back();
  return output.empty() ? std::string() : ": " + output;
}

std::string shown(const std::string& line) {
  return '`' + (line.size() > kLineTold ? line.substr(0, kLineTold) + "…" : line) + '`';
}

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return "ended with " + std::to_string(WEXITSTATUS(status));
  const char* words = ::sigdescr_np(WTERMSIG(status));  // real-time signals have none
  return "was ended by signal " + std::to_string(WTERMSIG(status)) +
         (words == nullptr ? std::string() : std::string(" (") + words + ')');
}

}  // namespace

CommandStop::CommandStop() : wakes_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
CommandStop::~CommandStop() {
  if (wakes_ >= 0) ::close(wakes_);
}

void CommandStop::stop() {
  stopped_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(::write(wakes_, &one, sizeof one) == 0);
}

Result<void> run_command(const Command& command) {
  const auto stopped = [&] { return command.stop != nullptr && command.stop->stopped(); };
  const auto ended_by_us = [&] {
    return fail(ErrorCode::Unavailable, "command.stopped",
                shown(command.line) + " was ended: the agent stops");
  };
  if (stopped()) return ended_by_us();
  const auto child = start(command);
  if (!child) return std::unexpected(child.error());
  std::string output;
  const auto status = wait_for_end(
      *child, output, std::chrono::steady_clock::now() + command.timeout, command.stop);
  if (!status) {
    ::kill(-child->pid, SIGKILL);
    ::waitpid(child->pid, nullptr, 0);
  }
  forget_child(child->pid);
  if (!status && stopped()) return ended_by_us();
  if (!status)
    return fail(ErrorCode::Timeout, "command.timeout",
                shown(command.line) + " did not end within " + format_duration(command.timeout) +
                    " and was killed" + end_of(output));
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
  return fail(ErrorCode::Unavailable, "command.failed",
              shown(command.line) + ' ' + how_it_ended(*status) + end_of(output));
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  // A name that stands there twice means one thing to some programs and another to others.
  std::vector<std::string> out;
  std::set<std::string_view> taken;
  for (const auto& [name, value] : added)
    if (taken.insert(name).second) out.push_back(name + '=' + value);
  for (char** item = environ; *item != nullptr; ++item) {
    const std::string_view text(*item);
    const auto name = text.substr(0, text.find('='));
    if (name != kToken && taken.insert(name).second) out.emplace_back(text);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace hotswap::agent
