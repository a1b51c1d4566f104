#include "agent/supervise/crash_judge.hpp"

#include <gtest/gtest.h>

namespace hotswap::agent {
namespace {

using namespace std::chrono_literals;

constexpr ProgramEnd kCrash{false, 3};
constexpr ProgramEnd kKilled{true, 11};
constexpr ProgramEnd kGood{false, 0};

MonoTime at(std::chrono::milliseconds time) { return MonoTime(time); }

TEST(CrashJudge, an_end_by_itself_is_the_end) {
  CrashJudge judge({});
  EXPECT_EQ(judge.ended(kGood, at(1s)), AfterEnd(Finish{0}));
}

TEST(CrashJudge, a_crash_is_followed_by_a_start_ever_later) {
  CrashJudge judge({.crash_limit = 0});
  judge.configured(at(0s));
  EXPECT_EQ(judge.ended(kCrash, at(1s)), AfterEnd(StartAgain{200ms}));
  EXPECT_EQ(judge.ended(kKilled, at(2s)), AfterEnd(StartAgain{400ms}));
  EXPECT_EQ(judge.ended(kCrash, at(3s)), AfterEnd(StartAgain{800ms}));
  for (int i = 0; i < 30; ++i) static_cast<void>(judge.ended(kCrash, at(4s)));
  EXPECT_EQ(judge.ended(kCrash, at(4s)), AfterEnd(StartAgain{30s}));
}

TEST(CrashJudge, a_run_that_lasted_begins_the_pauses_anew) {
  CrashJudge judge({});
  static_cast<void>(judge.ended(kCrash, at(0s)));
  static_cast<void>(judge.ended(kCrash, at(1s)));
  judge.started(at(2s));
  EXPECT_EQ(judge.ended(kCrash, at(12s)), AfterEnd(StartAgain{200ms}));
}

TEST(CrashJudge, a_new_configuration_that_crashes_the_program_is_given_back) {
  CrashJudge judge({.crash_limit = 3, .crash_window = 60s});
  judge.configured(at(100s));
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(101s))));
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(102s))));
  EXPECT_EQ(judge.ended(kKilled, at(103s)),
            AfterEnd(GiveBack{"the program crashed 3 times within 3 s of this configuration, last "
                              "with signal 11"}));
}

TEST(CrashJudge, crashes_after_the_window_are_not_its_fault) {
  CrashJudge judge({.crash_limit = 2, .crash_window = 60s});
  judge.configured(at(0s));
  static_cast<void>(judge.ended(kCrash, at(59s)));
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(61s))));
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(62s))));
}

TEST(CrashJudge, each_configuration_is_counted_by_itself) {
  CrashJudge judge({.crash_limit = 2});
  judge.configured(at(0s));
  static_cast<void>(judge.ended(kCrash, at(1s)));
  judge.configured(at(2s));
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(3s))));
  EXPECT_TRUE(std::holds_alternative<GiveBack>(judge.ended(kCrash, at(4s))));
}

TEST(CrashJudge, one_that_ran_before_is_never_given_back) {
  CrashJudge judge({.crash_limit = 1});
  judge.configured(at(0s));
  judge.trusted();
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(1s))));
}

TEST(CrashJudge, the_window_begins_when_the_program_meets_the_configuration) {
  CrashJudge judge({.crash_limit = 2, .crash_window = 5s});
  judge.configured(at(0s));
  judge.restarts();  // the old program takes its time to end
  judge.started(at(30s));
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(31s))));
  judge.started(at(32s));
  EXPECT_EQ(judge.ended(kCrash, at(33s)),
            AfterEnd(GiveBack{"the program crashed 2 times within 3 s of this configuration, last "
                              "with exit code 3"}));
}

TEST(CrashJudge, what_ends_before_it_is_started_with_the_configuration_does_not_count) {
  CrashJudge judge({.crash_limit = 1});
  judge.awaits_start();
  EXPECT_TRUE(std::holds_alternative<StartAgain>(judge.ended(kCrash, at(1s))));
  judge.started(at(2s));
  EXPECT_TRUE(std::holds_alternative<GiveBack>(judge.ended(kCrash, at(3s))));
}

TEST(CrashJudge, a_program_that_cannot_be_executed_is_no_configurations_fault) {
  CrashJudge judge({.crash_limit = 1});
  judge.configured(at(0s));
  EXPECT_EQ(judge.ended({.number = 127, .began = false}, at(1s)), AfterEnd(StartAgain{200ms}));
}

TEST(CrashJudge, rules_may_say_never_or_always) {
  CrashJudge never({.when = RestartWhen::Never});
  EXPECT_EQ(never.ended(kCrash, at(1s)), AfterEnd(Finish{3}));
  EXPECT_EQ(never.ended(kKilled, at(1s)), AfterEnd(Finish{139}));
  CrashJudge always({.when = RestartWhen::Always, .crash_limit = 1});
  always.configured(at(0s));
  EXPECT_EQ(always.ended(kGood, at(1s)), AfterEnd(StartAgain{200ms})) << "and is no crash";
}

}  // namespace
}  // namespace hotswap::agent
