#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto* kProfile = "/api/v1/configs/pay.production";

TEST(Configs, AreCreatedReadChangedAndDeleted) {
  World world;
  world.make_profile();
  const auto read = world.get(kProfile);
  ASSERT_EQ(read.status, 200);
  EXPECT_EQ(read.text("serviceName"), "pay");
  EXPECT_TRUE(read.body.find("stable")->is_null());
  EXPECT_EQ(read.body.find("strategy")->find("type")->as_string()->view(), "Direct");
  const auto changed = world.ask(Role::Admin, Method::Patch, kProfile, R"({"description":"d"})");
  ASSERT_EQ(changed.status, 200) << *changed.response.body;
  EXPECT_EQ(changed.text("description"), "d");
  EXPECT_EQ(world.ask(Role::Admin, Method::Delete, kProfile).status, 204);
  EXPECT_EQ(world.get(kProfile).text("reason"), "config.not_found");
}

TEST(Configs, ETagOfAReadServesIfNoneMatchAndIfMatch) {
  World world;
  world.make_profile();
  const auto etag = world.get(kProfile).header("ETag");
  auto again = world.request(Method::Get, kProfile, world.token(Role::Viewer));
  again.headers.push_back({"If-None-Match", etag});
  EXPECT_EQ(world.ask(again).status, 304);
  auto change = world.request(Method::Patch, kProfile, world.token(Role::Admin),
                              R"({"description":"first"})");
  change.headers.push_back({"If-Match", etag});
  EXPECT_EQ(world.ask(change).status, 200);
  change.body = R"({"description":"second"})";
  const auto late = world.ask(change);
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(late.text("reason"), "config.changed");
  EXPECT_EQ(world.get(kProfile).text("description"), "first");
}

TEST(Configs, ListsAreFilteredAndPaged) {
  World world;
  for (const auto* name : {"a.production", "b.production", "c.production"}) {
    world.make_profile(name, R"(,"labels":{"tier":")" + std::string(name, 1) + R"("})");
  }
  const auto first = world.get("/api/v1/configs?limit=2");
  EXPECT_EQ(first.body.find("items")->as_array()->size(), 2u);
  const auto second =
      world.get("/api/v1/configs?limit=2&cursor=" + percent_encode(first.text("nextCursor")));
  EXPECT_EQ(second.body.find("items")->as_array()->size(), 1u);
  EXPECT_TRUE(second.body.find("nextCursor")->is_null());
  const auto labelled = world.get("/api/v1/configs?label=tier%3Db");
  ASSERT_EQ(labelled.body.find("items")->as_array()->size(), 1u);
}

TEST(Configs, AreReadOnTheFastPathUntilTheyChange) {
  World world;
  world.make_profile();
  const auto request = world.request(Method::Get, kProfile, world.token(Role::Viewer));
  EXPECT_FALSE(world.api.answer_now(request));
  const auto slow = world.ask(request);
  const auto fast = world.api.answer_now(request);
  ASSERT_TRUE(fast);
  EXPECT_EQ(*fast->body, *slow.response.body);
  auto known = request;
  known.headers.push_back({"If-None-Match", slow.header("ETag")});
  EXPECT_EQ(world.api.answer_now(known)->status, 304);
  EXPECT_EQ(world.ask(Role::Admin, Method::Patch, kProfile, R"({"description":"new"})").status,
            200);
  EXPECT_FALSE(world.api.answer_now(request));
}

TEST(Configs, FastPathForgetsWithinASecondAndChecksTheProfilesLists) {
  World world;
  world.make_profile("pay.production", R"(,"access":{"viewers":["team:pay"]})");
  const auto member = world.request(Method::Get, kProfile, world.token(Role::Viewer, {"pay"}));
  ASSERT_EQ(world.ask(member).status, 200);
  EXPECT_TRUE(world.api.answer_now(member));
  const auto stranger = world.request(Method::Get, kProfile, world.token(Role::Viewer));
  EXPECT_FALSE(world.api.answer_now(stranger));
  EXPECT_EQ(world.ask(stranger).status, 403);
  EXPECT_FALSE(world.api.answer_now(world.request(Method::Get, kProfile, "")));
  world.clock.advance(std::chrono::seconds(1));
  EXPECT_FALSE(world.api.answer_now(member));
}

TEST(Versions, AreUploadedTwiceWithoutHarmAndNeverChange) {
  World world;
  world.make_profile();
  const std::string versions = std::string(kProfile) + "/versions";
  world.upload("1.0.0", R"({"a":1.0,"b":[1,2]})");
  const auto again = world.post(versions, R"({"version":"1.0.0","data":{"b":[1,2],"a":1}})");
  EXPECT_EQ(again.status, 200);
  const auto other = world.post(versions, R"({"version":"1.0.0","data":{"a":2}})");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.text("reason"), "version.exists");
  const auto bumped = world.post(versions, R"({"bump":"minor","data":{"a":3}})");
  EXPECT_EQ(bumped.text("version"), "1.1.0");
  const auto latest = world.get(versions + "/latest");
  EXPECT_EQ(latest.text("version"), "1.1.0");
  const auto ranged = world.get(versions + "/%7E1.0");
  EXPECT_EQ(ranged.text("version"), "1.0.0");
  EXPECT_TRUE(ranged.response.body->ends_with(R"("data":{"a":1.0,"b":[1,2]}})"));
}

TEST(Versions, TakeTheRawDocumentAndYamlAndToml) {
  World world;
  world.make_profile();
  const std::string versions = std::string(kProfile) + "/versions";
  const auto raw =
      world.post(versions + "?version=1.0.0&message=first+one", R"({"pool":{"max":5}})");
  EXPECT_EQ(raw.status, 201) << *raw.response.body;
  EXPECT_EQ(raw.text("message"), "first one");
  auto yaml = world.request(Method::Post, versions + "?bump=patch", world.token(Role::Admin),
                            "pool:\n  max: 5\n");
  yaml.headers.back().value = "application/yaml; charset=utf-8";
  const auto same = world.ask(yaml);
  EXPECT_EQ(same.status, 201) << *same.response.body;
  EXPECT_EQ(same.text("version"), "1.0.1");
  EXPECT_EQ(same.text("hash"), raw.text("hash"));
  auto toml = world.request(Method::Post, versions + "?bump=patch", world.token(Role::Admin),
                            "[pool]\nmax = 5\n");
  toml.headers.back().value = "application/toml";
  EXPECT_EQ(world.ask(toml).text("hash"), raw.text("hash"));
  toml.body = "[pool\nmax = 5\n";
  EXPECT_EQ(world.ask(toml).text("reason"), "toml.malformed");
}

TEST(Versions, CarryTagsThatPeopleSet) {
  World world;
  world.make_profile();
  world.upload("1.0.0", "{}");
  const std::string tags = std::string(kProfile) + "/versions/1.0.0/tags/";
  EXPECT_EQ(world.ask(Role::Developer, Method::Put, tags + "beta").status, 200);
  EXPECT_EQ(world.get(std::string(kProfile) + "/versions/beta").text("version"), "1.0.0");
  EXPECT_EQ(world.ask(Role::Developer, Method::Put, tags + "stable").text("reason"),
            "tag.reserved");
  EXPECT_EQ(world.ask(Role::Developer, Method::Delete, tags + "beta").status, 204);
  EXPECT_EQ(world.ask(Role::Developer, Method::Delete, tags + "beta").text("reason"),
            "tag.not_found");
}

TEST(Versions, AreComparedInThreeForms) {
  World world;
  world.make_profile();
  world.upload("1.0.0", R"({"a":1,"b":2})");
  world.upload("2.0.0", R"({"a":5,"c":2})");
  const std::string target = std::string(kProfile) + "/versions/1.0.0/diff/2.0.0";
  const auto plain = world.get(target);
  EXPECT_EQ(plain.body.find("modified")->as_array()->size(), 1u);
  EXPECT_EQ(plain.text("from"), "1.0.0");
  auto request = world.request(Method::Get, target, world.token(Role::Viewer));
  request.headers.push_back({"Accept", "application/json-patch+json"});
  EXPECT_NE(world.ask(request).body.as_array(), nullptr);
  request.headers.back().value = "text/x-diff";
  EXPECT_TRUE(world.ask(request).response.body->contains("-  \"a\": 1,"));
}

TEST(History, ShowsTheTimelineAndWhatWasLiveThen) {
  World world;
  world.make_profile();
  world.upload("1.0.0", "{}");
  const auto history = world.get(std::string(kProfile) + "/history?limit=1");
  ASSERT_EQ(history.body.find("items")->as_array()->size(), 1u);
  const auto rest =
      world.get(std::string(kProfile) + "/history?cursor=" + history.text("nextCursor"));
  EXPECT_EQ(rest.body.find("items")->as_array()->size(), 1u);
  const auto then = world.get(std::string(kProfile) + "/history?at=2026-01-01T00:00:00Z");
  EXPECT_TRUE(then.body.find("version")->is_null());
}

}  // namespace
}  // namespace hotswap::api::testing
