// Requests are counted under their route's pattern; /metrics is written in the form that is asked
// for.
#include "api/resources/handlers.hpp"
#include "api/resources/routes.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

struct CountedRequests : ::testing::Test {
  World world;

  int send(Method method, const std::string& target, const std::string& token,
           const std::string& body = {}) {
    const auto request = world.request(method, target, token, body);
    int status = 0;
    if (auto now = world.api.answer_now(request)) {
      status = now->status;
    } else {
      auto reply = world.api.answer(request);
      status = std::get<Response>(reply).status;
    }
    trace = request.notes.trace_id;
    world.api.answered(request, {status, std::chrono::microseconds(300), 10, false});
    return status;
  }
  double count(const std::string& method, const std::string& route, int status) {
    return world.metrics.value(
        "hotswap_http_requests_total",
        {{"method", method}, {"route", route}, {"status", std::to_string(status)}});
  }
  double timed(const std::string& method, const std::string& route) {
    return world.metrics.value("hotswap_http_request_seconds",
                               {{"method", method}, {"route", route}});
  }
  std::string admin = world.token(Role::Admin);
  std::string trace;
};

constexpr auto kConfig = R"({"name":"a.b","serviceName":"a","environment":"Production"})";

TEST_F(CountedRequests, HaveTheRoutesPatternAndNeverAPath) {
  EXPECT_EQ(send(Method::Post, "/api/v1/configs", admin, kConfig), 201);
  EXPECT_EQ(send(Method::Post, "/api/v1/configs", admin, kConfig), 409);
  EXPECT_EQ(send(Method::Get, "/api/v1/configs/a.b", admin), 200);
  EXPECT_EQ(send(Method::Get, "/api/v1/configs/nobody", admin), 404);
  EXPECT_EQ(count("POST", "/api/v1/configs", 201), 1);
  EXPECT_EQ(count("POST", "/api/v1/configs", 409), 1);
  EXPECT_EQ(count("GET", "/api/v1/configs/{name}", 200), 1);
  EXPECT_EQ(count("GET", "/api/v1/configs/{name}", 404), 1);
  EXPECT_EQ(timed("GET", "/api/v1/configs/{name}"), 2);
}

TEST_F(CountedRequests, CountAsTheSameRouteWhenTheyAreAnsweredFromMemory) {
  send(Method::Post, "/api/v1/configs", admin, kConfig);
  send(Method::Get, "/api/v1/configs/a.b", admin);
  const auto request = world.request(Method::Get, "/api/v1/configs/a.b", admin);
  ASSERT_TRUE(world.api.answer_now(request)) << "or this tests nothing";
  EXPECT_EQ(send(Method::Get, "/api/v1/configs/a.b", admin), 200);
  EXPECT_EQ(trace.size(), 32U) << "for the exemplar";
  EXPECT_EQ(count("GET", "/api/v1/configs/{name}", 200), 2);
  EXPECT_EQ(send(Method::Head, "/api/v1/configs/a.b", admin), 200);
  EXPECT_EQ(count("GET", "/api/v1/configs/{name}", 200), 3) << "HEAD takes the route of GET";
  EXPECT_EQ(send(Method::Get, "/health/live", ""), 200);
  EXPECT_EQ(count("GET", "/health/live", 200), 1);
}

TEST_F(CountedRequests, ThatFitNoRouteShareOne) {
  EXPECT_EQ(send(Method::Get, "/no/such/path", admin), 404);
  EXPECT_EQ(send(Method::Get, "/another", admin), 404);
  EXPECT_EQ(count("GET", "none", 404), 2);
  EXPECT_EQ(world.metrics.count("hotswap_http_requests_total"), 1U);
}

TEST_F(CountedRequests, WithARareStatusCountAsWell) {
  const auto request = world.request(Method::Get, "/health", "");
  static_cast<void>(world.api.answer(request));
  world.api.answered(request, {418, std::chrono::microseconds(1), 0, false});
  EXPECT_EQ(count("GET", "/health", 418), 1);
}

TEST_F(CountedRequests, ThatWereHeldSayNothingOfSpeed) {
  const auto request = world.request(Method::Get, "/health", "");
  static_cast<void>(world.api.answer(request));
  world.api.answered(request, {200, std::chrono::seconds(30), 0, true});
  EXPECT_EQ(count("GET", "/health", 200), 1);
  EXPECT_EQ(timed("GET", "/health"), 0);
}

TEST(MetricsForm, IsTheOneThatIsAskedForMost) {
  World world;
  Services services = world.services();
  services.metrics_text = [](bool open) { return std::string(open ? "open" : "text"); };
  const auto form = [&](const std::string& accept) {
    auto request = world.request(Method::Get, "/metrics", "");
    if (!accept.empty()) request.headers.push_back({"Accept", accept});
    Call call{request, routes().front(), {}, {}, {}, {}};
    auto reply = metrics(services, call);
    return *std::get<Response>(*reply).body;
  };
  EXPECT_EQ(form(""), "text");
  EXPECT_EQ(form("*/*"), "text");
  EXPECT_EQ(form("text/plain;version=0.0.4"), "text");
  EXPECT_EQ(form("application/openmetrics-text; version=1.0.0"), "open");
  // What Prometheus 2 sends.
  EXPECT_EQ(form("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                 "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            "open");
  EXPECT_EQ(form("text/plain, application/openmetrics-text; q=0.3"), "text");
  EXPECT_EQ(form("application/openmetrics-text;q=0, text/plain;q=0.1"), "text");
  EXPECT_EQ(form("application/openmetrics-text;q=broken"), "text");
}

}  // namespace
}  // namespace hotswap::api::testing
