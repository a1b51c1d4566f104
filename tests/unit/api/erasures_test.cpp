// Erasures and their proofs, over HTTP.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

const std::string kErasures = "/api/v1/erasures";
const std::string kBody = R"({"person":"a-Developer","reason":"case 7"})";

std::string of_developer(World& world) {
  return world
      .ask(Role::Developer, Method::Post, "/api/v1/configs",
           R"({"name":"pay.dev","serviceName":"pay","environment":"Development"})")
      .text("createdBy");
}

TEST(Erasures, APersonIsErasedAndTheProofIsKept) {
  World world;
  ASSERT_EQ(of_developer(world), "a-Developer");
  const auto done = world.post(kErasures, kBody);
  ASSERT_EQ(done.status, 200) << done.text("detail");
  EXPECT_EQ(done.text("state"), "done");
  EXPECT_EQ(done.header("Location"), kErasures + "/" + done.text("id"));
  EXPECT_FALSE(done.response.body->contains("a-Developer"));
  EXPECT_EQ(world.get("/api/v1/configs/pay.dev").text("createdBy"), done.text("pseudonym"));
  EXPECT_EQ(world.get(kErasures + "/" + done.text("id")).body, done.body);
  EXPECT_EQ(world.get(kErasures).body.find("items")->as_array()->size(), 1u);
  EXPECT_EQ(world.get("/api/v1/audit/verify").body.find("erased")->as_int(), 1);
  EXPECT_EQ(world.get(kErasures + "/nobody").text("reason"), "erasure.not_found");
}

TEST(Erasures, ADryRunOnlyCounts) {
  World world;
  of_developer(world);
  const auto counted =
      world.post(kErasures, R"({"person":"a-Developer","reason":"case 7","dryRun":true})");
  ASSERT_EQ(counted.status, 200);
  EXPECT_EQ(counted.body.find("rewritten")->find("audit")->as_int(), 1);
  EXPECT_TRUE(world.get(kErasures).body.find("items")->as_array()->empty());
  EXPECT_EQ(world.get("/api/v1/configs/pay.dev").text("createdBy"), "a-Developer");
}

TEST(Erasures, AnAnswerIsNotKeptForItsKey) {
  World world;
  of_developer(world);
  auto request = world.request(Method::Post, kErasures, world.token(Role::Admin), kBody);
  request.headers.push_back({"Idempotency-Key", "once"});
  EXPECT_EQ(world.ask(request).status, 200);
  const auto page =
      world.memory.texts(erasure::Place::Idempotent, erasure::Eraser("erased-", ""), {}, 100);
  EXPECT_TRUE(page->rows.empty());
}

TEST(Erasures, MistakesAreNamed) {
  World world;
  EXPECT_EQ(world.post(kErasures, R"({"person":"a-Admin","reason":"me"})").text("reason"),
            "erasure.own_name");
  EXPECT_EQ(world.post(kErasures, R"({"reason":"who?"})").text("reason"), "erasure.invalid");
  EXPECT_EQ(world.post(kErasures, R"({"profile":"gone","reason":"x"})").status, 404);
  EXPECT_EQ(world.ask(Role::Operator, Method::Post, kErasures, kBody).status, 403);
}

}  // namespace
}  // namespace hotswap::api::testing
