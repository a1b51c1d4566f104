// Idempotency keys, audit of refusals and its export.
#include "api/formats/yaml.hpp"
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto* kBody =
    R"({"name":"pay.production","serviceName":"pay","environment":"Production"})";

Request keyed(World& world, const std::string& key, const std::string& body,
              Role role = Role::Admin) {
  auto request = world.request(Method::Post, "/api/v1/configs", world.token(role), body);
  request.headers.push_back({"Idempotency-Key", key});
  return request;
}

TEST(IdempotencyKey, GivesTheSameAnswerWithoutDoingItTwice) {
  World world;
  const auto first = world.ask(keyed(world, "k", kBody));
  ASSERT_EQ(first.status, 201);
  const auto commits = world.store.commits();
  const auto second = world.ask(keyed(world, "k", kBody));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(*second.response.body, *first.response.body);
  EXPECT_EQ(second.header("Location"), first.header("Location"));
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(world.store.commits(), commits);
}

TEST(IdempotencyKey, RefusesAnotherBodyAndIsKeptPerPersonForADay) {
  World world;
  ASSERT_EQ(world.ask(keyed(world, "k", kBody)).status, 201);
  const auto other = world.ask(keyed(world, "k", R"({"name":"x"})"));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.text("reason"), "idempotency.mismatch");
  EXPECT_EQ(world.ask(keyed(world, "k", kBody, Role::Developer)).text("reason"), "config.exists");
  EXPECT_EQ(world.ask(keyed(world, "", kBody)).status, 409);
  EXPECT_EQ(world.ask(keyed(world, "a b", kBody)).text("reason"), "idempotency.invalid");
  world.clock.advance(std::chrono::hours(25));
  EXPECT_EQ(world.ask(keyed(world, "k", kBody)).text("reason"), "config.exists");
}

TEST(IdempotencyKey, DoesNotKeepAnswersThatInviteARepetition) {
  World world;
  world.store.fail_before_commit();
  EXPECT_EQ(world.ask(keyed(world, "k", kBody)).status, 503);
  EXPECT_EQ(world.ask(keyed(world, "k", kBody)).status, 201);
}

TEST(Refusals, AreOnRecordButAFloodIsGatheredByTheMinute) {
  World world;
  for (int i = 0; i < 200; ++i) {
    static_cast<void>(world.ask(world.request(Method::Get, "/api/v1/configs", "")));
  }
  EXPECT_EQ(world.store.commits(), 1);
  EXPECT_EQ(world.ask(Role::Viewer, Method::Post, "/api/v1/configs", kBody).status, 403);
  const auto audit = world.get("/api/v1/audit?limit=1&outcome=denied");
  const auto& newest = audit.body.find("items")->as_array()->front();
  EXPECT_EQ(*newest.find("action")->as_string(), "config.create");
  EXPECT_EQ(*newest.find("actor")->as_string(), "a-Viewer");
  EXPECT_EQ(*newest.find("address")->as_string(), "127.0.0.1:4711");
  world.clock.advance(std::chrono::minutes(1));
  world.api.flush_denials();
  const auto later = world.get("/api/v1/audit?limit=10&outcome=denied");
  const auto& entries = *later.body.find("items")->as_array();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_TRUE(entries[0].find("detail")->as_string()->starts_with("199 more within a minute"));
  EXPECT_EQ(world.get("/api/v1/audit?outcome=great").status, 422);
}

TEST(Audit, IsVerifiedAndExported) {
  World world;
  world.make_profile("pay.production", R"(,"description":"=1+1")");
  EXPECT_EQ(world.get("/api/v1/audit/verify").body.find("entries")->as_int(), 1);
  auto request = world.request(Method::Get, "/api/v1/audit", world.token(Role::Operator));
  request.headers.push_back({"Accept", "text/csv"});
  const auto csv = world.ask(request);
  EXPECT_TRUE(csv.response.body->starts_with("sequence,at,actor,"));
  EXPECT_TRUE(csv.response.body->contains("\"config.create\",\"configs/pay.production\""));
  request.headers.back().value = "application/x-ndjson";
  const auto lines = world.ask(request);
  EXPECT_EQ(std::ranges::count(*lines.response.body, '\n'), 1);
  EXPECT_EQ(world.get("/api/v1/audit?action=config.create&actor=a-Admin")
                .body.find("items")
                ->as_array()
                ->size(),
            1u);
}

TEST(Health, TellsWhetherTheServerTakesTraffic) {
  World world;
  EXPECT_EQ(world.ask(world.request(Method::Get, "/health", "")).text("status"), "ready");
  world.draining = true;
  const auto draining = world.ask(world.request(Method::Get, "/health/ready", ""));
  EXPECT_EQ(draining.status, 503);
  EXPECT_EQ(draining.text("status"), "draining");
  EXPECT_EQ(world.api.answer_now(world.request(Method::Get, "/health/live", ""))->status, 200);
}

TEST(Refuse, WordsWhatTheTransportRefuses) {
  World world;
  for (const int status : {400, 408, 413, 414, 417, 431, 500, 503, 505}) {
    const auto response = world.api.refuse(status, "why", nullptr);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "application/problem+json");
  }
  EXPECT_TRUE(world.api.refuse(413, "why", nullptr).body->contains("1048576"));
}

TEST(Yaml, BecomesTheSameValueAsJson) {
  const auto value =
      yaml_to_json("a: 1.0\nb: [yes, true, null, '2', 0x1F]\nc:\n  d: |\n    text\n");
  ASSERT_TRUE(value) << value.error().detail;
  EXPECT_EQ(json::write(*value),
            R"({"a":1.0,"b":["yes",true,null,"2","0x1F"],"c":{"d":"text\n"}})");
}

TEST(Yaml, RefusesWhatGrowsOrDeceives) {
  for (const auto& bad : {std::string("a: &x 1\nb: *x\n"), std::string("a: 1\na: 2\n"),
                          std::string("a: !!binary x\n"), std::string("---\na: 1\n---\nb: 2\n"),
                          std::string("? [a]\n: 1\n"), std::string("a: [1\n"),
                          std::string("a: *x\n"), std::string(300, '[') + std::string(300, ']')}) {
    const auto value = yaml_to_json(bad);
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.error().code, ErrorCode::Malformed);
  }
}

}  // namespace
}  // namespace hotswap::api::testing
