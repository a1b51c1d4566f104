// Given a real Prometheus, a deployment is judged by what it answers; when it dies, a person is
// asked.
#include "integration/prometheus/prometheus.hpp"

#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"
#include "integration/support/haproxy.hpp"

namespace hotswap::integration {

namespace {

using e2e::eventually;
using namespace std::chrono_literals;

/// The part of failed payments per host, as another system measures it.
constexpr auto kQuery = R"(avg(payment_failures_ratio{host=~\"{{instances}}\"}))";

std::string policy(const std::string& query, const std::string& more) {
  return R"({"criteria":[{"name":"payments","type":"Query","absolute":true,"threshold":0.05,)"
         R"("window":"PT10S","interval":"PT1S","query":")" +
         query + "\"" + more + "}]}";
}

constexpr auto kCanary = R"({"type":"Canary","phases":[50,100],"phaseInterval":"PT8S"})";

struct Judged : ::testing::Test {
  std::atomic<int> bad{0};  ///< number of the host whose payments fail; 0: none
  e2e::Program exporter{[this](const std::string&) {
    std::string text = "# TYPE payment_failures_ratio gauge\n";
    for (const int host : {1, 2})
      text += "payment_failures_ratio{host=\"pay-" + std::to_string(host) + "\"} " +
              (bad == host ? "0.4" : "0.01") + "\n";
    return e2e::Program::Answer{200, text};
  }};
  Prometheus prometheus{exporter.port()};
  e2e::Server server{{"--prometheus-url", prometheus.url(), "--heartbeat-interval", "500ms",
                      "--remove-after", "60s"}};
  std::optional<e2e::Services> services;

  void given(const std::string& health) {
    const auto made =
        server.api().post("/api/v1/configs", json::Object{{"name", e2e::kProfile},
                                                          {"serviceName", e2e::kService},
                                                          {"environment", e2e::kEnvironment},
                                                          {"health", *json::parse(health)}});
    ASSERT_TRUE(made) << made.error().detail;
    services.emplace(server, 2);
    server.has_version("1.0.0", e2e::example_config("1.0.0"));
    ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", e2e::kDirect)), "Succeeded");
    server.has_version("1.1.0", e2e::example_config("1.1.0"));
  }
  std::string whole(const std::string& deployment) {
    const auto answer = server.api().get(cli::deployment_path(deployment));
    return answer ? json::write(*answer) : answer.error().detail;
  }
  std::string timeline(const std::string& deployment) {
    return json::write(json::Value(server.timeline_of(deployment)));
  }
};

TEST_F(Judged, WhatItAnswersLetsADeploymentPass) {
  given(policy(kQuery, ""));
  const auto id = server.deploys("1.1.0", kCanary);
  EXPECT_EQ(server.final_state_of(id), "Succeeded") << whole(id) << timeline(id);
  EXPECT_TRUE(whole(id).contains("payments")) << whole(id);
}

TEST_F(Judged, WhatItAnswersRollsADeploymentBack) {
  given(policy(kQuery, ""));
  const auto id = server.deploys("1.1.0", kCanary);
  ASSERT_TRUE(eventually([&] { return services->running("1.1.0") == 1; }));
  bad = (*services)[0].version() == "1.1.0" ? 1 : 2;
  ASSERT_TRUE(eventually([&] { return server.state_of(id) != "Running"; }, 40s)) << whole(id);
  bad = 0;
  EXPECT_EQ(server.final_state_of(id), "RolledBack") << whole(id) << timeline(id);
  EXPECT_TRUE(services->all_run("1.0.0"));
}

TEST_F(Judged, ItsDeathIsNoVerdictButAQuestionToAPerson) {
  given(policy(kQuery, R"(,"errorLimit":2)"));
  const auto id = server.deploys("1.1.0", kCanary);
  ASSERT_TRUE(eventually([&] { return services->running("1.1.0") == 1; }));
  prometheus.kill();
  ASSERT_TRUE(eventually([&] { return server.state_of(id) == "Paused"; }, 40s)) << whole(id);
  EXPECT_TRUE(timeline(id).contains("cannot be reached")) << timeline(id);
  EXPECT_EQ(services->running("1.1.0"), 1u) << "nobody else got it, and nobody lost it";
}

TEST_F(Judged, AQueryThatItRefusesSaysSoInItsWords) {
  given(policy(R"(avg(payment_failures_ratio{host=~\"{{instances}}\"})", R"(,"errorLimit":1)"));
  const auto id = server.deploys("1.1.0", kCanary);
  ASSERT_TRUE(eventually([&] { return server.state_of(id) == "Paused"; }, 40s)) << whole(id);
  EXPECT_TRUE(timeline(id).contains("Prometheus refused the query (bad_data)")) << timeline(id);
}

}  // namespace
}  // namespace hotswap::integration
