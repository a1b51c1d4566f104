#include "infrastructure/key_command/exchange.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "domain/base/utf8.hpp"

namespace hotswap::key_command {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t kOutputBytes = 64 << 10;
constexpr std::size_t kProblemBytes = 500;
constexpr int kLookAgainMs = 10;  ///< for the end of a program that closed its output

struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  explicit Descriptor(int number) : fd(number) {}
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

struct Pipe {
  Descriptor read, write;
  static std::optional<Pipe> make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  }
};

/// Killed with all that it started, and waited for, unless it ended by itself.
struct Child {
  pid_t pid = -1;
  Pipe in, out, problems;
  std::optional<int> status{};

  bool ended() {
    int code = 0;
    if (!status && ::waitpid(pid, &code, WNOHANG) == pid) status = code;
    return status.has_value();
  }
  void finish() {
    if (pid <= 0) return;
    ::kill(-pid, SIGKILL);
    if (!status) ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
};

std::unexpected<Error> failed(const std::string& program, const std::string& what,
                              std::string internal = {}) {
  return std::unexpected(Error{ErrorCode::Unavailable,
                               "secret.unavailable",
                               "The key command " + program + ' ' + what,
                               {},
                               std::move(internal)});
}

bool is_kept_from_it(std::string_view variable) {
  return variable.starts_with("HOTSWAP_") || variable.starts_with("VAULT_");
}

std::vector<char*> environment() {
  std::vector<char*> out;
  for (char** item = environ; *item != nullptr; ++item)
    if (!is_kept_from_it(*item)) out.push_back(*item);
  out.push_back(nullptr);
  return out;
}

int spawn(Child& child, std::vector<std::string> command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child.in.read.fd, 0);
  posix_spawn_file_actions_adddup2(&actions, child.out.write.fd, 1);
  posix_spawn_file_actions_adddup2(&actions, child.problems.write.fd, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto envp = environment();
  const int error = ::posix_spawn(&child.pid, command[0].c_str(), &actions, &attributes,
                                  argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) child.pid = -1;
  return error;
}

Result<Child> start(const Run& run) {
  auto in = Pipe::make(), out = Pipe::make(), problems = Pipe::make();
  if (!in || !out || !problems)
    return failed(run.command[0], std::string("cannot be started: ") + std::strerror(errno));
  Child child{.in = std::move(*in), .out = std::move(*out), .problems = std::move(*problems)};
  if (const int error = spawn(child, run.command); error != 0)
    return failed(run.command[0], std::string("cannot be started: ") + std::strerror(error));
  child.in.read.close();
  child.out.write.close();
  child.problems.write.close();
  for (const int fd : {child.in.write.fd, child.out.read.fd, child.problems.read.fd})
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return child;
}

/// What goes through the pipes, until the program ends.
class Talk {
 public:
  Talk(Child& child, std::string_view input)
      : child_(child), rest_(input), bytes_(SecretText::sized(kOutputBytes)) {}

  enum class End { Ended, TooLate, TooMuch };
  End run(Deadline deadline) {
    while (true) {
      const bool over = child_.ended();
      const auto left = std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
      if (!over && left <= Duration::zero()) return End::TooLate;
      if (!over) wait(left);
      write();
      if (!read_text()) return End::TooMuch;
      read_problems();
      if (over) return End::Ended;
    }
  }
  [[nodiscard]] SecretText text() const { return SecretText(bytes_.view().substr(0, count_)); }
  [[nodiscard]] std::string problems() const { return problems_; }

 private:
  void wait(Duration left) {
    std::array<pollfd, 3> entries{{{child_.in.write.fd, POLLOUT, 0},
                                   {child_.out.read.fd, POLLIN, 0},
                                   {child_.problems.read.fd, POLLIN, 0}}};
    const bool open = child_.out.read.fd >= 0 || child_.problems.read.fd >= 0;
    const auto most = open ? Duration(200) : Duration(kLookAgainMs);
    ::poll(entries.data(), entries.size(), static_cast<int>(std::min(left, most).count()));
  }
  void write() {
    auto& to = child_.in.write;
    while (to.fd >= 0 && !rest_.empty()) {
      const auto sent = write_without_signal(to.fd);
      if (sent < 0 && errno == EAGAIN) return;
      if (sent < 0) break;  // it reads no more, and says why
      rest_.remove_prefix(static_cast<std::size_t>(sent));
    }
    to.close();
  }
  /// SIGPIPE goes to this thread alone, and is taken back.
  ssize_t write_without_signal(int fd) {
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const auto sent = ::write(fd, rest_.data(), rest_.size());
    const int error = errno;
    if (sent < 0 && error == EPIPE) {
      const timespec now{};
      while (::sigtimedwait(&pipe, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return sent;
  }
  bool read_text() {
    auto& from = child_.out.read;
    while (from.fd >= 0) {
      if (count_ == kOutputBytes) return false;
      const auto got = ::read(from.fd, bytes_.data() + count_, kOutputBytes - count_);
      if (got < 0) return true;
      if (got == 0) from.close();
      count_ += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    return true;
  }
  void read_problems() {
    auto& from = child_.problems.read;
    char block[1024];
    while (from.fd >= 0) {
      const auto got = ::read(from.fd, block, sizeof block);
      if (got < 0) return;
      if (got == 0) from.close();
      problems_.append(block, static_cast<std::size_t>(got));
      if (problems_.size() > kProblemBytes) problems_.erase(0, problems_.size() - kProblemBytes);
    }
  }

  Child& child_;
  std::string_view rest_;
  SecretText bytes_;
  std::size_t count_ = 0;
  std::string problems_;
};

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return "ended with " + std::to_string(WEXITSTATUS(status));
  return "was ended by signal " + std::to_string(WTERMSIG(status));
}

}  // namespace

Result<Output> exchange(const Run& run) {
  auto child = start(run);
  if (!child) return std::unexpected(child.error());
  Talk talk(*child, run.input);
  const auto end = talk.run(std::chrono::steady_clock::now() + run.timeout);
  child->finish();
  auto problems = clip_utf8(talk.problems(), kProblemBytes);
  if (end == Talk::End::TooLate)
    return failed(run.command[0],
                  "did not end within " + format_duration(run.timeout) + " and was killed",
                  std::move(problems));
  if (end == Talk::End::TooMuch)
    return failed(run.command[0], "wrote more than 64 KiB and was killed", std::move(problems));
  if (!WIFEXITED(*child->status) || WEXITSTATUS(*child->status) != 0)
    return failed(run.command[0], how_it_ended(*child->status) + "; the server's log has its words",
                  std::move(problems));
  return Output{talk.text(), std::move(problems)};
}

}  // namespace hotswap::key_command
