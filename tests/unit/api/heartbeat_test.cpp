// What a heartbeat may say, and what is refused without harm.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

struct Heartbeats : ::testing::Test {
  World world;
  std::string token;
  void SetUp() override {
    const auto made = world.post("/api/v1/instances",
                                 R"({"id":"i-1","serviceName":"pay","environment":"Production"})");
    ASSERT_EQ(made.status, 201);
    token = made.text("token");
  }
  Answer beat(const std::string& body) {
    return world.ask(world.request(Method::Post, "/api/v1/instances/i-1/heartbeat", token, body));
  }
};

TEST_F(Heartbeats, LinesOfTheLogAreShownWithTheInstance) {
  ASSERT_EQ(beat(R"({"sequence":1,"logs":[{"level":"warning","message":"pool exhausted",)"
                 R"("ageMs":1500},{"message":"tired"}]})")
                .status,
            200);
  const auto shown = world.get("/api/v1/instances/i-1");
  EXPECT_TRUE(shown.response.body->contains(R"("level":"warning","message":"pool exhausted")"));
  EXPECT_TRUE(shown.response.body->contains(R"("level":"info","message":"tired")"));
}

TEST_F(Heartbeats, EndlessLogsAreCut) {
  std::string lines;
  for (int i = 0; i < 200; ++i)
    lines += (i == 0 ? "" : ",") + std::string(R"({"message":")") + std::string(2000, 'x') + "\"}";
  ASSERT_EQ(beat("{\"logs\":[" + lines + "]}").status, 200);
  EXPECT_LT(world.get("/api/v1/instances/i-1").response.body->size(), 20'000u);
}

TEST_F(Heartbeats, WhatCannotBeIsRefusedByItsName) {
  for (const auto& [body, path] : std::vector<std::pair<std::string, std::string>>{
           {R"({"sequence":-1})", "$.sequence"},
           {R"({"metrics":{"requests":-1}})", "$.metrics.requests"},
           {R"({"metrics":{"requests":1,"errors":2}})", "$.metrics.errors"},
           {R"({"metrics":{"requests":1000000000000}})", "$.metrics.requests"},
           {R"({"metrics":{"requests":1,"latency":{"scheme":"log-1%","buckets":[[100,100000]]}}})",
            "$.metrics.latency"},
           {R"({"logs":[{"message":1}]})", "$.logs[0].message"},
           {R"({"logs":[{"level":"info"}]})", "$.logs[0].message"},
           {R"({"logs":[{"message":"x","ageMs":-5}]})", "$.logs[0].ageMs"}}) {
    const auto answer = beat(body);
    EXPECT_EQ(answer.status, 422) << body;
    ASSERT_FALSE(answer.paths().empty()) << body;
    EXPECT_EQ(answer.paths().front(), path);
  }
}

TEST_F(Heartbeats, AHistogramBeyondBoundsIsRefused) {
  std::string buckets;
  for (int i = 0; i < 3000; ++i) buckets += (i == 0 ? "[" : ",[") + std::to_string(i - 345) + ",1]";
  const auto answer = beat(
      R"({"metrics":{"requests":3000,"latency":{"scheme":"log-1%","buckets":[)" + buckets + "]}}}");
  EXPECT_EQ(answer.status, 422);
}

TEST_F(Heartbeats, HealthUrlsAreOfThreeSchemes) {
  const auto registers = [&](const std::string& url) {
    return world
        .post("/api/v1/instances", R"({"id":"i-2","serviceName":"pay","environment":"Production",)"
                                   R"("healthUrl":")" +
                                       url + "\"}")
        .status;
  };
  EXPECT_EQ(registers("tcp://pay-1:5432"), 201);
  EXPECT_EQ(registers("https://pay-1/healthz"), 200);
  EXPECT_EQ(registers("file:///etc/passwd"), 422);
  EXPECT_EQ(registers("http://user:secret@pay-1/"), 422);
}

}  // namespace
}  // namespace hotswap::api::testing
