// Given a program that the agent runs, when a version comes that it cannot live with, then the
// version is rejected and the program runs with the one before.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/demo/keep_alive.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/agent.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

std::string document(int max) { return R"({"pool":{"max":)" + std::to_string(max) + "}}"; }

/// Says with which size it started, crashes with 66, and writes down what it is told.
constexpr auto kProgram = R"sh(#!/bin/sh
cd "$(dirname "$0")"
trap 'echo "hup $(cat a.env)" >> told' HUP
trap 'echo term >> told; exit 0' TERM
max=${POOL_MAX:-$(. ./a.env && echo "$POOL_MAX")}
echo $$ > pid
echo "start $max" >> told
[ "$max" = 66 ] && exit 3
while :; do sleep 0.05; done
)sh";

struct AgentProgram : ::testing::Test {
  Server server;
  AgentProcess agent{server};
  std::string last;

  AgentProgram() { agent.write("program.sh", kProgram, 0755); }

  void deploys(int max) {
    const auto version = "1." + std::to_string(max) + ".0";
    server.has_version(version, document(max), kAgentProfile);
    last = server.deploys(version, kDirect, kAgentProfile);
  }
  [[nodiscard]] AgentFlags flags(std::vector<std::string> more) const {
    more.insert(more.begin(), {"--file", agent.path("a.env")});
    return {.flags = std::move(more), .program = {agent.path("program.sh")}};
  }
};

TEST_F(AgentProgram, starts_when_its_configuration_is_there_and_hears_of_changes) {
  agent.starts(flags({"--reload-signal", "HUP"}));
  EXPECT_EQ(agent.read("told"), "") << "nothing to start with";
  deploys(1);
  ASSERT_TRUE(agent.soon("told", "start 1\n"));
  deploys(2);
  EXPECT_TRUE(agent.soon("told", "start 1\nhup POOL_MAX=2\n"));
  EXPECT_EQ(agent.stop(), 0);
  EXPECT_EQ(agent.read("told"), "start 1\nhup POOL_MAX=2\nterm\n");
}

TEST_F(AgentProgram, gets_its_configuration_as_environment_and_is_restarted_with_it) {
  agent.starts(flags({"--env"}));
  deploys(1);
  ASSERT_TRUE(agent.soon("told", "start 1\n"));
  deploys(2);
  EXPECT_TRUE(agent.soon("told", "start 1\nterm\nstart 2\n"));
  server.has_version("3.0.0", R"({"path":"/tmp/evil"})", kAgentProfile);
  last = server.deploys("3.0.0", kDirect, kAgentProfile);
  EXPECT_EQ(server.final_state_of(last), "RolledBack");
  EXPECT_TRUE(json::write(server.timeline_of(last)).contains("decides what the program executes"));
}

TEST_F(AgentProgram, that_crashes_on_a_new_version_gets_the_old_one_back) {
  agent.starts(flags({"--reload", "restart", "--crash-limit", "3", "--crash-window", "50s"}));
  deploys(1);
  ASSERT_TRUE(agent.soon("told", "start 1\n"));
  ASSERT_TRUE(agent.reports("running", "1.1.0"));
  deploys(66);
  EXPECT_TRUE(agent.soon("told", "start 1\nterm\nstart 66\nstart 66\nstart 66\nstart 1\n"))
      << agent.read("told");
  EXPECT_TRUE(agent.reports("rejected", "1.66.0", "the program crashed 3 times within"));
  EXPECT_EQ(agent.read("a.env"), "POOL_MAX=1\n");
  deploys(2);
  EXPECT_TRUE(eventually([&] { return agent.read("told").ends_with("term\nstart 2\n"); }));
}

TEST_F(AgentProgram, that_crashes_on_its_first_version_starts_with_the_next) {
  agent.write("agent.yaml", "supervise: {crashLimit: 9}\n");
  agent.starts(flags(
      {"--reload", "restart", "--crash-limit", "2", "--agent-config", agent.path("agent.yaml")}));
  deploys(66);
  EXPECT_TRUE(agent.reports("rejected", "1.66.0", "the program crashed 2 times"));
  EXPECT_TRUE(agent.says("no version is pinned to fall back to"));
  deploys(2);
  EXPECT_TRUE(eventually([&] { return agent.read("told").ends_with("start 2\n"); }))
      << agent.read("told") << agent.process().output();
}

TEST_F(AgentProgram, whose_rejected_version_stays_rejected_when_the_agent_starts_again) {
  const auto all = flags({"--reload", "restart", "--crash-limit", "1"});
  agent.starts(all);
  deploys(1);
  ASSERT_TRUE(agent.reports("running", "1.1.0"));
  deploys(66);
  ASSERT_TRUE(agent.reports("rejected", "1.66.0", "the program crashed"));
  ASSERT_TRUE(eventually([&] { return agent.read("told").ends_with("start 1\n"); }));
  EXPECT_EQ(agent.stop(), 0);
  std::filesystem::remove(agent.path("told"));
  agent.starts(all);
  EXPECT_TRUE(agent.reports("rejected", "1.66.0", "the program crashed"));
  EXPECT_EQ(agent.read("told"), "start 1\n");
}

TEST_F(AgentProgram, that_was_killed_is_started_again) {
  agent.starts(flags({}));
  deploys(1);
  ASSERT_TRUE(agent.soon("told", "start 1\n"));
  ::kill(static_cast<pid_t>(std::stoi(agent.read("pid"))), SIGKILL);
  EXPECT_TRUE(agent.soon("told", "start 1\nstart 1\n"));
  EXPECT_TRUE(agent.says("the program ended with signal 9"));
}

TEST_F(AgentProgram, without_a_server_starts_from_the_last_known_good) {
  agent.starts(flags({}));
  deploys(1);
  ASSERT_TRUE(agent.reports("running", "1.1.0"));
  EXPECT_EQ(agent.stop(), 0);
  EXPECT_TRUE(server.terminate());
  std::filesystem::remove(agent.path("a.env"));
  std::filesystem::remove(agent.path("told"));
  agent.start(flags({}));
  EXPECT_TRUE(agent.soon("told", "start 1\n"));
  EXPECT_EQ(agent.read("a.env"), "POOL_MAX=1\n");
}

TEST_F(AgentProgram, without_any_configuration_is_not_started_and_the_agent_says_why) {
  agent.start(flags({"--wait", "300ms"}));
  EXPECT_EQ(agent.process().wait(20s), 7);
  EXPECT_TRUE(agent.process().output().contains("no configuration came within PT0.3S"));
  EXPECT_EQ(agent.read("told"), "");
}

TEST_F(AgentProgram, ends_and_the_agent_ends_with_its_code) {
  const auto code = [&](std::vector<std::string> more, const std::string& line) {
    more.insert(more.end(), {"--wait", "0s"});
    agent.start({.flags = more, .program = {"sh", "-c", line}});
    return agent.process().wait(20s);
  };
  EXPECT_EQ(code({}, "exit 0"), 0);
  EXPECT_EQ(code({"--restart", "never"}, "exit 5"), 5);
  EXPECT_EQ(code({"--restart", "never"}, "kill -TERM $$"), 128 + SIGTERM);
  agent.start({.flags = {"--wait", "0s"}, .program = {"/no/such/program"}});
  EXPECT_EQ(agent.process().wait(20s), 7);
  EXPECT_TRUE(agent.process().output().contains("cannot start /no/such/program: No such file"));
}

TEST_F(AgentProgram, that_ignores_sigterm_is_killed_with_what_it_started) {
  agent.start({.flags = {"--wait", "0s", "--stop-timeout", "300ms"},
               .program = {"sh", "-c",
                           "trap '' TERM; sleep 1000 & echo $! > " + agent.path("pid") +
                               "; while :; do sleep 1000; done"}});
  ASSERT_TRUE(eventually([&] { return agent.read("pid").ends_with('\n'); }));
  const auto grandchild = static_cast<pid_t>(std::stoi(agent.read("pid")));
  EXPECT_EQ(agent.stop(), 0);
  EXPECT_TRUE(eventually([&] { return ::kill(grandchild, 0) != 0; }));
}

TEST_F(AgentProgram, whose_orphans_are_reaped) {
  agent.start({.flags = {"--wait", "0s"},
               .program = {"sh", "-c",
                           "(sh -c 'echo $$ > " + agent.path("pid") +
                               "; exec sleep 0.2' &) ; while :; do sleep 1000; done"}});
  ASSERT_TRUE(eventually([&] { return agent.read("pid").ends_with('\n'); }));
  const auto orphan = static_cast<pid_t>(std::stoi(agent.read("pid")));
  EXPECT_TRUE(eventually([&] { return ::kill(orphan, 0) != 0; })) << "a zombie is left";
}

TEST_F(AgentProgram, can_ask_the_agent_for_its_configuration) {
  agent.starts({.flags = {"--serve", "127.0.0.1:0"}});
  const int port = agent.served_port();
  ASSERT_NE(port, 0);
  cli::KeepAlive connection(port, 10s);
  EXPECT_EQ(connection.request("GET", "/config").status, 503);
  EXPECT_EQ(connection.request("GET", "/health").status, 503);
  deploys(1);
  ASSERT_TRUE(eventually([&] { return connection.request("GET", "/health").status == 200; }));
  EXPECT_EQ(connection.request("GET", "/config/pool.max").body, "1\n");
  EXPECT_EQ(connection.request("GET", "/config.env").body, "POOL_MAX=1\n");
  const auto status = connection.request("GET", "/status").body;
  EXPECT_TRUE(status.contains(R"("version": "1.1.0")")) << status;
  EXPECT_TRUE(status.contains(R"("registered": true)")) << status;
}

}  // namespace
}  // namespace hotswap::e2e
