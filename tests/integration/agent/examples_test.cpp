// The examples as their READMEs tell them: the agent beside nginx, a shell script, a Python and a
// Node program.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "cli/answer.hpp"
#include "cli/demo/keep_alive.hpp"
#include "cli/session.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"
#include "integration/support/haproxy.hpp"

namespace hotswap::integration {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;

/// A copy of an example's folder, with the agent started in it.
class Example : public ::testing::Test {
 protected:
  void copies(const std::string& name) {
    folder_ = server_.folder() / "example";
    std::filesystem::copy(std::string(HS_SOURCE_DIR) + "/examples/" + name, folder_,
                          std::filesystem::copy_options::recursive);
  }
  void agent_starts(const std::string& flags) {
    const auto line = "cd '" + folder_.string() + "' && exec '" + e2e::binary("hotswap") +
                      "' agent --server " + server_.url() + " --token-file '" +
                      server_.token_file() + "' " + flags;
    auto started = cli::ChildProcess::start(
        {.command = {"sh", "-c", line}, .log = server_.folder() / "agent.log"});
    ASSERT_TRUE(started) << started.error().detail;
    agent_ = std::move(*started);
    ASSERT_TRUE(agent_.wait_line("registered as", 20s)) << agent_.output();
  }
  /// The last one may have arrived a moment before it has ended.
  void deploys(const std::string& version, const std::string& document) {
    if (!last_.empty()) static_cast<void>(server_.final_state_of(last_));
    server_.has_version(version, document, profile_);
    last_ = server_.deploys(version, e2e::kDirect, profile_);
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    const std::ifstream in(folder_ / name);
    return std::string(std::istreambuf_iterator<char>(in.rdbuf()), {});
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
  }
  void expect_rejected(const std::string& words) {
    EXPECT_EQ(server_.final_state_of(last_), "RolledBack");
    const auto story = json::write(server_.timeline_of(last_));
    EXPECT_TRUE(story.contains(words)) << story << agent_.output();
  }
  ~Example() override {
    agent_.send(SIGTERM);
    EXPECT_EQ(agent_.wait(20s), 0) << agent_.output();
  }

  e2e::Server server_;
  std::filesystem::path folder_;
  std::string profile_, last_;
  cli::ChildProcess agent_;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

class NginxExample : public Example {
 protected:
  NginxExample() {
    profile_ = "edge.production";
    server_.has_profile(profile_, "edge");
    copies("agent_nginx");
    document_ = replaced(text("edge.json"), "8480", std::to_string(port_));
  }
  [[nodiscard]] int posts_2k() const {
    cli::KeepAlive connection(port_, 2s);
    return connection.request("POST", "/", std::string(2000, 'x')).status;
  }
  int port_ = free_port();
  std::string document_;
};

TEST_F(NginxExample, a_changed_limit_is_live_and_what_nginx_refuses_is_never_used) {
  agent_starts("--agent-config agent.yaml");
  deploys("1.0.0", document_);
  ASSERT_TRUE(eventually([&] { return posts_2k() == 413; })) << agent_.output();
  deploys("1.1.0", replaced(document_, "1k", "1m"));
  EXPECT_TRUE(eventually([&] { return posts_2k() == 200; })) << agent_.output();
  deploys("1.2.0", replaced(document_, "1k", "1x"));
  expect_rejected("client_max_body_size");
  const auto good = text("nginx.conf.tmpl");
  write("nginx.conf.tmpl", replaced(good, "access_log off;", "acces_log off;"));
  deploys("1.3.0", replaced(document_, "1k", "2m"));
  expect_rejected("unknown directive");
  // Eventually: nginx's old worker may take a last connection after a reload.
  EXPECT_TRUE(eventually([&] { return posts_2k() == 200; })) << "nginx goes on with what it has";
  EXPECT_TRUE(text("nginx.conf").contains("client_max_body_size 1m;"));
}

class EnvExample : public Example {
 protected:
  EnvExample() {
    profile_ = "greeter.production";
    server_.has_profile(profile_, "greeter");
    copies("agent_env");
  }
};

TEST_F(EnvExample, the_script_reads_what_was_written_and_a_refused_value_never_reaches_it) {
  agent_starts("--agent-config agent.yaml");
  const auto document = text("greeter.json");
  deploys("1.0.0", document);
  ASSERT_TRUE(eventually([&] {
    return text("greetings.log").contains("It's $5, \"friend\", Ada!\n");
  })) << agent_.output();
  EXPECT_EQ(text("greeter.env"),
            "GREETING=\"It's \\$5, \\\"friend\\\"\"\nGUESTS_0_NAME=Ada\nREPEAT=1\n");
  deploys("1.1.0", replaced(document, "Ada", "Grace `id`"));
  EXPECT_TRUE(eventually([&] { return text("greetings.log").contains(", Grace `id`!\n"); }));
  deploys("1.2.0", replaced(document, "\"repeat\": 1", "\"repeat\": 11"));
  expect_rejected("check of ");
  EXPECT_TRUE(text("greeter.env").contains("REPEAT=1\n"));
}

class ProgramExample : public Example {
 protected:
  ProgramExample() {
    profile_ = e2e::kProfile;
    server_.has_profile();
    copies("programs");
  }
  [[nodiscard]] cli::PlainAnswer asks(const std::string& method, const std::string& path,
                                      const std::string& body = {}) const {
    cli::KeepAlive connection(port_, 5s);
    return connection.request(method, path, body);
  }
  [[nodiscard]] int pays(const std::string& currency) const {
    return asks("POST", "/pay", R"({"amount":10,"currency":")" + currency + "\"}").status;
  }
  [[nodiscard]] bool soon_runs(const std::string& version) const {
    return eventually([&] { return asks("GET", "/config").body.contains("\"" + version + "\""); },
                      30s);
  }
  void lives_with_the_agent(const std::string& how, const std::string& program) {
    const auto url = "http://127.0.0.1:" + std::to_string(port_);
    agent_starts("--service payment-service --environment Production --state-dir state " + how +
                 " --serve 127.0.0.1:0 --scrape " + url +
                 "/metrics --latency payment_seconds "
                 "--errors 'payments_total{code=~\"5..\"}' -- " +
                 program + " --port " + std::to_string(port_));
    deploys("1.0.0", e2e::example_config("1.0.0"));
    ASSERT_TRUE(soon_runs("1.0.0")) << agent_.output();
    EXPECT_EQ(asks("GET", "/healthz").status, 200);
    EXPECT_EQ(pays("EUR"), 200);
    EXPECT_EQ(pays("CHF"), 422);
    // The provider takes longer than anybody waits: every payment fails for it.
    deploys("1.1.0", replaced(replaced(e2e::example_config("1.0.0"), "\"providerLatencyMs\": 20",
                                       "\"providerLatencyMs\": 500"),
                              "\"timeoutMs\": 200", "\"timeoutMs\": 20"));
    ASSERT_TRUE(soon_runs("1.1.0")) << agent_.output();
    EXPECT_EQ(pays("EUR"), 504);
    const auto metrics = asks("GET", "/metrics").body;
    for (const auto* line : {"payments_total{code=\"200\"} 1", "payments_total{code=\"504\"} 1",
                             "payment_seconds_bucket{le=\"+Inf\"} 3", "payment_seconds_count 3"})
      EXPECT_TRUE(metrics.contains(line)) << line << "\n" << metrics;
  }
  int port_ = free_port();
};

TEST_F(ProgramExample, the_python_program_reads_its_file_again_on_a_signal) {
  lives_with_the_agent("--file app.json --reload-signal HUP", "python3 payments.py");
}

TEST_F(ProgramExample, the_node_program_asks_the_agent) {
  lives_with_the_agent("", "node payments.mjs");
}

}  // namespace
}  // namespace hotswap::integration
