// Given a program that reads files, when a version is deployed, then the agent puts it into the
// files in one piece, checked and reloaded, or not at all.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "domain/json/write.hpp"
#include "e2e/support/agent.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

std::string document(int max) { return R"({"pool":{"max":)" + std::to_string(max) + "}}"; }
std::string as_file(int max) {
  return "{\n  \"pool\": {\n    \"max\": " + std::to_string(max) + "\n  }\n}\n";
}
std::string number(int max) { return "1." + std::to_string(max) + ".0"; }

struct AgentFiles : ::testing::Test {
  Server server;
  AgentProcess agent{server};

  void deploys(int max, const std::string& strategy = kDirect) {
    server.has_version(number(max), document(max), kAgentProfile);
    last = server.deploys(number(max), strategy, kAgentProfile);
  }
  std::string last;
  /// Whether the deployment is rolled back, with these words of the instance in its story.
  [[nodiscard]] bool rejected(const std::string& words) {
    EXPECT_EQ(server.final_state_of(last), "RolledBack");
    const auto story = json::write(server.timeline_of(last));
    EXPECT_TRUE(story.contains(words)) << story << agent.process().output();
    return story.contains(words);
  }
  [[nodiscard]] std::size_t leftovers() const {
    std::size_t count = 0;
    for (const auto& each : std::filesystem::directory_iterator(agent.folder()))
      count += each.path().filename().string().starts_with(".hotswap-") ? 1 : 0;
    return count;
  }
};

TEST_F(AgentFiles, a_config_file_names_several_targets_in_every_format) {
  agent.write("t.tmpl", "pool {{pool.max}} # {{@version}} on {{@hostname}}\n");
  agent.write("agent.yaml",
              "targets:\n  - file: a.json\n    mode: \"0600\"\n  - file: a.yaml\n  - file: a.toml\n"
              "  - file: a.env\n  - file: a.properties\n  - file: a.conf\n    template: t.tmpl\n"
              "    check: grep -q pool {}\nreload: echo reloaded >> " +
                  agent.path("log") + "\ncheckTimeout: 5s\nlabels:\n  track: canary\n");
  agent.starts({.flags = {"--agent-config", agent.path("agent.yaml")}});
  deploys(10);
  ASSERT_TRUE(agent.reports("running", "1.10.0"));
  EXPECT_EQ(agent.read("a.json"), as_file(10));
  EXPECT_EQ(agent.read("a.yaml"), "pool:\n  max: 10\n");
  EXPECT_EQ(agent.read("a.toml"), "[pool]\nmax = 10\n");
  EXPECT_EQ(agent.read("a.env"), "POOL_MAX=10\n");
  EXPECT_EQ(agent.read("a.properties"), "pool.max=10\n");
  EXPECT_EQ(agent.read("a.conf"), "pool 10 # 1.10.0 on app-1\n");
  EXPECT_EQ(agent.read("log"), "reloaded\n");
  EXPECT_TRUE(agent.known().contains(R"("track":"canary")"));
  EXPECT_EQ(static_cast<int>(std::filesystem::status(agent.path("a.json")).permissions()), 0600);
  EXPECT_EQ(leftovers(), 0U);
}

TEST_F(AgentFiles, a_check_that_objects_rejects_the_version_with_its_words) {
  agent.starts({.flags = {"--file", agent.path("a.json"), "--check",
                          "grep -q '\"max\": [0-9]$' {} || { echo the pool is too large; exit 3; }",
                          "--reload", "echo reloaded >> " + agent.path("log")}});
  deploys(5);
  ASSERT_TRUE(agent.reports("running", "1.5.0"));
  deploys(50);
  EXPECT_TRUE(rejected("ended with 3: the pool is too large"));
  EXPECT_EQ(agent.read("a.json"), as_file(5));
  EXPECT_EQ(agent.read("log"), "reloaded\n") << "nobody was told of the bad one";
}

TEST_F(AgentFiles, a_staged_version_is_checked_and_not_written_until_it_is_activated) {
  agent.starts(
      {.flags = {"--file", agent.path("a.json"), "--check",
                 "grep max {} >> " + agent.path("checked") + "; ! grep -q 66 {}", "--reload",
                 "grep max " + agent.path("a.json") + " >> " + agent.path("log")}});
  deploys(5);
  ASSERT_TRUE(agent.reports("running", "1.5.0"));
  const auto* slots = R"({"type":"BlueGreen","switchMode":"slot","verificationPeriod":"PT1S",
                          "keepBlueDuration":"PT1S","healthCheckEnabled":false})";
  deploys(6, slots);
  EXPECT_EQ(server.final_state_of(last), "Succeeded");
  EXPECT_EQ(agent.read("a.json"), as_file(6));
  const std::string five = "    \"max\": 5\n", six = "    \"max\": 6\n";
  EXPECT_EQ(agent.read("checked"), five + six + six) << "when it was staged, and when it was used";
  deploys(66, slots);
  EXPECT_TRUE(rejected("check of "));
  EXPECT_EQ(agent.read("a.json"), as_file(6));
  EXPECT_EQ(agent.read("log"), five + six);
}

TEST_F(AgentFiles, a_check_that_never_ends_is_killed_and_rejects) {
  agent.starts({.flags = {"--file", agent.path("a.json"), "--check-timeout", "300ms", "--check",
                          "echo thinking; sleep 1000 & sleep 1000"}});
  deploys(5);
  EXPECT_TRUE(agent.reports("rejected", "1.5.0", "did not end within PT0.3S and was killed"));
  EXPECT_EQ(agent.read("a.json"), "");
  EXPECT_EQ(leftovers(), 0U);
}

TEST_F(AgentFiles, a_reload_that_hangs_is_killed_and_the_old_file_is_back) {
  agent.starts(
      {.flags = {"--file", agent.path("a.json"), "--reload-timeout", "300ms", "--reload",
                 "if grep -q 'max\": 6' " + agent.path("a.json") + "; then sleep 1000; fi; cat " +
                     agent.path("a.json") + " > " + agent.path("seen")}});
  deploys(5);
  ASSERT_TRUE(agent.reports("running", "1.5.0"));
  deploys(6);
  EXPECT_TRUE(rejected("reload: "));
  EXPECT_EQ(agent.read("a.json"), as_file(5));
  EXPECT_EQ(agent.read("seen"), as_file(5)) << "reloaded again with the old one";
  EXPECT_EQ(leftovers(), 0U);
}

TEST_F(AgentFiles, a_disk_that_is_full_rejects_and_leaves_the_old_file) {
  // A limit of 10 KiB per file stands for the full disk: the write itself fails half-way.
  agent.write("agent.sh", "#!/bin/sh\nulimit -f 20\nexec \"$@\"\n", 0755);
  auto process = cli::ChildProcess::start(
      {.command = {agent.path("agent.sh"), binary("hotswap"), "agent", "--server", server.url(),
                   "--token-file", server.token_file(), "--service", kAgentService, "--environment",
                   kEnvironment, "--hostname", "app-1", "--file", agent.path("a.json")},
       .log = agent.folder() / "full.log"});
  ASSERT_TRUE(process) << process.error().detail;
  ASSERT_TRUE(process->wait_line("registered as", 20s));
  deploys(5);
  ASSERT_TRUE(agent.soon("a.json", as_file(5)));
  EXPECT_EQ(server.final_state_of(last), "Succeeded");
  server.has_version("2.0.0", R"({"pool":{"max":6},"text":")" + std::string(20'000, 'x') + "\"}",
                     kAgentProfile);
  last = server.deploys("2.0.0", kDirect, kAgentProfile);
  EXPECT_TRUE(rejected("File too large"));
  EXPECT_EQ(agent.read("a.json"), as_file(5));
  EXPECT_EQ(leftovers(), 0U);
}

TEST_F(AgentFiles, a_folder_that_cannot_be_written_rejects_with_the_remedy) {
  agent.write("plain", "a file, not a folder");
  agent.starts({.flags = {"--file", agent.path("plain/a.json")}});
  deploys(5);
  EXPECT_TRUE(agent.reports("rejected", "1.5.0", "make the folder first"));
}

TEST_F(AgentFiles, an_unknown_template_variable_rejects_with_line_and_neighbours) {
  agent.write("t.tmpl", "one\nmax {{pool.mx}}\n");
  agent.starts({.flags = {"--file", agent.path("a.conf"), "--template", agent.path("t.tmpl")}});
  deploys(5);
  EXPECT_TRUE(
      agent.reports("rejected", "1.5.0", "line 2: pool.mx is unknown: in pool did you mean max?"));
}

TEST_F(AgentFiles, killed_at_any_step_of_its_write_the_file_is_whole_and_the_next_agent_goes_on) {
  AgentFlags flags{
      .flags = {"--file", agent.path("a.json"), "--reload", "true", "--check", "true"}};
  agent.starts(flags);
  deploys(1);
  ASSERT_TRUE(agent.reports("running", "1.1.0"));
  EXPECT_EQ(agent.stop(), 0);
  int max = 1;
  for (const auto* step : {"created", "half", "written", "synced", "checked", "saved", "renamed",
                           "folder", "reloaded", "kept"}) {
    auto dying = flags;
    dying.environment = {{"HOTSWAP_AGENT_DIES_AT", step}};
    agent.starts(dying);
    deploys(++max);
    ASSERT_EQ(agent.process().wait(20s), 128 + SIGKILL) << step << agent.process().output();
    const auto left = agent.read("a.json");
    EXPECT_TRUE(left == as_file(max - 1) || left == as_file(max)) << step << ": " << left;
    agent.starts(flags);
    EXPECT_TRUE(agent.soon("a.json", as_file(max))) << step << agent.process().output();
    ASSERT_TRUE(agent.reports("running", number(max))) << step;
    EXPECT_EQ(leftovers(), 0U) << step;
    agent.kill();
  }
}

TEST_F(AgentFiles, without_a_server_it_starts_from_its_last_known_good) {
  AgentFlags flags{.flags = {"--file", agent.path("a.json")}};
  agent.starts(flags);
  deploys(7);
  ASSERT_TRUE(agent.reports("running", "1.7.0"));
  EXPECT_EQ(agent.stop(), 0);
  EXPECT_TRUE(server.terminate());
  std::filesystem::remove(agent.path("a.json"));
  agent.start(flags);
  EXPECT_TRUE(agent.soon("a.json", as_file(7))) << agent.process().output();
  agent.kill();
  agent.write("a.json", "somebody's own idea");
  agent.start(flags);
  EXPECT_TRUE(agent.soon("a.json", as_file(7))) << agent.process().output();
}

TEST_F(AgentFiles, a_signal_reaches_the_program_of_the_pid_file) {
  agent.write("program.sh",
              "#!/bin/sh\ntrap 'cat " + agent.path("a.json") + " > " + agent.path("seen") +
                  "' HUP\necho $$ > " + agent.path("pid") + "\nwhile :; do sleep 0.05; done\n",
              0755);
  agent.starts({.flags = {"--file", agent.path("a.json"), "--reload-signal", "HUP", "--pid-file",
                          agent.path("pid")}});
  deploys(1);
  ASSERT_TRUE(agent.reports("running", "1.1.0")) << "a program that does not run reads it later";
  auto program = cli::ChildProcess::start(
      {.command = {agent.path("program.sh")}, .log = agent.folder() / "program.log"});
  ASSERT_TRUE(program);
  ASSERT_TRUE(eventually([&] { return agent.read("pid").ends_with('\n'); }));
  deploys(2);
  EXPECT_TRUE(agent.soon("seen", as_file(2)));
}

TEST_F(AgentFiles, are_those_of_the_flags_which_go_before_the_file) {
  agent.write("agent.yaml",
              "targets: [{file: other.json}]\n"
              "reload: {signal: HOP}\n"
              "metrics: {latencyUnit: bogus}\n"
              "labels: {track: blue, zone: b}\n");
  agent.starts(
      {.flags = {"--agent-config", agent.path("agent.yaml"), "--file", agent.path("a.json"),
                 "--reload", "echo reloaded >> " + agent.path("told"), "--latency-unit", "ms",
                 "--label", "track=green"}});
  deploys(1);
  ASSERT_TRUE(agent.soon("told", "reloaded\n"));
  EXPECT_EQ(agent.read("a.json"), as_file(1));
  EXPECT_FALSE(std::filesystem::exists(agent.path("other.json")));
  const auto known = agent.known();
  EXPECT_TRUE(known.contains("green") && !known.contains("blue")) << known;
}

TEST_F(AgentFiles, whose_check_hangs_do_not_hold_up_the_agents_end) {
  agent.starts({.flags = {"--file", agent.path("a.json"), "--check-timeout", "10m", "--check",
                          "echo $$ > " + agent.path("pid") + "; sleep 1000"}});
  server.has_version("1.1.0", document(1), kAgentProfile);
  static_cast<void>(server.deploys("1.1.0", kDirect, kAgentProfile));
  ASSERT_TRUE(eventually([&] { return agent.read("pid").ends_with('\n'); }));
  const auto check = static_cast<pid_t>(std::stoi(agent.read("pid")));
  EXPECT_EQ(agent.stop(), 0);
  EXPECT_NE(::kill(check, 0), 0);
  EXPECT_FALSE(std::filesystem::exists(agent.path("a.json")));
}

TEST(AgentFileFlags, ThatDoNotFitAreToldAtOnce) {
  const auto refused = [&](std::vector<std::string> more, const std::string& words) {
    std::vector<std::string> arguments{"agent", "--service", "pay", "--environment", "Production"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = hotswap(arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_TRUE(result.err.contains(words)) << result.err;
  };
  refused({"--file", "/tmp/x.conf"}, "--format: say json, yaml, toml, env or properties");
  refused({"--file", "a.json", "--file", "a.json"}, "is given twice");
  refused({"--file", "a.json", "--mode", "0999"}, "must be octal like 0640");
  refused({"--file", "a.json", "--owner", "nobody-here:x"}, "there is no user nobody-here");
  refused({"--template", "t"}, "comes together with one --file");
  refused({"--check", "true"}, "--check: is about a file");
  refused({"--file", "a.json", "--reload", "a", "--reload-url", "http://x/"},
          "give one of --reload");
  refused({"--file", "a.json", "--reload", "restart"}, "restart needs a program");
  refused({"--file", "a.json", "--reload-signal", "HUP"}, "--pid-file: is required");
  refused({"--file", "a.json", "--reload-signal", "HOP", "--pid-file", "p"}, "HOP is no signal");
  refused(
      {"--traffic-only", "--traffic-template", "t", "--traffic-output", "o", "--file", "a.json"},
      "--traffic-only: registers nobody");
  refused({"--env"}, "--env: needs a program");
  refused({"--serve", "0.0.0.0:80"}, "can be reached by others");
  refused({"--serve", "somewhere"}, "must be IP:PORT");
  refused({"--restart", "sometimes", "--", "true"}, "must be on-failure, always or never");
  refused({"--restart", "bogus"}, "--restart: must be on-failure, always or never");
  refused({"--crash-limit", "-3"}, "--crash-limit: must be 1 or more");
  refused({"--stop-timeout", "bogus"}, "--stop-timeout: ");
  refused({"--file", "a.json", "--check-timeout", "0s"}, "--check-timeout: must be more than 0");
  refused({"--file", "a.json", "--reload-timeout", "0s"}, "--reload-timeout: must be more than 0");
  refused({"--file", ""}, "--file: is empty");
  const cli::TempFolder folder("hotswap-agent-links");
  const auto file = (folder.path() / "a.json").string(), link = (folder.path() / "b.json").string();
  std::ofstream(file) << "{}";
  std::filesystem::create_symlink("a.json", link);
  refused({"--file", file, "--file", link}, "is given twice, also as " + file);
  refused({"--file", link, "--template", file}, "would be overwritten: it is the file");
  refused({"--agent-config", "/no/such.yaml"}, "cannot read /no/such.yaml");
}

TEST(AgentFileFlags, AConfigFileWithAMistakeIsNamedWithItsPlace) {
  const cli::TempFolder folder("hotswap-agent-config");
  const auto file = (folder.path() / "a.yaml").string();
  const auto refused = [&](const std::string& text, const std::string& words) {
    std::ofstream(file) << text;
    const auto result = hotswap({"agent", "--agent-config", file});
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_TRUE(result.err.contains(file + ": " + words)) << result.err;
  };
  refused("servce: x\n", "servce: is unknown: there are service, environment,");
  refused("targets:\n  - file: a.json\n    mod: 1\n", "targets[0].mod: is unknown: there are file");
  refused("targets:\n  - file: a.json\n    mode: 640\n", "targets[0].mode: must be text");
  refused("targets:\n  - mode: \"0640\"\n", "targets[0].file: is missing");
  refused("reload:\n  comand: x\n", "reload.comand: is unknown: there are command, signal");
  refused("supervise:\n  command: x\n", "supervise.command: must be a list");
  refused("a: b: c\n", "line 1, column 5");
  std::ofstream(file) << "environment: Production\n";
  EXPECT_TRUE(hotswap({"agent", "--agent-config", file}).err.contains("--service: is required"));
}

}  // namespace
}  // namespace hotswap::e2e
