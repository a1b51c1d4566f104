// Given servers, instances and a receiver of OTLP, when versions are deployed, then each deployment
// is one trace, down to the instances.
#include <gtest/gtest.h>

#include <set>

#include "cli/answer.hpp"
#include "e2e/support/agent.hpp"
#include "e2e/support/cluster.hpp"
#include "e2e/support/command.hpp"
#include "servers/otlp_receiver.hpp"
#include "servers/written_server.hpp"

namespace hotswap::e2e {
namespace {

using testing::named;
using testing::only;
using testing::OtlpReceiver;
using testing::ReceivedSpan;
using testing::ReceivedSpans;

/// Instances in this process that hand their spans to the test; 6.6.6 they refuse.
class Fleet {
 public:
  Fleet(std::size_t count, const std::vector<std::string>& servers, const std::string& token) {
    for (std::size_t i = 0; i < count; ++i) {
      sdk::ClientOptions options;
      options.servers = servers;
      options.token = token;
      options.service = kService;
      options.environment = kEnvironment;
      options.hostname = "traced-" + std::to_string(i);
      options.backoff_min = 10ms;
      options.backoff_max = 500ms;
      options.validator = [](const sdk::Candidate& candidate) -> std::optional<std::string> {
        if (candidate.snapshot.identity().version != "6.6.6") return std::nullopt;
        return "hunter2 is no good";
      };
      options.on_span = [this](const sdk::Span& span) {
        const std::lock_guard lock(mutex_);
        spans_.push_back(span);
      };
      clients_.push_back(std::make_unique<sdk::Client>(std::move(options)));
      EXPECT_TRUE(clients_.back()->start());
    }
    EXPECT_TRUE(eventually([&] {
      return std::ranges::all_of(clients_, [](const auto& one) { return one->status().streaming; });
    }));
  }
  [[nodiscard]] std::vector<sdk::Span> spans() {
    const std::lock_guard lock(mutex_);
    return spans_;
  }

 private:
  std::mutex mutex_;
  std::vector<sdk::Span> spans_;
  std::vector<std::unique_ptr<sdk::Client>> clients_;  ///< last: their threads use the above
};

ReceivedSpans of_trace(const ReceivedSpans& all, const std::string& trace) {
  ReceivedSpans found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&](const ReceivedSpan& span) { return span.trace == trace; });
  return found;
}

/// The spans of this deployment's trace, once its root has come.
ReceivedSpans trace_of(OtlpReceiver& receiver, Server& server, const std::string& deployment) {
  const auto shown = server.api().get(cli::deployment_path(deployment));
  const std::string trace = shown ? cli::text_at(*shown, "traceId") : std::string();
  return of_trace(receiver.until([&](const ReceivedSpans& all) {
    const auto mine = of_trace(all, trace);
    const auto roots = named(mine, "config.deploy");
    // The request that started it, and a last heartbeat, may come a batch later.
    return !roots.empty() && std::ranges::any_of(mine, [&](const ReceivedSpan& span) {
      return span.id == roots[0].parent;
    });
  }),
                  trace);
}

/// Whichever way they came.
const std::set<std::string> kHeartbeats{"POST /api/v1/instances/{id}/heartbeat",
                                        "MESSAGE /api/v1/instances/{id}/stream"};

void expect_one_tree(const ReceivedSpans& spans) {
  std::map<std::string, const ReceivedSpan*> by_id;
  for (const auto& span : spans) {
    EXPECT_TRUE(by_id.emplace(span.id, &span).second) << span.name << " came twice";
    EXPECT_LE(span.start, span.end) << span.name;
    EXPECT_FALSE(span.message.contains("hunter2")) << span.name;
  }
  std::size_t roots = 0;
  for (const auto& span : spans) {
    if (span.parent.empty()) {
      ++roots;
    } else if (!kHeartbeats.contains(span.name)) {
      // A heartbeat's parent is the instance's own span, which goes another way.
      EXPECT_TRUE(by_id.contains(span.parent)) << span.name << " hangs in the air";
    }
  }
  EXPECT_EQ(roots, 1u);
}

struct Traced : ::testing::Test {
  OtlpReceiver receiver;
  Server server{{"--otlp-endpoint", receiver.endpoint(), "--heartbeat-interval", "500ms"}};

  void SetUp() override {
    server.has_profile();
    server.has_version("1.0.0", R"({"a":1})");
  }
};

TEST_F(Traced, ACanaryIsOneTraceFromTheRequestToEveryInstance) {
  Fleet fleet(4, {server.url()}, server.options().token);
  server.has_version("1.1.0", R"({"a":2})");
  const auto id = server.deploys("1.1.0", kQuickCanary);
  ASSERT_EQ(server.final_state_of(id), "Succeeded");
  const auto spans = trace_of(receiver, server, id);
  expect_one_tree(spans);

  const auto& request = only(spans, "POST /api/v1/deployments");
  EXPECT_EQ(request.parent, "");
  EXPECT_EQ(request.kind, 2);
  EXPECT_EQ(request.attribute("http.request.method"), "POST");
  EXPECT_EQ(request.attribute("http.route"), "/api/v1/deployments");
  EXPECT_EQ(request.attribute("url.path"), "/api/v1/deployments");
  EXPECT_EQ(request.attribute("client.address"), "127.0.0.1");
  EXPECT_EQ(request.attribute("http.response.status_code"), "202");
  EXPECT_EQ(request.resource.find("service.name")->as_string()->str(), "hotswap");

  const auto& root = only(spans, "config.deploy");
  EXPECT_EQ(root.parent, request.id);
  EXPECT_EQ(root.attribute("hotswap.deployment"), id);
  EXPECT_EQ(root.attribute("hotswap.strategy"), "Canary");
  EXPECT_EQ(root.attribute("hotswap.state"), "Succeeded");
  EXPECT_GE(root.end - root.start, 400'000'000) << "two waits of 0.2 s";
  EXPECT_EQ(only(spans, "config.validate").parent, root.id);
  EXPECT_EQ(only(spans, "config.complete").parent, root.id);
  EXPECT_FALSE(named(spans, "config.deploy.step").empty());

  const auto instances = named(spans, "config.deploy.instance");
  ASSERT_EQ(instances.size(), 4u);
  ASSERT_TRUE(eventually([&] { return fleet.spans().size() == 4; }));
  for (const auto& instance : instances) {
    EXPECT_EQ(instance.parent, root.id);
    EXPECT_GE(instance.start, root.start);
    EXPECT_LE(instance.end, root.end);
    const auto pushes = named(spans, "config.push");
    EXPECT_EQ(std::ranges::count(pushes, instance.id, &ReceivedSpan::parent), 1);
    const auto applied = fleet.spans();
    const auto mine = std::ranges::find(applied, instance.id, &sdk::Span::parent_id);
    ASSERT_NE(mine, applied.end()) << "the instance's own span stands below";
    EXPECT_EQ(mine->name, "config.apply");
    EXPECT_EQ(mine->trace_id, root.trace);
    EXPECT_FALSE(mine->failed);
    // Another clock reading of the same machine, cut to milliseconds at the server.
    EXPECT_GE(mine->start.time_since_epoch().count(), instance.start - 1'000'000);
    EXPECT_LE(mine->end.time_since_epoch().count(), instance.end + 2'000'000);
  }
}

TEST_F(Traced, ACanaryThatIsRefusedGoesBackInTheSameTrace) {
  Fleet fleet(4, {server.url()}, server.options().token);
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  server.has_version("6.6.6", R"({"a":6})");
  const auto id = server.deploys("6.6.6", kQuickCanary);
  ASSERT_EQ(server.final_state_of(id), "RolledBack");
  const auto spans = trace_of(receiver, server, id);
  expect_one_tree(spans);
  const auto& root = only(spans, "config.deploy");
  EXPECT_TRUE(root.failed);
  const auto& rollback = only(spans, "config.rollback");
  EXPECT_EQ(rollback.parent, root.id);
  EXPECT_GE(rollback.start, root.start);
  EXPECT_LE(rollback.end, root.end);
  const auto instances = named(spans, "config.deploy.instance");
  const auto refused = std::ranges::find_if(instances, &ReceivedSpan::failed);
  ASSERT_NE(refused, instances.end());
  EXPECT_EQ(refused->attribute("hotswap.outcome"), "Rejected");
  ASSERT_TRUE(eventually([&] {
    const auto all = fleet.spans();
    const auto own = std::ranges::find(all, refused->id, &sdk::Span::parent_id);
    return own != all.end() && own->failed && !own->failure.contains("hunter2");
  }));
}

TEST_F(Traced, ACallersTraceGoesOnAndItsDecisionCounts) {
  const auto ask = [&](const std::string& traceparent) {
    HttpClient http;
    return http.request({.url = server.url() + "/api/v1/configs/" + std::string(kProfile),
                         .headers = {{"Authorization", "Bearer " + server.options().token},
                                     {"traceparent", traceparent},
                                     {"tracestate", "vendor=1"}}});
  };
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const auto quiet = ask("00-11111111111111111111111111111111-00f067aa0ba902b7-00");
  ASSERT_TRUE(quiet);
  EXPECT_TRUE(quiet->header("traceparent")->ends_with("-00"));
  const auto answer = ask("00-" + trace + "-00f067aa0ba902b7-01");
  ASSERT_TRUE(answer);
  const auto spans = of_trace(
      receiver.until([&](const ReceivedSpans& all) { return !of_trace(all, trace).empty(); }),
      trace);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name, "GET /api/v1/configs/{name}");
  EXPECT_EQ(spans[0].parent, "00f067aa0ba902b7");
  EXPECT_EQ(spans[0].state, "vendor=1");
  EXPECT_EQ(*answer->header("traceparent"), "00-" + trace + "-" + spans[0].id + "-01");
  for (const auto& span : receiver.spans())
    EXPECT_NE(span.trace, std::string(32, '1')) << "the caller said no";
}

TEST_F(Traced, ACommandGoesOnWithTheTraceOfWhoeverRanIt) {
  const auto run = [&](const std::string& traceparent) {
    const auto done = hotswap(
        {"config", "get", kProfile, "--server", server.url(), "--token", server.options().token},
        {.environment = {{"TRACEPARENT", traceparent}, {"TRACESTATE", "ci=7"}}});
    EXPECT_EQ(done.code, 0) << done.err;
  };
  run("nonsense\r\nX: y");
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  run("00-" + trace + "-00f067aa0ba902b7-01");
  const auto spans = of_trace(
      receiver.until([&](const ReceivedSpans& all) { return !of_trace(all, trace).empty(); }),
      trace);
  ASSERT_FALSE(spans.empty());
  for (const auto& span : spans) {
    EXPECT_EQ(span.parent, "00f067aa0ba902b7") << span.name;
    EXPECT_EQ(span.state, "ci=7");
  }
}

TEST_F(Traced, ProfilesAndUploadsAreSpansBelowTheirRequests) {
  const auto spans = receiver.until([](const ReceivedSpans& all) {
    return !named(all, "config.create").empty() && !named(all, "config.version.upload").empty();
  });
  const auto& create = only(spans, "config.create");
  EXPECT_EQ(create.attribute("hotswap.profile"), kProfile);
  EXPECT_EQ(create.parent, only(spans, "POST /api/v1/configs").id);
  const auto& upload = only(spans, "config.version.upload");
  EXPECT_EQ(upload.attribute("hotswap.version"), "1.0.0");
  EXPECT_EQ(upload.parent, only(spans, "POST /api/v1/configs/{name}/versions").id);
}

TEST_F(Traced, AReceiverThatHangsHoldsUpNeitherRequestsNorTheEnd) {
  receiver.behaves(R"({"hang":true})");
  Fleet fleet(2, {server.url()}, server.options().token);
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  EXPECT_EQ(server.terminate(), 0) << "within the test's patience";
}

TEST(TracedSecrets, AreReadAtTheirStoreInTheDeploymentsTrace) {
  constexpr auto kRead = "GET /v1/secret/data/traced";
  OtlpReceiver receiver;
  testing::VaultServer vault;
  vault.has_secret("secret/data/traced", R"({"password":"hunter2"})");
  const auto token = vault.file("token", "root");
  Server server{{"--otlp-endpoint", receiver.endpoint(), "--vault-address", vault.url(),
                 "--vault-token-file", token}};
  server.has_profile();
  server.has_version("1.0.0",
                     R"({"password":{"type":"secret","ref":"vault:secret/data/traced#password"}})");
  Fleet fleet(1, {server.url()}, server.options().token);
  const auto id = server.deploys("1.0.0", kDirect);
  ASSERT_EQ(server.final_state_of(id), "Succeeded");
  const auto spans = trace_of(receiver, server, id);
  expect_one_tree(spans);
  const auto& read = only(spans, "GET");
  EXPECT_EQ(read.parent, only(spans, "config.deploy").id);
  EXPECT_EQ(read.kind, 3);
  EXPECT_EQ(read.attribute("http.response.status_code"), "200");
  EXPECT_EQ(read.attribute("url.full"), vault.url() + "/…") << "the path names the secret";
  EXPECT_EQ(vault.traces(kRead), std::vector{"00-" + read.trace + "-" + read.id + "-01"});
}

TEST(TracedSecrets, WithoutAReceiverNoOtherServerHearsOfATrace) {
  testing::VaultServer vault;
  vault.has_secret("secret/data/traced", R"({"password":"hunter2"})");
  const auto token = vault.file("token", "root");
  Server server{{"--vault-address", vault.url(), "--vault-token-file", token}};
  server.has_profile();
  server.has_version("1.0.0",
                     R"({"password":{"type":"secret","ref":"vault:secret/data/traced#password"}})");
  Fleet fleet(1, {server.url()}, server.options().token);
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  const auto said = vault.traces("GET /v1/secret/data/traced");
  EXPECT_FALSE(said.empty());
  for (const auto& traceparent : said) EXPECT_EQ(traceparent, "");
}

TEST(TracedRatio, AFailureIsTracedThoughNothingElseIs) {
  OtlpReceiver receiver;
  Server server{{"--otlp-endpoint", receiver.endpoint(), "--trace-ratio", "0",
                 "--heartbeat-interval", "500ms"}};
  server.has_profile();
  server.has_version("1.0.0", R"({"a":1})");
  server.has_version("6.6.6", R"({"a":6})");
  Fleet fleet(2, {server.url()}, server.options().token);
  ASSERT_EQ(server.final_state_of(server.deploys("1.0.0", kDirect)), "Succeeded");
  ASSERT_EQ(server.final_state_of(server.deploys("6.6.6", kQuickCanary)), "RolledBack");
  const auto spans =
      receiver.until([](const ReceivedSpans& all) { return !named(all, "config.deploy").empty(); });
  const auto& root = only(spans, "config.deploy");
  EXPECT_EQ(root.attribute("hotswap.version"), "6.6.6");
  EXPECT_TRUE(root.failed);
  EXPECT_EQ(only(spans, "config.rollback").parent, root.id);
  EXPECT_TRUE(named(spans, "config.create").empty());
}

TEST(SentMetrics, AreThoseThatAScrapeShows) {
  OtlpReceiver receiver;
  Server server{
      {"--otlp-endpoint", receiver.endpoint(), "--otlp-metrics", "--otlp-metrics-every", "1s"}};
  EXPECT_TRUE(eventually([&] {
    const auto metrics = receiver.metrics();
    return std::ranges::any_of(*metrics.as_array(), [](const json::Value& metric) {
      return cli::text_at(metric, "name") == "deployments_in_progress" &&
             metric.find("gauge") != nullptr;
    });
  }));
}

TEST(TracedAgent, SendsItsOwnSpanAndItsCommandsKnowTheTrace) {
  OtlpReceiver receiver;
  Server server{{"--otlp-endpoint", receiver.endpoint()}};
  AgentProcess agent(server);
  agent.starts({.flags = {"--file", agent.path("app.json"), "--reload",
                          "printenv TRACEPARENT > " + agent.path("trace")},
                .environment = {{"OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()}}});
  server.has_version("1.0.0", R"({"a":1})", kAgentProfile);
  const auto id = server.deploys("1.0.0", kDirect, kAgentProfile);
  ASSERT_EQ(server.final_state_of(id), "Succeeded");
  const auto spans = receiver.until([](const ReceivedSpans& all) {
    return !named(all, "config.apply").empty() && !named(all, "config.deploy.instance").empty();
  });
  const auto& apply = only(spans, "config.apply");
  const auto& instance = only(spans, "config.deploy.instance");
  EXPECT_EQ(apply.parent, instance.id);
  EXPECT_EQ(apply.trace, instance.trace);
  EXPECT_EQ(apply.resource.find("service.name")->as_string()->str(), "hotswap-agent");
  EXPECT_TRUE(agent.soon("trace", "00-" + apply.trace + "-" + apply.id + "-01\n"));
}

TEST(TracedCluster, ATakeoverIsAPartOfTheSameTrace) {
  OtlpReceiver receiver;
  Cluster cluster({"--otlp-endpoint", receiver.endpoint(), "--heartbeat-interval", "500ms"});
  Server& a = cluster.start_node("a");
  Server& b = cluster.start_node("b");
  a.has_profile();
  a.has_version("1.0.0", R"({"a":1})");
  a.has_version("1.1.0", R"({"a":2})");
  Fleet fleet(4, {b.url()}, a.options().token);
  // The node where they registered knows them at once.
  ASSERT_EQ(b.final_state_of(b.deploys("1.0.0", kDirect)), "Succeeded");
  const auto id = a.deploys(
      "1.1.0",
      R"({"type":"Canary","phases":[50,100],"phaseInterval":"PT6S","healthCheckEnabled":false})");
  // What it has not sent when it dies is lost.
  const auto first_step = [&](const ReceivedSpans& all) {
    const auto instances = named(all, "config.deploy.instance");
    return std::ranges::count_if(instances, [&](const ReceivedSpan& span) {
             return span.attribute("hotswap.deployment") == id;
           }) == 2;
  };
  ASSERT_TRUE(first_step(receiver.until(first_step)));
  a.kill();
  ASSERT_EQ(b.final_state_of(id), "Succeeded");
  const auto shown = b.api().get(cli::deployment_path(id));
  ASSERT_TRUE(shown);
  const auto trace = cli::text_at(*shown, "traceId");
  const auto spans = of_trace(receiver.until([&](const ReceivedSpans& all) {
    return !named(of_trace(all, trace), "config.deploy").empty();
  }),
                              trace);
  const auto& root = only(spans, "config.deploy");
  const auto takeovers = named(spans, "config.deploy.takeover");
  ASSERT_FALSE(takeovers.empty());
  EXPECT_EQ(takeovers.back().parent, root.id);
  EXPECT_EQ(takeovers.back().links.size(), 1u);
  const auto instances = named(spans, "config.deploy.instance");
  for (const auto& instance : instances) EXPECT_EQ(instance.parent, root.id);
  std::set<std::string> tellers;
  for (const auto& span : spans)
    tellers.insert(span.resource.find("service.instance.id")->as_string()->str());
  EXPECT_EQ(tellers.size(), 2u) << "both nodes told a part of it";
}

}  // namespace
}  // namespace hotswap::e2e
