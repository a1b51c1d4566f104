// Tokens of instances: short-lived, renewed by heartbeats, revocable.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

struct InstanceTokens : ::testing::Test {
  World world;
  std::string bootstrap = bootstrap_token();

  [[nodiscard]] std::string bootstrap_token() const {
    Claims claims;
    claims.principal.subject = "bootstrap:pay";
    claims.principal.roles = {Role::Instance};
    claims.principal.service = ServiceName("pay");
    claims.principal.environment = "Production";
    claims.issued_at = world.clock.wall();
    claims.expires = world.clock.wall() + 24h * 365;
    return mint(claims, World::key());
  }
  Answer enroll(const std::string& token, const std::string& id = "i-1") {
    return world.ask(
        world.request(Method::Post, "/api/v1/instances", token,
                      R"({"id":")" + id + R"(","serviceName":"pay","environment":"Production"})"));
  }
  Answer beat(const std::string& token, const std::string& id = "i-1") {
    return world.ask(
        world.request(Method::Post, "/api/v1/instances/" + id + "/heartbeat", token, "{}"));
  }
  Answer revoke(Role role, const std::string& id = "i-1") {
    return world.ask(role, Method::Delete, "/api/v1/instances/" + id + "/token");
  }
};

TEST_F(InstanceTokens, AreRenewedByAHeartbeatWhenHalfOfTheirLifeIsOver) {
  const auto first = enroll(bootstrap).text("token");
  EXPECT_EQ(beat(first).body.find("token"), nullptr);
  world.clock.advance(31min);
  const auto second = beat(first).text("token");
  ASSERT_FALSE(second.empty());
  EXPECT_EQ(beat(second).body.find("token"), nullptr);
  world.clock.advance(40min);
  EXPECT_EQ(beat(first).status, 401) << "expired";
  EXPECT_EQ(beat(second).status, 200);
}

TEST_F(InstanceTokens, ARenewedOneSpeaksForTheSameInstanceOfTheSameService) {
  const auto first = enroll(bootstrap).text("token");
  world.clock.advance(31min);
  const auto who = *world.tokens.verify(beat(first).text("token"));
  EXPECT_EQ(who->instance, InstanceId("i-1"));
  EXPECT_EQ(who->service, ServiceName("pay"));
  EXPECT_EQ(who->environment, "Production");
}

TEST_F(InstanceTokens, RevokedOnesAreRefusedWithTheSameAnswerAsAnyOther) {
  const auto token = enroll(bootstrap).text("token");
  world.clock.advance(2s);
  const auto done = revoke(Role::Operator);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(*done.body.find("registered"), json::Value(true));
  const auto refused = beat(token);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.text("detail"), beat("a.b.c").text("detail"));
}

TEST_F(InstanceTokens, ARevokedIdIsNotToBeHadWithAnOlderBootstrapToken) {
  ASSERT_EQ(enroll(bootstrap).status, 201);
  world.clock.advance(2s);
  ASSERT_EQ(revoke(Role::Admin).status, 200);
  world.clock.advance(2s);
  const auto again = enroll(bootstrap);
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(again.text("reason"), "instance.revoked");
  const auto anew = enroll(bootstrap_token());
  EXPECT_EQ(anew.status, 200);
  EXPECT_EQ(beat(anew.text("token")).status, 200);
  EXPECT_EQ(enroll(bootstrap, "i-2").status, 201) << "others are not touched";
}

TEST_F(InstanceTokens, APersonMayRegisterARevokedIdAgain) {
  ASSERT_EQ(enroll(bootstrap).status, 201);
  ASSERT_EQ(revoke(Role::Admin).status, 200);
  world.clock.advance(1s);
  EXPECT_EQ(enroll(world.token(Role::Operator)).status, 200);
}

TEST_F(InstanceTokens, RevokingEndsTheStreamAndAnswersTheHeldPoll) {
  world.make_profile();
  const auto token = enroll(bootstrap).text("token");
  const auto stream = std::make_shared<RecordingStream>();
  auto opened = world.api.answer(world.request(Method::Get, "/api/v1/instances/i-1/stream", token));
  std::get<StreamStart>(opened).on_open(stream);
  EXPECT_TRUE(stream->is_open());
  world.clock.advance(1s);
  ASSERT_EQ(revoke(Role::Operator).status, 200);
  EXPECT_FALSE(stream->is_open());
}

TEST_F(InstanceTokens, AStreamThatOpensWhileItIsRevokedIsClosedToo) {
  const auto token = enroll(bootstrap).text("token");
  const auto stream = std::make_shared<RecordingStream>();
  auto opened = world.api.answer(world.request(Method::Get, "/api/v1/instances/i-1/stream", token));
  world.clock.advance(1s);
  ASSERT_EQ(revoke(Role::Operator).status, 200);
  std::get<StreamStart>(opened).on_open(stream);
  EXPECT_FALSE(stream->is_open());
}

TEST_F(InstanceTokens, OneThatIsNotRegisteredCanBeRevokedAsWell) {
  const auto done = revoke(Role::Operator, "gone");
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(*done.body.find("registered"), json::Value(false));
  EXPECT_EQ(enroll(bootstrap, "gone").status, 403);
  EXPECT_EQ(revoke(Role::Operator, "a%20b").status, 422);
}

TEST_F(InstanceTokens, OnlyOperatorsAndAdminsRevokeAndItIsOnRecord) {
  const auto token = enroll(bootstrap).text("token");
  for (const auto role : {Role::Developer, Role::Viewer}) EXPECT_EQ(revoke(role).status, 403);
  EXPECT_EQ(world.ask(world.request(Method::Delete, "/api/v1/instances/i-1/token", token)).status,
            403);
  ASSERT_EQ(revoke(Role::Operator).status, 200);
  const auto audit = world.get("/api/v1/audit?action=instance.revoke");
  EXPECT_TRUE(audit.response.body->contains("a-Operator"));
  EXPECT_TRUE(audit.response.body->contains("instances/i-1"));
}

TEST_F(InstanceTokens, RevocationsSurviveARestart) {
  const auto token = enroll(bootstrap).text("token");
  ASSERT_EQ(revoke(Role::Operator).status, 200);
  RevocationService next(world.store, world.committer, world.clock);
  EXPECT_FALSE(next.refuses(InstanceId("i-1"), world.clock.wall()));
  ASSERT_TRUE(next.load());
  EXPECT_TRUE(next.refuses(InstanceId("i-1"), world.clock.wall()));
  EXPECT_TRUE(next.refuses(InstanceId("i-1"), std::nullopt));
  EXPECT_FALSE(next.refuses(InstanceId("i-1"), world.clock.wall() + 1s));
  EXPECT_FALSE(next.refuses(InstanceId("i-2"), world.clock.wall()));
}

TEST_F(InstanceTokens, AStoreThatFailsRevokesNothing) {
  const auto token = enroll(bootstrap).text("token");
  world.store.fail_before_commit();
  EXPECT_EQ(revoke(Role::Operator).status, 503);
  EXPECT_EQ(beat(token).status, 200);
}

}  // namespace
}  // namespace hotswap::api::testing
