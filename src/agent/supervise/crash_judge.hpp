#pragma once
// What to do when the supervised program has ended: pure, the time is told.

#include <string>
#include <variant>

#include "domain/base/time.hpp"

namespace hotswap::agent {

/// How a process ended.
struct ProgramEnd {
  bool by_signal = false;
  int number = 0;     ///< of the signal, or the exit code
  bool began = true;  ///< false: it could not be executed, which no configuration is to blame for

  [[nodiscard]] bool good() const { return !by_signal && number == 0; }
  /// As a shell reports it: 128 + signal.
  [[nodiscard]] int exit_code() const { return by_signal ? 128 + number : number; }
  /// `exit code 3`, `signal 11`
  [[nodiscard]] std::string text() const;
};

enum class RestartWhen { OnFailure, Always, Never };

struct RestartRules {
  RestartWhen when = RestartWhen::OnFailure;
  int crash_limit = 3;                               ///< crashes of one new configuration
  Duration crash_window = std::chrono::seconds(60);  ///< after it took effect
  Duration backoff_min = std::chrono::milliseconds(200);
  Duration backoff_max = std::chrono::seconds(30);
  Duration stable = std::chrono::seconds(10);  ///< ran so long: the backoff begins anew
};

struct Finish {
  int code;
  bool operator==(const Finish&) const = default;
};
struct StartAgain {
  Duration after;
  bool operator==(const StartAgain&) const = default;
};
/// The configuration is to blame: go back to the one before, then start again.
struct GiveBack {
  std::string reason;
  bool operator==(const GiveBack&) const = default;
};
using AfterEnd = std::variant<Finish, StartAgain, GiveBack>;

class CrashJudge {
 public:
  explicit CrashJudge(RestartRules rules) : rules_(rules) {}

  /// A configuration took effect that has not proved itself.
  void configured(MonoTime now);
  /// What runs is one that ran before: crashes are not its fault.
  void trusted();
  /// The program will meet it at its next start: what happens until then is not its fault.
  void awaits_start();
  /// The same, of one that was said to have taken effect already.
  void restarts();
  void started(MonoTime now);
  [[nodiscard]] AfterEnd ended(const ProgramEnd& end, MonoTime now);

 private:
  const RestartRules rules_;
  std::optional<MonoTime> configured_;
  bool awaits_start_ = false;  ///< then configured_ is not set
  MonoTime started_{};
  int crashes_ = 0;        ///< of the configuration
  int starts_in_row_ = 0;  ///< without a stable run
};

}  // namespace hotswap::agent
