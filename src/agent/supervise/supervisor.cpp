#include "agent/supervise/supervisor.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "domain/base/assert.hpp"
#include "domain/base/overloaded.hpp"

namespace hotswap::agent {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);  ///< of restart(), beyond the stop

bool means_stop(int number) { return number == SIGTERM || number == SIGINT || number == SIGQUIT; }

sigset_t set_of(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) sigaddset(&set, number);
  return set;
}
sigset_t stopping() { return set_of({SIGTERM, SIGINT, SIGQUIT}); }
sigset_t handled() { return set_of({SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD}); }

}  // namespace

Supervisor::Supervisor(SuperviseOptions options, SupervisorHooks hooks, const Clock& clock)
    : options_(std::move(options)),
      hooks_(std::move(hooks)),
      clock_(clock),
      wakes_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      judge_(options_.rules) {
  const auto set = handled();
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  HS_ASSERT(signals_ >= 0 && wakes_ >= 0);
}

Supervisor::~Supervisor() {
  if (giver_.joinable()) giver_.join();
  ::close(signals_);
  ::close(wakes_);
}

void Supervisor::block_signals(bool supervised) {
  const auto set = supervised ? handled() : stopping();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::optional<int> Supervisor::wait_for_stop(Duration time) {
  const auto set = stopping();
  const timespec limit{time.count() / 1000, (time.count() % 1000) * 1'000'000};
  const int number = ::sigtimedwait(&set, nullptr, &limit);
  return means_stop(number) ? std::optional(number) : std::nullopt;
}

void Supervisor::say(const std::string& line) const {
  if (hooks_.log) hooks_.log(line);
}

void Supervisor::wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wakes_, &one, sizeof one) == 0);
}

Result<int> Supervisor::run() {
  adopt_orphans();
  if (auto started = start(); !started) return std::unexpected(started.error());
  while (!finished_) {
    pollfd entries[2] = {{signals_, POLLIN, 0}, {wakes_, POLLIN, 0}};
    ::poll(entries, 2, wait_milliseconds());
    take_signals();
    take_wakes();
    take_end();
    take_given_back();
    const auto now = clock_.mono();
    if (kill_at_ && now >= *kill_at_) {
      say("the program did not end in time and is killed");
      kill_at_.reset();
      const std::lock_guard lock(mutex_);
      if (status_.pid > 0) ::kill(-status_.pid, SIGKILL);
    }
    if (start_at_ && now >= *start_at_ && !leaving_) {
      start_at_.reset();
      if (auto started = start(); !started) ended({.number = 127, .began = false});
    }
  }
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  answer(fail(ErrorCode::Unavailable, "program.failed", "the agent is stopping"));
  if (giver_.joinable()) giver_.join();
  return *finished_;
}

int Supervisor::wait_milliseconds() const {
  std::optional<MonoTime> next = start_at_;
  if (kill_at_ && (!next || *kill_at_ < *next)) next = kill_at_;
  if (!next) return -1;
  const auto left = std::chrono::ceil<Duration>(*next - clock_.mono()).count();
  return static_cast<int>(std::clamp<Duration::rep>(left, 0, 60'000));
}

void Supervisor::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) hand_on(static_cast<int>(info.ssi_signo));
}

void Supervisor::hand_on(int number) {
  const bool stop = means_stop(number);
  std::unique_lock lock(mutex_);
  if (status_.pid > 0) ::kill(status_.pid, number);
  if (!stop) return;
  leaving_ = true;
  if (status_.pid < 0) {
    finished_ = 0;
  } else if (!kill_at_) {
    kill_at_ = clock_.mono() + options_.stop_timeout;
  }
}

void Supervisor::take_wakes() {
  std::uint64_t count = 0;
  static_cast<void>(::read(wakes_, &count, sizeof count) == 0);
  bool down = false;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(hurry_, false) && start_at_) start_at_ = clock_.mono();
    if (!request_.wanted || leaving_) return;
    down = phase_ == Phase::Down;
    if (phase_ == Phase::Up) begin_stop();
  }
  // Down for whatever reason: what is wanted now is that it runs with the new configuration.
  if (down) answer(start());
}

void Supervisor::begin_stop() {
  phase_ = Phase::Stopping;
  judge_.restarts();
  ::kill(status_.pid, SIGTERM);
  kill_at_ = clock_.mono() + options_.stop_timeout;
}

void Supervisor::take_end() {
  std::unique_lock lock(mutex_);
  const pid_t pid = status_.pid;
  const auto end = reap(pid);
  if (!end) return;
  // What it left in its group must not hold the ports of the next one.
  ::kill(-pid, SIGKILL);
  status_.pid = -1;
  status_.last_end = end->text();
  const bool wanted = request_.wanted;
  phase_ = Phase::Down;
  lock.unlock();
  kill_at_.reset();
  if (leaving_) {
    const bool as_told = end->by_signal && (means_stop(end->number) || end->number == SIGKILL);
    finished_ = as_told ? 0 : end->exit_code();
  } else if (wanted) {
    answer(start());
  } else {
    say("the program ended with " + end->text());
    ended(*end);
  }
}

void Supervisor::ended(const ProgramEnd& end) {
  std::unique_lock lock(mutex_);
  const auto next = judge_.ended(end, clock_.mono());
  lock.unlock();
  std::visit(
      Overloaded{[&](const Finish& finish) { finished_ = finish.code; },
                 [&](const StartAgain& again) {
                   say("it is started again in " + std::to_string(again.after.count()) + " ms");
                   start_at_ = clock_.mono() + again.after;
                 },
                 [&](const GiveBack& back) { give_back(back.reason); }},
      next);
}

void Supervisor::give_back(const std::string& reason) {
  say(reason + ": going back to the version before");
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    judge_.trusted();  // whatever comes of it, this is not tried twice
  }
  if (giver_.joinable()) giver_.join();
  // Not here: it waits for whoever swaps at the moment, who may wait for a restart.
  giver_ = std::thread([this, generation, reason] {
    if (hooks_.give_back) hooks_.give_back(generation, reason);
    const std::lock_guard lock(mutex_);
    given_back_ = true;
    wake();
  });
}

void Supervisor::take_given_back() {
  bool down = false;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(given_back_, false)) return;
    down = phase_ == Phase::Down;
  }
  if (down && !leaving_) start_at_ = clock_.mono();
}

Result<void> Supervisor::start() {
  const auto environment = hooks_.environment ? hooks_.environment() : Environment();
  const auto pid = start_program(options_.command, environment);
  if (!pid) {
    say(pid.error().detail);
    return std::unexpected(pid.error());
  }
  start_at_.reset();
  const std::lock_guard lock(mutex_);
  phase_ = Phase::Up;
  status_.pid = *pid;
  ++status_.starts;
  judge_.started(clock_.mono());
  return {};
}

void Supervisor::answer(Result<void> result) {
  const bool failed = !result;
  {
    const std::lock_guard lock(mutex_);
    request_.wanted = false;
    request_.answered = request_.number;
    request_.answer = std::move(result);
    answered_.notify_all();
  }
  // It does not run, and nobody else tries: with the files that are put back it may start.
  if (failed && !finished_) start_at_ = clock_.mono() + options_.rules.backoff_min;
}

bool Supervisor::running() const {
  const std::lock_guard lock(mutex_);
  return status_.pid > 0;
}

SupervisorStatus Supervisor::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Result<void> Supervisor::signal(int number) {
  const std::lock_guard lock(mutex_);
  // It is not reaped before pid is cleared, so the number cannot be another's by now.
  if (status_.pid < 0 || ::kill(status_.pid, number) == 0) return {};
  return fail(ErrorCode::Unavailable, "reload.failed",
              std::string("the program cannot be signalled: ") + std::strerror(errno));
}

Result<void> Supervisor::restart() {
  std::unique_lock lock(mutex_);
  if (closed_) return fail(ErrorCode::Unavailable, "program.failed", "the agent is stopping");
  request_.wanted = true;
  const auto number = ++request_.number;
  wake();
  if (answered_.wait_for(lock, options_.stop_timeout + kPatience,
                         [&] { return request_.answered >= number; }))
    return request_.answer;
  return fail(ErrorCode::Timeout, "program.timeout", "the program could not be restarted in time");
}

void Supervisor::configured(std::uint64_t generation, bool proven) {
  const std::lock_guard lock(mutex_);
  const bool fresh = std::exchange(generation_, generation) != generation;
  if (proven) {
    judge_.trusted();
  } else if (fresh) {
    phase_ == Phase::Up ? judge_.configured(clock_.mono()) : judge_.awaits_start();
  }
  hurry_ = true;
  wake();
}

}  // namespace hotswap::agent
