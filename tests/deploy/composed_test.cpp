// The whole cluster of deploy/compose, running.
#include "deploy/support/composed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "deploy/support/facts.hpp"
#include "domain/json/parse.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::deploy {
namespace {

using e2e::eventually;

class ComposedCluster : public testing::Test {
 protected:
  e2e::CommandResult hotswap(std::vector<std::string> words) {
    words.insert(words.begin(), {"--server", cluster_.haproxy_url()});
    return e2e::hotswap(words, {.environment = {{"HOTSWAP_TOKEN", cluster_.admin_token()}}});
  }
  void expect_done(const std::vector<std::string>& words) {
    const auto result = hotswap(words);
    EXPECT_EQ(result.code, 0) << words[0] << ' ' << words[1] << '\n' << result.out << result.err;
  }
  void brings_out(const std::string& version) {
    const auto file = cluster_.folder() / "shop.json";
    std::ofstream(file) << R"({"version": ")" << version << "\"}";
    expect_done({"version", "upload", "shop.production", file.string(), "--version", version});
    expect_done({"deploy", "shop.production", version, "--strategy", "Direct", "--watch"});
  }
  /// An agent that reaches the cluster through HAProxy alone.
  cli::ChildProcess agent() {
    auto started = cli::ChildProcess::start(
        {.command = {e2e::binary("hotswap"), "--server", cluster_.haproxy_url(), "agent",
                     "--service=shop", "--environment=Production", "--hostname=shop-1",
                     "--heartbeat-interval=1s", "--file=" + handed().string(),
                     "--state-dir=" + (cluster_.folder() / "agent").string()},
         .environment = {{"HOTSWAP_TOKEN", cluster_.admin_token()}},
         .log = cluster_.folder() / "agent.log"});
    if (!started) throw std::runtime_error(started.error().detail);
    return std::move(*started);
  }
  [[nodiscard]] std::filesystem::path handed() const { return cluster_.folder() / "app.json"; }
  [[nodiscard]] bool is_handed(const std::string& version) const {
    return eventually([&] {
      return std::filesystem::exists(handed()) && text_of(handed()).contains('"' + version + '"');
    });
  }
  /// Open streams as each node tells.
  int streams_of(std::size_t node) {
    const auto page = cluster_.metrics_of(node);
    const std::string name = "\nhotswap_streams ";
    const auto at = page.find(name);
    return at == std::string::npos ? -1 : std::stoi(page.substr(at + name.size()));
  }
  /// First value of a query, empty without one.
  std::string query(const std::string& expression) {
    HttpClient http;
    const auto answer =
        http.request({.url = cluster_.prometheus_url() + "/api/v1/query?query=" + expression});
    const auto body = answer ? json::parse(answer->body) : std::unexpected(answer.error());
    return body ? text_at(*body, "/data/result/0/value/1") : std::string();
  }

  Composed cluster_;
};

/// Somebody who asks all the while, on a connection that is kept as on new ones.
class Caller {
 public:
  Caller(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      HttpClient kept;
      while (!stop.stop_requested() && calls_ < kMost) {
        HttpClient fresh;
        ask(++calls_ % 2 == 0 ? kept : fresh);
      }
    });
  }
  /// Ends, and tells what was no answer 200.
  std::string failures() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return failures_;
  }
  [[nodiscard]] int calls() const { return calls_; }

 private:
  static constexpr int kMost = 100'000;
  void ask(HttpClient& client) {
    const auto answer = client.request(
        {.url = url_ + "/api/v1/configs", .headers = {{"Authorization", "Bearer " + token_}}});
    if (answer && answer->status == 200) return;
    failures_ +=
        answer ? std::to_string(answer->status) + ' ' + answer->body : answer.error().detail;
    failures_ += '\n';
  }

  const std::string url_, token_;
  std::string failures_;
  std::atomic<int> calls_ = 0;
  std::jthread thread_;
};

/// Of a histogram's series, as Prometheus stores them.
std::string family_of(std::string_view name) {
  for (const std::string_view end : {"_bucket", "_count", "_sum"})
    if (name.ends_with(end)) name.remove_suffix(end.size());
  return std::string(name);
}

TEST_F(ComposedCluster, has_a_synchronous_standby_redis_and_a_prometheus_that_knows_every_metric) {
  EXPECT_EQ(cluster_.primary_says("SHOW synchronous_standby_names"), "FIRST 1 (standby)");
  EXPECT_EQ(cluster_.primary_says("SELECT slot_name FROM pg_replication_slots WHERE active"),
            "standby");
  EXPECT_EQ(cluster_.primary_says("SELECT count(DISTINCT client_addr) FROM pg_stat_activity "
                                  "WHERE usename = 'hotswap'"),
            "1");
  EXPECT_TRUE(cluster_.redis_says("config get maxmemory-policy").contains("volatile-lru"));
  EXPECT_TRUE(eventually([&] { return cluster_.metrics_of(0).contains("\nhotswap_redis_up 1"); }));

  cluster_.start_haproxy();
  cluster_.start_prometheus();
  EXPECT_TRUE(eventually([&] { return query("sum(up{job=\"hotswap\"})") == "2"; }));
  EXPECT_TRUE(eventually([&] { return query("sum(up{job=\"haproxy\"})") == "1"; }));
  EXPECT_TRUE(eventually([&] { return query("hotswap:nodes_recommended") == "2"; }));
  EXPECT_TRUE(eventually([&] { return query("sum(hotswap_cluster_leader)") == "1"; }));

  Names named;
  for (const std::string folder : {"kubernetes", "prometheus"})
    for (const auto& file : files_below(deploy_path(folder), ".yaml"))
      named.merge(metrics_in(text_of(file)));
  const auto known = exported(cluster_.metrics_of(0));
  EXPECT_GE(named.size(), 7U);
  // Many come with what they are about; that the page names what there is, and nothing else, is
  // held by a test of its own.
  const auto page = text_of(std::filesystem::path(e2e::source_folder()) / "docs" / "metrics.md");
  for (const auto& name : named)
    EXPECT_TRUE(page.contains("| `" + family_of(name) + "` |")) << name;
  EXPECT_TRUE(known.contains("hotswap_redis_up"));
  EXPECT_FALSE(known.contains("hotswap_cluster_recommended_nodes"));
}

TEST_F(ComposedCluster, serves_streams_through_haproxy_and_keeps_them_when_a_node_leaves) {
  cluster_.start_haproxy();
  expect_done(
      {"config", "create", "shop.production", "--service", "shop", "--environment", "Production"});
  auto agent = this->agent();
  ASSERT_TRUE(eventually([&] { return streams_of(0) + streams_of(1) == 1; })) << agent.output();
  brings_out("1.0.0");
  EXPECT_TRUE(is_handed("1.0.0")) << agent.output();

  const std::size_t home = streams_of(0) == 1 ? 0 : 1;
  Caller caller(cluster_.haproxy_url(), cluster_.admin_token());
  cluster_.node(home).send(SIGTERM);
  EXPECT_EQ(cluster_.node(home).wait(std::chrono::seconds(30)), 0);
  ASSERT_TRUE(eventually([&] { return streams_of(1 - home) == 1; })) << agent.output();
  brings_out("1.1.0");
  EXPECT_EQ(caller.failures(), "") << "of " << caller.calls() << " calls";
  EXPECT_GE(caller.calls(), 10);
  EXPECT_TRUE(is_handed("1.1.0")) << agent.output();
}

}  // namespace
}  // namespace hotswap::deploy
