#include "agent/supervise/program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "agent/run/children.hpp"
#include "agent/run/command.hpp"

namespace hotswap::agent {
namespace {

/// Between fork and exec: nothing that allocates or locks.
[[noreturn]] void become(char* const* argv, char* const* envp, int report, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // it died before prctl
  ::setpgid(0, 0);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(argv[0], argv, envp);
  const int error = errno;
  static_cast<void>(::write(report, &error, sizeof error) == 0);
  ::_exit(127);
}

}  // namespace

Result<pid_t> start_program(const std::vector<std::string>& command,
                            const Environment& environment) {
  auto words = command;
  auto variables = environment_with(environment);
  const auto argv = pointers(words);
  const auto envp = pointers(variables);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorCode::Unavailable, "program.failed", std::strerror(errno));
  const pid_t parent = ::getpid();
  const pid_t pid = start_child([&] {
    const pid_t child = ::fork();
    if (child == 0) become(argv.data(), envp.data(), ends[1], parent);
    return child;
  });
  int error = pid < 0 ? errno : 0;
  ::close(ends[1]);
  // Closed by a successful exec, so that this ends at once.
  if (pid > 0 && ::read(ends[0], &error, sizeof error) != sizeof error) error = 0;
  ::close(ends[0]);
  if (error == 0) return pid;
  if (pid > 0) {
    ::waitpid(pid, nullptr, 0);
    forget_child(pid);
  }
  return fail(ErrorCode::Unavailable, "program.failed",
              "cannot start " + command.front() + ": " + std::strerror(error));
}

std::optional<ProgramEnd> reap(pid_t program) {
  std::optional<ProgramEnd> end;
  int status = 0;
  if (program > 0 && ::waitpid(program, &status, WNOHANG) == program) {
    forget_child(program);
    end = WIFEXITED(status) ? ProgramEnd{false, WEXITSTATUS(status)}
                            : ProgramEnd{true, WTERMSIG(status)};
  }
  while (true) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return end;
    if (is_awaited(info.si_pid)) return end;  // whoever waits for it comes at once
    ::waitpid(info.si_pid, nullptr, WNOHANG);
  }
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

}  // namespace hotswap::agent
