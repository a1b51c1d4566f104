#include <gtest/gtest.h>

#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto kTraffic = "/api/v1/services/pay/Production/traffic";
constexpr auto kHaproxy =
    R"({"router":{"type":"haproxy","socket":"/run/haproxy.sock","map":"/etc/pools.map"}})";

struct TrafficTest : ::testing::Test {
  World world;

  Answer put(const std::string& body, const std::string& if_match = {}) {
    auto request = world.request(Method::Put, kTraffic, world.token(Role::Operator), body);
    if (!if_match.empty()) request.headers.push_back({"If-Match", if_match});
    return world.ask(request);
  }
  Answer switch_to(const std::string& pool) {
    return world.post(std::string(kTraffic) + "/switch", R"({"pool":")" + pool + "\"}");
  }
  std::shared_ptr<RecordingStream> follow(StreamStart& start) {
    auto request = world.request(Method::Get, kTraffic, world.token(Role::Viewer));
    request.headers.push_back({"Accept", "text/event-stream"});
    auto reply = world.api.answer(request);
    start = std::get<StreamStart>(std::move(reply));
    auto stream = std::make_shared<RecordingStream>();
    start.on_open(stream);
    return stream;
  }
};

TEST_F(TrafficTest, is_made_read_changed_and_switched) {
  EXPECT_EQ(world.get(kTraffic).text("reason"), "traffic.not_found");
  const auto made = put(kHaproxy);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("live"), "blue");
  world.traffic.run_due();
  const auto read = world.get(kTraffic);
  EXPECT_EQ(read.text("actual"), "blue");
  EXPECT_EQ(*read.body.find("switching"), json::Value(false));
  const auto asked = switch_to("green");
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(*asked.body.find("switching"), json::Value(true));
  world.traffic.run_due();
  EXPECT_EQ(world.get(kTraffic).text("actual"), "green");
}

TEST_F(TrafficTest, if_match_keeps_two_people_apart) {
  const auto made = put(kHaproxy);
  ASSERT_EQ(switch_to("green").status, 202);
  const auto stale = put("{}", made.header("ETag"));
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.text("reason"), "traffic.changed");
  EXPECT_EQ(put("{}", world.get(kTraffic).header("ETag")).status, 200);
}

TEST_F(TrafficTest, how_the_router_is_reached_is_shown_to_those_who_may_change_it) {
  ASSERT_EQ(put(kHaproxy).status, 201);
  const auto viewer = world.ask(Role::Viewer, Method::Get, kTraffic);
  EXPECT_EQ(*viewer.body.find("router"), json::Value(json::Object{{"type", "haproxy"}}));
  const auto writer = world.ask(Role::Operator, Method::Get, kTraffic);
  EXPECT_EQ(*writer.body.find("router")->find("socket"), json::Value("/run/haproxy.sock"));
}

TEST_F(TrafficTest, bad_descriptions_and_pools_are_refused_with_their_fields) {
  const auto refused = put(R"({"pools":["a"],"router":{"type":"magic"}})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.paths(), (std::vector<std::string>{"$.pools", "$.router.type"}));
  ASSERT_EQ(put(kHaproxy).status, 201);
  EXPECT_EQ(switch_to("red").paths(), (std::vector<std::string>{"$.pool"}));
  EXPECT_EQ(world.post(std::string(kTraffic) + "/switch", R"({"to":"green"})").status, 422);
}

TEST_F(TrafficTest, followers_get_the_state_and_every_change_without_the_routers_address) {
  ASSERT_EQ(put(kHaproxy).status, 201);
  StreamStart start;
  const auto stream = follow(start);
  ASSERT_EQ(stream->frames.size(), 1u);
  EXPECT_TRUE(stream->frames[0].starts_with("event: traffic\n"));
  EXPECT_NE(stream->frames[0].find(R"("live":"blue")"), std::string::npos);
  EXPECT_EQ(stream->frames[0].find("haproxy.sock"), std::string::npos);
  world.traffic.run_due();
  ASSERT_EQ(switch_to("green").status, 202);
  ASSERT_EQ(stream->frames.size(), 3u) << "confirmed, then switched";
  EXPECT_NE(stream->frames[2].find(R"("live":"green")"), std::string::npos);
  EXPECT_EQ(stream->keys[2], "traffic") << "a slow reader gets the newest only";
  start.on_close();
  EXPECT_EQ(world.traffic_hub.followers(), 0u);
}

TEST_F(TrafficTest, nobody_follows_what_is_not_there) {
  auto request = world.request(Method::Get, kTraffic, world.token(Role::Viewer));
  request.headers.push_back({"Accept", "text/event-stream"});
  EXPECT_EQ(world.ask(request).status, 404);
}

}  // namespace
}  // namespace hotswap::api::testing
