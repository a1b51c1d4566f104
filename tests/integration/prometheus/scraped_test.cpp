// Given a server on which everything has happened once, then a real Prometheus finds every metric
// of the documentation, with exemplars, and promtool has nothing to say about their form.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"
#include "integration/prometheus/prometheus.hpp"
#include "packaging/shell.hpp"

namespace hotswap::integration {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;

constexpr auto kOpenMetrics = "application/openmetrics-text";
constexpr auto kText = "text/plain";

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The metrics that need nothing special, as Prometheus names their series.
std::set<std::string> expected_series() {
  const auto page = text_of(e2e::source_folder() + "/docs/metrics.md");
  const std::regex row(R"(\| `([a-z_]+)` \| (counter|gauge|histogram) \|([^\n]*))");
  const std::regex condition(R"(\*[a-z]+\*)");
  std::set<std::string> names;
  for (std::sregex_iterator found(page.begin(), page.end(), row), end; found != end; ++found) {
    if (std::regex_search((*found)[3].str(), condition)) continue;
    names.insert((*found)[1].str() + ((*found)[2] == "histogram" ? "_count" : ""));
  }
  return names;
}

struct Scrapes : ::testing::Test {
  e2e::Server server{{"--heartbeat-interval", "500ms"}};
  std::optional<e2e::Services> services;

  int port() { return std::stoi(server.url().substr(server.url().rfind(':') + 1)); }
  std::string metrics(const std::string& accept) {
    const auto answer = server.api().call({.path = "/metrics", .accept = accept});
    EXPECT_TRUE(answer) << answer.error().detail;
    return answer ? answer->body : "";
  }
  void profile_with_schema() {
    const auto schema = server.api().post(
        "/api/v1/schemas",
        json::Object{{"name", "payments"}, {"schema", *json::parse(R"({"type":"object",
          "properties":{"version":{"type":"string"}}})")}});
    ASSERT_TRUE(schema) << schema.error().detail;
    const auto made =
        server.api().post("/api/v1/configs", json::Object{{"name", e2e::kProfile},
                                                          {"serviceName", e2e::kService},
                                                          {"environment", e2e::kEnvironment},
                                                          {"schemaId", "payments"}});
    ASSERT_TRUE(made) << made.error().detail;
  }
  /// A deployment that succeeds, one that is rolled back, a document that is refused. The second
  /// deployment, whose exemplars are the newest.
  std::string everything_happens() {
    profile_with_schema();
    services.emplace(server, 2);
    server.has_version("1.0.0", e2e::example_config("1.0.0"));
    server.has_version("1.1.0", e2e::example_config("1.1.0"));
    EXPECT_FALSE(server.api().post("/api/v1/configs/" + std::string(e2e::kProfile) + "/versions",
                                   *json::parse(R"({"version":"9.0.0","data":{"version":1}})")));
    const auto first = server.deploys("1.0.0", e2e::kDirect);
    EXPECT_EQ(server.final_state_of(first), "Succeeded");
    const auto second =
        server.deploys("1.1.0", R"({"type":"Canary","phases":[50,100],"phaseInterval":"PT60S"})");
    EXPECT_TRUE(eventually([&] { return services->running("1.1.0") == 1; }));
    server.commands(second, "rollback");
    EXPECT_EQ(server.final_state_of(second), "RolledBack");
    return second;
  }
};

TEST_F(Scrapes, find_every_metric_of_the_documentation_and_the_trace_of_a_deployment) {
  const auto deployment = everything_happens();
  Prometheus prometheus({.port = port(),
                         .metric = "config_rollback_duration_seconds_count",
                         .credentials_file = server.token_file(),
                         .more = {"--enable-feature=exemplar-storage"}});
  const auto names = json::write(prometheus.ask("label/__name__/values", {}));
  const auto expected = expected_series();
  EXPECT_GT(expected.size(), 45U);
  for (const auto& name : expected)
    EXPECT_TRUE(names.contains('"' + name + '"')) << name << " is not there";

  const auto stored = server.api().get(cli::deployment_path(deployment));
  ASSERT_TRUE(stored);
  const auto trace = cli::text_at(*stored, "traceId");
  ASSERT_EQ(trace.size(), 32U);
  for (const std::string metric :
       {"hotswap_fanout_lag_seconds_bucket", "config_deployment_duration_seconds_bucket"}) {
    std::string exemplars;
    EXPECT_TRUE(eventually([&] {
      exemplars = json::write(prometheus.ask(
          "query_exemplars", {{"query", metric}, {"start", "0"}, {"end", "9999999999"}}));
      return exemplars.contains("\"trace_id\":\"" + trace + '"');
    })) << metric
        << exemplars;
  }
  const auto requests = json::write(prometheus.ask(
      "query", {{"query", R"(sum by (status) (hotswap_http_requests_total{method="POST",)"
                          R"(route="/api/v1/configs/{name}/versions"}))"}}));
  EXPECT_TRUE(requests.contains(R"("status":"201"},"value":[)")) << requests;
  EXPECT_TRUE(requests.contains(R"("status":"422"},"value":[)")) << requests;
}

TEST_F(Scrapes, please_promtool_in_both_forms) {
  static_cast<void>(everything_happens());
  const auto plain = metrics(kText);
  const auto file = server.folder() / "metrics.txt";
  std::ofstream(file) << plain;
  const auto said = packaging::sh(R"(promtool check metrics <"$1")", {file.string()});
  EXPECT_EQ(said.code, 0) << said.output;
  EXPECT_EQ(said.output, "");
  // And it would say something.
  std::ofstream(file) << "# TYPE a counter\na 1\n";
  EXPECT_NE(packaging::sh(R"(promtool check metrics <"$1")", {file.string()}).code, 0);

  const auto open = metrics(kOpenMetrics);
  EXPECT_TRUE(open.ends_with("# EOF\n"));
  EXPECT_TRUE(open.contains("# {trace_id=\"")) << "durations have exemplars";
  EXPECT_FALSE(plain.contains("trace_id"));
  // Never a name of a path, of a person or of a token in a label.
  EXPECT_FALSE(plain.contains("/versions/1.0.0"));
  EXPECT_TRUE(
      plain.contains("instances_healthy{environment=\"Production\",service=\"payment-service\"} 2"))
      << plain;
}

}  // namespace
}  // namespace hotswap::integration
