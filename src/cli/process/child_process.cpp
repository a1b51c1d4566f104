#include "cli/process/child_process.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "domain/base/assert.hpp"

namespace hotswap::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLook = std::chrono::milliseconds(10);

/// Argument vectors as exec wants them; made before fork, because the child may not allocate.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> out;
  for (char** item = environ; *item != nullptr; ++item) {
    const std::string_view text(*item);
    const auto name = text.substr(0, text.find('='));
    if (std::ranges::find(added, name, &std::pair<std::string, std::string>::first) ==
        added.end()) {
      out.emplace_back(text);
    }
  }
  for (const auto& [name, value] : added) out.push_back(name + "=" + value);
  return out;
}

[[noreturn]] void become(char* const* argv, char* const* envp, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before prctl
  setpgid(0, 0);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  const int nothing = open("/dev/null", O_RDONLY);  // NOLINT: variadic by POSIX
  dup2(nothing, STDIN_FILENO);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  // Libraries open files that would go along; a program that uses select() dies of thousands.
  static_cast<void>(close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC));
  execvpe(argv[0], argv, envp);
  _exit(127);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(ChildOptions options) {
  HS_ASSERT(!options.command.empty());
  const int log = open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) {
    return fail(ErrorCode::Internal, "child.log",
                "cannot write " + options.log.string() + ": " + std::strerror(errno));
  }
  const auto start = std::filesystem::file_size(options.log);
  auto environment = environment_with(options.environment);
  const auto argv = pointers(options.command);
  const auto envp = pointers(environment);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(argv.data(), envp.data(), log, parent);
  close(log);
  if (pid < 0) {
    return fail(ErrorCode::Unavailable, "child.fork",
                std::string("cannot start a process: ") + std::strerror(errno));
  }
  return ChildProcess(pid, options.log, start);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      log_(std::move(other.log_)),
      log_start_(other.log_start_),
      code_(other.code_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    log_ = std::move(other.log_);
    log_start_ = other.log_start_;
    code_ = other.code_;
  }
  return *this;
}

ChildProcess::~ChildProcess() { end(); }

void ChildProcess::end() {
  if (pid_ <= 0 || code_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Result<std::string> ChildProcess::wait_line(std::string_view part,
                                            std::chrono::milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  while (true) {
    const bool alive = running();  // before reading: what it wrote last is not missed
    const auto text = output();
    if (const auto at = text.find(part); at != std::string::npos) {
      const auto start = text.rfind('\n', at);
      const auto end = text.find('\n', at);
      const auto first = start == std::string::npos ? 0 : start + 1;
      if (end != std::string::npos) return text.substr(first, end - first);
    }
    const auto tail = text.substr(text.size() - std::min<std::size_t>(text.size(), 2000));
    if (!alive) return fail(ErrorCode::Unavailable, "child.ended", "it ended at once: " + tail);
    if (Clock::now() > until) {
      return fail(ErrorCode::Timeout, "child.silent", "it is not ready in time: " + tail);
    }
    std::this_thread::sleep_for(kLook);
  }
}

void ChildProcess::send(int signal) const {
  if (pid_ > 0 && !code_) kill(pid_, signal);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  while (running()) {
    if (Clock::now() > until) return std::nullopt;
    std::this_thread::sleep_for(kLook);
  }
  return code_;
}

bool ChildProcess::running() {
  if (code_ || pid_ <= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::string ChildProcess::output() const {
  std::ifstream in(log_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(log_start_));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TempFolder::TempFolder(const std::string& name) {
  auto pattern = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
  HS_ASSERT(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int port_in(const std::string& line) {
  const auto last = line.find_last_of("0123456789");
  if (last == std::string::npos) return 0;
  const auto before = line.find_last_not_of("0123456789", last);
  const auto first = before == std::string::npos ? 0 : before + 1;
  int port = 0;
  std::from_chars(line.data() + first, line.data() + last + 1, port);
  return port;
}

int free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      ::bind(listener, generic, size) == 0 && ::getsockname(listener, generic, &size) == 0;
  ::close(listener);
  return bound ? ntohs(address.sin_port) : 0;
}

}  // namespace hotswap::cli
