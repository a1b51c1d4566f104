#include "agent/run/command.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "agent/run/children.hpp"

namespace hotswap::agent {
namespace {

using namespace std::chrono_literals;

TEST(RunCommand, says_how_it_ended_and_what_it_wrote) {
  EXPECT_TRUE(run_command("exit 0", 10s));
  const auto failed = run_command("echo no such thing >&2; exit 3", 10s);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().detail.find("ended with 3: no such thing"), std::string::npos);
}

TEST(RunCommand, what_hangs_is_killed_with_its_children) {
  const auto late = run_command("echo begun; sleep 1000 & sleep 1000", 300ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "command.timeout");
  EXPECT_NE(late.error().detail.find("begun"), std::string::npos);
}

TEST(RunCommand, what_runs_is_ended_by_a_stop_and_nothing_begins_after_it) {
  CommandStop stop;
  std::thread stopper([&] { stop.stop(); });
  const auto ended = run_command({.line = "sleep 1000", .timeout = 500s, .stop = &stop});
  stopper.join();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, "command.stopped");
  EXPECT_FALSE(run_command({.line = "exit 0", .stop = &stop}));
}

TEST(RunCommand, a_daemon_that_keeps_the_pipe_does_not_hold_it_up) {
  EXPECT_TRUE(run_command("sleep 5 & exit 0", 4s));
}

TEST(RunCommand, knows_what_it_is_told_and_what_we_know) {
  EXPECT_TRUE(run_command({.line = "test \"$HOTSWAP_FILE\" = \"a b\" && test -n \"$PATH\"",
                           .environment = {{"HOTSWAP_FILE", "a b"}}}));
}

TEST(EnvironmentWith, holds_each_name_once) {
  ::setenv("HOTSWAP_FILE", "outer", 1);
  const auto all = environment_with({{"HOTSWAP_FILE", "a"}, {"HOTSWAP_FILE", "b"}});
  ::unsetenv("HOTSWAP_FILE");
  EXPECT_EQ(std::ranges::count_if(
                all, [](const auto& text) { return text.starts_with("HOTSWAP_FILE="); }),
            1);
  EXPECT_EQ(std::ranges::count(all, "HOTSWAP_FILE=a"), 1);
}

TEST(RunCommand, does_not_know_our_token) {
  ::setenv("HOTSWAP_TOKEN", "secret", 1);
  EXPECT_TRUE(run_command("test -z \"$HOTSWAP_TOKEN\"", 10s));
  ::unsetenv("HOTSWAP_TOKEN");
}

TEST(RunCommand, ends_by_a_signal_are_told) {
  const auto ended = run_command("kill -TERM $$", 10s);
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().detail.ends_with("was ended by signal 15 (Terminated)"));
}

TEST(RunCommand, a_signal_without_a_name_is_told_by_its_number) {
  const auto ended = run_command("kill -34 $$", 10s);
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().detail.ends_with("was ended by signal 34")) << ended.error().detail;
}

TEST(RunCommand, much_output_is_cut_to_its_end) {
  const auto failed = run_command("seq 100000; echo the end; exit 1", 20s);
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().detail.ends_with("100000\nthe end"));
  EXPECT_LT(failed.error().detail.size(), 1000U) << "the server takes 1 KiB";
}

TEST(Children, are_awaited_until_they_are_forgotten) {
  EXPECT_EQ(start_child([] { return -1; }), -1);
  const auto pid = start_child([] { return 4'000'000; });
  EXPECT_TRUE(is_awaited(pid));
  forget_child(pid);
  EXPECT_FALSE(is_awaited(pid));
}

}  // namespace
}  // namespace hotswap::agent
