#pragma once
// Runs a program as long as the agent lives: starts it again when it crashes, hands signals on,
// reaps what is orphaned, and gives a configuration back that it cannot live with.
//
//   down ──start──▶ up ──ended──▶ down (start again after a pause · give the configuration back ·
//                    │            finish)
//                    └─restart, stop─▶ stopping ──ended, or killed after stop_timeout──▶ down

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/supervise/crash_judge.hpp"
#include "agent/supervise/program.hpp"
#include "domain/ports/clock.hpp"

namespace hotswap::agent {

struct SuperviseOptions {
  std::vector<std::string> command;
  RestartRules rules{};
  Duration stop_timeout = std::chrono::seconds(10);  ///< from SIGTERM to SIGKILL
};

struct SupervisorHooks {
  /// What is added to the program's environment, asked for at every start.
  std::function<Environment()> environment;
  /// Goes back to the version before, unless another than `generation` runs by now. On a thread of
  /// its own; the program is down meanwhile.
  std::function<void(std::uint64_t generation, const std::string& reason)> give_back;
  std::function<void(const std::string&)> log;
};

struct SupervisorStatus {
  pid_t pid = -1;  ///< -1: it does not run
  std::uint64_t starts = 0;
  std::string last_end;  ///< `exit code 3`; empty: never ended
};

class Supervisor {
 public:
  /// Signals must be blocked before any thread starts: block_signals().
  Supervisor(SuperviseOptions options, SupervisorHooks hooks, const Clock& clock);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Those that are taken, in this thread and all that it starts: those that stop us, and if there
  /// is a program to hand them on to, the others.
  static void block_signals(bool supervised);

  /// Starts the program and stays until it has ended for good, or we are told to stop. On the main
  /// thread. Its exit code; 0 if it ended by the signal that was handed on. Unavailable
  /// `program.failed`: the first start failed.
  [[nodiscard]] Result<int> run();
  /// Waits for a stop signal instead; nothing: the time was over. Hands on to nobody.
  [[nodiscard]] static std::optional<int> wait_for_stop(Duration time);

  // From any thread.
  [[nodiscard]] bool running() const;
  [[nodiscard]] SupervisorStatus status() const;
  /// Unavailable `reload.failed`.
  [[nodiscard]] Result<void> signal(int number);
  /// Stops and starts it; waits until it is started. Errors: Unavailable `program.failed`, Timeout
  /// `program.timeout`.
  [[nodiscard]] Result<void> restart();
  /// This configuration takes effect, which may be said twice; `proven`: it ran before.
  void configured(std::uint64_t generation, bool proven);

 private:
  enum class Phase { Down, Up, Stopping };
  /// Somebody waits in restart().
  struct Request {
    bool wanted = false;
    std::uint64_t number = 0, answered = 0;
    Result<void> answer{};
  };

  [[nodiscard]] int wait_milliseconds() const;
  void take_signals();
  void hand_on(int number);
  void take_wakes();
  void take_end();
  void ended(const ProgramEnd& end);
  void begin_stop();
  void give_back(const std::string& reason);
  void take_given_back();
  Result<void> start();
  void answer(Result<void> result);
  void wake() const;
  void say(const std::string& line) const;

  const SuperviseOptions options_;
  const SupervisorHooks hooks_;
  const Clock& clock_;
  int signals_ = -1, wakes_ = -1;
  std::optional<int> finished_;  ///< the exit code
  bool leaving_ = false;
  std::optional<MonoTime> start_at_, kill_at_;
  mutable std::mutex mutex_;  ///< of all below
  std::condition_variable answered_;
  Phase phase_ = Phase::Down;
  SupervisorStatus status_;
  CrashJudge judge_;
  Request request_;
  std::uint64_t generation_ = 0;  ///< that runs
  bool closed_ = false;           ///< run() is over
  bool given_back_ = false;
  bool hurry_ = false;  ///< something new to start with: no further pause
  std::thread giver_;
};

}  // namespace hotswap::agent
