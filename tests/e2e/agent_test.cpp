// Given a program that knows nothing of HotSwap, when an agent stands beside it, then it is an
// instance like any other: judged by its own metrics.
#include <gtest/gtest.h>

#include <csignal>

#include "cli/answer.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

constexpr double kPerSecond = 200;

/// Counts requests as if it had some, and fails a part of them while it is `bad`.
class CountingProgram {
 public:
  [[nodiscard]] int port() const { return program_.port(); }
  [[nodiscard]] std::string url(const std::string& path) const { return program_.url(path); }
  void set_bad(bool bad) { bad_ = bad; }

 private:
  std::optional<Program::Answer> answer(const std::string& path) {
    if (path == "/healthz") return Program::Answer{bad_ ? 503 : 200, ""};
    const auto now = std::chrono::steady_clock::now();
    const double more = std::chrono::duration<double>(now - last_).count() * kPerSecond;
    last_ = now;
    good_ += more * (bad_ ? 0.6 : 1);
    failed_ += more * (bad_ ? 0.4 : 0);
    const auto line = [](const std::string& series, double value) {
      return series + " " + std::to_string(static_cast<std::int64_t>(value)) + "\n";
    };
    return Program::Answer{
        200, "# TYPE http_requests_total counter\n" +
                 line("http_requests_total{code=\"200\"}", good_) +
                 (failed_ > 0 ? line("http_requests_total{code=\"500\"}", failed_) : "") +
                 line("took_seconds_bucket{le=\"0.05\"}", good_ + failed_) +
                 line("took_seconds_bucket{le=\"+Inf\"}", good_ + failed_) +
                 line("took_seconds_count", good_ + failed_) + "this line is garbage {\n"};
  }

  std::atomic<bool> bad_{false};
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double good_ = 5000, failed_ = 0;
  Program program_{[this](const std::string& path) { return answer(path); }};
};

struct Agents : ::testing::Test {
  static constexpr int kCount = 4;
  Server server;
  std::vector<std::unique_ptr<CountingProgram>> programs;
  std::vector<cli::ChildProcess> agents;

  void start_agents(const std::vector<std::string>& more) {
    for (int i = 0; i < kCount; ++i) {
      programs.push_back(std::make_unique<CountingProgram>());
      const auto name = "pay-" + std::to_string(i);
      std::vector<std::string> command{binary("hotswap"), "agent",
                                       "--server",        server.url(),
                                       "--token-file",    server.token_file(),
                                       "--service",       kService,
                                       "--environment",   kEnvironment,
                                       "--hostname",      name,
                                       "--label",         "track=" + name,
                                       "--state-dir",     (server.folder() / name).string()};
      for (const auto& each : more)
        command.push_back(each.starts_with("/") ? programs.back()->url(each) : each);
      auto process =
          cli::ChildProcess::start({.command = command, .log = server.folder() / (name + ".log")});
      ASSERT_TRUE(process) << process.error().detail;
      agents.push_back(std::move(*process));
    }
    ASSERT_TRUE(eventually([&] { return server.instances().size() == kCount; }));
  }
  void runs_first_version() {
    server.has_profile();
    server.has_version("1.0.0", example_config("1.0.0"));
    ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
    server.has_version("1.1.0", example_config("1.1.0"));
  }
  /// Of the one who runs the version alone, once it does.
  std::optional<std::size_t> canary_of(const std::string& version) {
    std::optional<std::size_t> found;
    eventually([&] {
      for (const auto& instance : server.instances()) {
        if (!json::write(instance).contains(R"("observed":{"version":")" + version)) continue;
        found = static_cast<std::size_t>(cli::text_at(instance, "hostname").back() - '0');
        return true;
      }
      return false;
    });
    return found;
  }
};

constexpr auto kCanary =
    R"({"type":"Canary","phases":[25,50,100],"phaseInterval":"PT30S","autoPromote":true})";

TEST_F(Agents, AVersionThatMakesTheProgramFailIsRolledBack) {
  start_agents({"--scrape", "/metrics", "--requests", "http_requests_total", "--errors",
                R"(http_requests_total{code=~"5.."})", "--latency", "took_seconds"});
  runs_first_version();
  std::this_thread::sleep_for(3s);  // traffic to compare with
  const auto id = server.deploys("1.1.0", kCanary);
  const auto canary = canary_of("1.1.0");
  ASSERT_TRUE(canary);
  programs[*canary]->set_bad(true);
  ASSERT_TRUE(eventually([&] { return server.state_of(id) == "RollingBack"; }, 60s));
  programs[*canary]->set_bad(false);  // as the old version would
  EXPECT_EQ(server.final_state_of(id), "RolledBack");
  const auto deployment = server.api().get(cli::deployment_path(id));
  ASSERT_TRUE(deployment);
  EXPECT_TRUE(json::write(*deployment).contains("error-rate")) << json::write(*deployment);
}

TEST_F(Agents, AHealthUrlThatFailsIsToldAndSoIsItsEnd) {
  start_agents({"--health-url", "/healthz"});
  programs[1]->set_bad(true);
  const auto told = [&](const std::string& words) {
    return eventually([&] {
      for (const auto& instance : server.instances()) {
        if (cli::text_at(instance, "hostname") != "pay-1") continue;
        const auto whole = server.api().get("/api/v1/instances/" + cli::text_at(instance, "id"));
        return whole && json::write(*whole).contains(words);
      }
      return false;
    });
  };
  EXPECT_TRUE(told("/healthz is not well: 503"));
  programs[1]->set_bad(false);
  EXPECT_TRUE(told("the program is well again"));
}

TEST_F(Agents, OneThatIsToldToStopLeavesAndKeepsItsIdForItsReturn) {
  start_agents({"--health-url", "/healthz"});
  const auto id = cli::text_at(server.instances()[0], "id");
  for (auto& agent : agents) {
    agent.send(SIGTERM);
    EXPECT_EQ(agent.wait(20s), 0);
  }
  EXPECT_TRUE(server.instances().empty());
  agents.clear();
  programs.clear();
  start_agents({"--health-url", "/healthz"});
  bool returned = false;
  for (const auto& instance : server.instances()) returned |= cli::text_at(instance, "id") == id;
  EXPECT_TRUE(returned);
}

TEST(AgentFlags, ThatDoNotFitAreToldAtOnce) {
  const std::vector<std::string> base{"agent", "--service", "pay", "--environment", "Production"};
  const auto refused = [&](std::vector<std::string> more, const std::string& words) {
    auto arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = hotswap(arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_TRUE(result.err.contains(words)) << result.err;
  };
  refused({"--scrape", "127.0.0.1:9100", "--requests", "x"}, "--scrape: must be an http://");
  refused({"--scrape", "http://127.0.0.1:9100/metrics"}, "say what is to be read");
  refused({"--requests", "x"}, "is required to read metrics");
  refused({"--scrape", "http://h/m", "--requests", "x{"}, "is no selector");
  refused({"--scrape", "http://h/m", "--errors", "x"}, "errors need a count of requests");
  refused({"--scrape", "http://h/m", "--latency", "x", "--latency-unit", "h"},
          "must be s, ms or us");
  refused({"--scrape", "http://h/m", "--metric", "queue"}, "must be NAME=VALUE");
  refused({"--health-url", "ftp://h/"}, "--health-url");
  refused({"--label", "track"}, "must be NAME=VALUE");
  refused({"--traffic-only"}, "--traffic-template");
}

}  // namespace
}  // namespace hotswap::e2e
