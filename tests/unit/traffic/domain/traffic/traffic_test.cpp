#include "domain/traffic/traffic.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap {
namespace {

Result<Traffic> read(const std::string& text) {
  return traffic_from_json(json::parse(text).value());
}

std::vector<std::string> paths(const Result<Traffic>& refused) {
  std::vector<std::string> out;
  if (refused) return out;
  for (const auto& field : refused.error().fields) out.push_back(field.path);
  return out;
}

TEST(TrafficJson, an_empty_object_means_blue_and_green_with_followers) {
  const auto traffic = read("{}");
  ASSERT_TRUE(traffic);
  EXPECT_EQ(traffic->pools, (std::vector<std::string>{"blue", "green"}));
  EXPECT_EQ(traffic->desired, "blue");
  EXPECT_EQ(idle_pool(*traffic), "green");
  EXPECT_TRUE(std::holds_alternative<FollowedRouter>(traffic->router));
}

TEST(TrafficJson, routers_read_back_as_they_were_written) {
  const RouterConfig routers[] = {
      FollowedRouter{}, HaproxyRouter{"/run/haproxy.sock", "", "/etc/haproxy/pools.map", "pay"},
      HaproxyRouter{"127.0.0.1:9999", "payments", "", ""},
      WebhookRouter{"https://switch.example/pay", std::chrono::seconds(3)}};
  for (const auto& router : routers) {
    const auto again = router_from_json(to_json(router), "$");
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(*again, router);
  }
}

TEST(TrafficJson, the_state_says_what_is_wanted_and_what_is_confirmed) {
  Traffic traffic = read(R"({"live":"green"})").value();
  traffic.generation = 3;
  traffic.confirmed = 2;
  traffic.actual = "blue";
  const auto json = to_json(traffic);
  EXPECT_EQ(*json.find("live"), json::Value("green"));
  EXPECT_EQ(*json.find("actual"), json::Value("blue"));
  EXPECT_EQ(*json.find("switching"), json::Value(true));
  EXPECT_TRUE(json.find("error")->is_null());
}

TEST(TrafficJson, every_bad_field_is_told_at_once) {
  const auto refused = read(R"({"pools":["blue","blue2"],"live":"red","x":1,)"
                            R"("router":{"type":"haproxy","socket":"nowhere"}})");
  EXPECT_EQ(paths(refused), (std::vector<std::string>{"$.pools", "$.live", "$.router.socket",
                                                      "$.router.map", "$.x"}));
  EXPECT_EQ(refused.error().reason, "traffic.invalid");
}

TEST(TrafficJson, nothing_that_would_split_a_command_is_taken) {
  EXPECT_FALSE(read(R"({"router":{"type":"haproxy","socket":"/s","map":"m;shutdown"}})"));
  EXPECT_FALSE(read(R"({"router":{"type":"haproxy","socket":"/s","map":"m","key":"a\nb"}})"));
  EXPECT_FALSE(read(R"({"router":{"type":"haproxy","socket":"/s","backend":"a b"}})"));
  EXPECT_FALSE(read(R"({"pools":["a b","c"]})"));
  EXPECT_FALSE(read(R"({"pools":["",""]})"));
}

TEST(TrafficJson, map_and_backend_exclude_each_other) {
  EXPECT_FALSE(read(R"({"router":{"type":"haproxy","socket":"/s","map":"m","backend":"b"}})"));
  EXPECT_FALSE(read(R"({"router":{"type":"haproxy","socket":"/s"}})"));
  EXPECT_TRUE(read(R"({"router":{"type":"haproxy","socket":"h:1","backend":"b"}})"));
}

TEST(TrafficJson, a_webhook_speaks_http_and_is_limited_in_time) {
  EXPECT_FALSE(read(R"({"router":{"type":"webhook","url":"file:///etc/passwd"}})"));
  EXPECT_FALSE(read(R"({"router":{"type":"webhook","url":"http://h/","timeout":"PT1H"}})"));
  EXPECT_TRUE(read(R"({"router":{"type":"webhook","url":"http://h/","timeout":"PT5S"}})"));
}

}  // namespace
}  // namespace hotswap
