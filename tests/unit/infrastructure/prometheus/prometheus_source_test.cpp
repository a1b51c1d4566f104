#include "infrastructure/prometheus/prometheus_source.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "testing/trace_of_tests.hpp"
#include "unit/infrastructure/http_client/scripted_server.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kAt{Duration(1'700'000'000'042)};

/// Answers 0.5 to everything; what it was asked.
class FakePrometheus {
 public:
  [[nodiscard]] std::string url() const { return server_.url(""); }
  [[nodiscard]] std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::string asked_;
  ScriptedServer server_{[this](ScriptedServer::Peer& peer, int) {
    auto request = peer.read_request();
    {
      const std::lock_guard lock(mutex_);
      asked_ = std::move(request);
    }
    const std::string body =
        R"({"status":"success","data":{"resultType":"scalar","result":[1,"0.5"]}})";
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
              body);
  }};
};

TEST(PrometheusSource, AsksForOneMoment) {
  FakePrometheus prometheus;
  PrometheusSource source({.url = prometheus.url() + "/prefix/", .token_file = {}});
  const auto answer = source.query(R"(sum(rate(x{a="b"}[5m])))", kAt);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(*answer, 0.5);
  EXPECT_TRUE(prometheus.asked().starts_with(
      "GET /prefix/api/v1/query?query=sum%28rate%28x%7Ba%3D%22b%22%7D%5B5m%5D%29%29"
      "&time=1700000000.042 HTTP/1.1\r\n"))
      << prometheus.asked();
  EXPECT_FALSE(prometheus.asked().contains("Authorization"));
}

TEST(PrometheusSource, LongQueriesArePosted) {
  FakePrometheus prometheus;
  PrometheusSource source({.url = prometheus.url(), .token_file = {}});
  ASSERT_TRUE(source.query(std::string(5000, 'x'), kAt));
  EXPECT_TRUE(prometheus.asked().starts_with("POST /api/v1/query HTTP/1.1\r\n"));
  EXPECT_TRUE(prometheus.asked().contains("application/x-www-form-urlencoded"));
  EXPECT_TRUE(prometheus.asked().contains("query=xxxx"));
}

TEST(PrometheusSource, TheTokenIsReadAnewForEveryQuery) {
  const auto file =
      std::filesystem::temp_directory_path() / ("hotswap-token-" + std::to_string(::getpid()));
  FakePrometheus prometheus;
  PrometheusSource source({.url = prometheus.url(), .token_file = file.string()});
  for (const auto* token : {"first", "second"}) {
    std::ofstream(file) << token << "\n";
    ASSERT_TRUE(source.query("up", kAt));
    EXPECT_TRUE(
        prometheus.asked().contains("Authorization: Bearer " + std::string(token) + "\r\n"));
  }
  std::filesystem::remove(file);
  const auto missing = source.query("up", kAt);
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().detail.contains("token file")) << missing.error().detail;
}

TEST(PrometheusSource, OneThatIsGoneOrSilentIsAnErrorInWords) {
  std::string gone;
  {
    const ScriptedServer server([](ScriptedServer::Peer&, int) {});
    gone = server.url("");
  }
  PrometheusSource source({.url = gone, .token_file = {}});
  const auto answer = source.query("up", kAt);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "metrics.unreachable");
  EXPECT_TRUE(answer.error().detail.starts_with("Prometheus at " + gone + " cannot be reached"))
      << answer.error().detail;
  const ScriptedServer silent([](ScriptedServer::Peer& peer, int) { peer.wait_for_close(); });
  PrometheusSource patient({.url = silent.url(""), .token_file = {}, .timeout = 100ms});
  const auto late = patient.query("up", kAt);
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().detail.contains("did not answer in time")) << late.error().detail;
}

TEST(PrometheusSource, AnEndlessAnswerIsCut) {
  const ScriptedServer server([](ScriptedServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n");
    while (peer.send(std::string(8192, ' '))) {
    }
  });
  PrometheusSource source({.url = server.url(""), .token_file = {}});
  const auto answer = source.query("up", kAt);
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().detail.contains("too large")) << answer.error().detail;
}

TEST(PrometheusSource, IsAskedInTheTraceOfWhatItIsAskedFor) {
  testing::TraceOfTests trace;
  FakePrometheus prometheus;
  PrometheusSource source({.url = prometheus.url(), .token_file = {}});
  ASSERT_TRUE(source.query("up", kAt));
  EXPECT_FALSE(prometheus.asked().contains("traceparent")) << "nobody's question";
  const TraceScope scope(&trace.tracer, trace.context);
  ASSERT_TRUE(source.query("up", kAt));
  EXPECT_TRUE(prometheus.asked().contains("\r\ntraceparent: " + trace.of_the_call("GET") + "\r\n"))
      << prometheus.asked();
}

}  // namespace
}  // namespace hotswap
