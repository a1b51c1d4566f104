// Those who ask too often, before the real server.
#include <gtest/gtest.h>

#include "e2e/support/server.hpp"
#include "infrastructure/http_client/http_client.hpp"

namespace hotswap::security {
namespace {

struct Rates : ::testing::Test {
  e2e::Server server{
      {"--rate-principal", "1", "--rate-failures", "3", "--trusted-proxies", "127.0.0.1"}};
  HttpClient client;

  HttpResponse ask(const std::string& token, const std::string& from = "192.0.2.1") {
    const auto got = client.request({.url = server.url() + "/api/v1/configs",
                                     .headers = {{"Authorization", "Bearer " + token},
                                                 {"X-Forwarded-For", "6.6.6.6, " + from}}});
    return got ? *got : HttpResponse{};
  }
};

TEST_F(Rates, APrincipalIsSlowedDownAndToldHowLongToWait) {
  HttpResponse last;
  for (int i = 0; i < 50 && last.status != 429; ++i) last = ask(server.options().token);
  ASSERT_EQ(last.status, 429);
  EXPECT_EQ(last.header("retry-after"), "1");
  EXPECT_EQ(last.header("ratelimit-policy"), "\"principal\";q=2;w=2");
  EXPECT_EQ(last.header("ratelimit"), "\"principal\";r=0;t=1");
  EXPECT_TRUE(last.body.contains("rate.principal")) << last.body;
}

TEST_F(Rates, WhoGuessesTokensIsSlowedDownByTheAddressThatTheProxyNames) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("guess").status, 401);
  const auto slowed = ask("guess");
  EXPECT_EQ(slowed.status, 429);
  EXPECT_TRUE(slowed.body.contains("rate.failures")) << slowed.body;
  EXPECT_EQ(ask("guess", "192.0.2.2").status, 401) << "another one";
  EXPECT_EQ(ask(server.options().token).status, 200) << "a neighbour with a good token";
  const auto metrics =
      client.request({.url = server.url() + "/metrics",
                      .headers = {{"Authorization", "Bearer " + server.options().token}}});
  ASSERT_TRUE(metrics);
  EXPECT_TRUE(metrics->body.contains("hotswap_rate_limited_total{budget=\"failures\"} 1"))
      << metrics->body;
}

}  // namespace
}  // namespace hotswap::security
