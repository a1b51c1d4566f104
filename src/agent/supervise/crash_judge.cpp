#include "agent/supervise/crash_judge.hpp"

#include <algorithm>
#include <utility>

namespace hotswap::agent {
namespace {

std::string seconds(Duration duration) {
  return std::to_string((duration.count() + 999) / 1000) + " s";
}

}  // namespace

std::string ProgramEnd::text() const {
  return (by_signal ? "signal " : "exit code ") + std::to_string(number);
}

void CrashJudge::configured(MonoTime now) {
  configured_ = now;
  awaits_start_ = false;
  crashes_ = 0;
  starts_in_row_ = 0;
}

void CrashJudge::awaits_start() {
  configured_.reset();
  awaits_start_ = true;
  crashes_ = 0;
  starts_in_row_ = 0;
}

void CrashJudge::restarts() {
  if (configured_) awaits_start();
}

void CrashJudge::started(MonoTime now) {
  started_ = now;
  if (std::exchange(awaits_start_, false)) configured_ = now;
}

void CrashJudge::trusted() {
  configured_.reset();
  awaits_start_ = false;
  crashes_ = 0;
  starts_in_row_ = 0;
}

AfterEnd CrashJudge::ended(const ProgramEnd& end, MonoTime now) {
  if (rules_.when == RestartWhen::Never) return Finish{end.exit_code()};
  if (end.good() && rules_.when == RestartWhen::OnFailure) return Finish{0};
  if (now - started_ >= rules_.stable) starts_in_row_ = 0;
  const auto since = configured_ ? now - *configured_ : std::chrono::nanoseconds(0);
  if (configured_ && since > rules_.crash_window) configured_.reset();
  const bool crashed = end.began && !end.good();
  if (configured_ && crashed && rules_.crash_limit > 0 && ++crashes_ >= rules_.crash_limit) {
    const auto took = std::chrono::ceil<Duration>(since);
    return GiveBack{"the program crashed " + std::to_string(crashes_) + " times within " +
                    seconds(took) + " of this configuration, last with " + end.text()};
  }
  const int doublings = std::min(starts_in_row_++, 20);
  return StartAgain{std::min(rules_.backoff_max, rules_.backoff_min * (1 << doublings))};
}

}  // namespace hotswap::agent
