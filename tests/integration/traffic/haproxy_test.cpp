// The driver against Debian's HAProxy.
#include "integration/support/haproxy.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "cli/demo/keep_alive.hpp"
#include "e2e/support/wait.hpp"
#include "infrastructure/traffic/haproxy_driver.hpp"
#include "integration/support/responder.hpp"

namespace hotswap::integration {
namespace {

using e2e::eventually;
using namespace std::chrono_literals;
using Names = std::set<std::string>;

Traffic wanting(const std::string& pool, const HaproxyRouter& router) {
  Traffic traffic;
  traffic.service = ServiceName("payment-service");
  traffic.environment = "Production";
  traffic.pools = {"blue", "green"};
  traffic.desired = pool;
  traffic.router = router;
  return traffic;
}

class HaproxyTest : public ::testing::Test {
 protected:
  HaproxyTest()
      : proxy_({{"blue1", blue1_.port()},
                {"blue2", blue2_.port()},
                {"green1", green1_.port()},
                {"green2", green2_.port()}}) {
    EXPECT_TRUE(eventually([&] { return answering(proxy_.by_servers()) == blue_; }));
  }
  /// Who answers on a port.
  static Names answering(int port) {
    Names names;
    for (int i = 0; i < 8; ++i) {
      cli::KeepAlive connection(port, 2s);
      const auto answer = connection.request("GET", "/");
      names.insert(answer.status == 200 ? answer.body : std::to_string(answer.status));
    }
    return names;
  }
  [[nodiscard]] Result<void> by_servers(const std::string& pool) const {
    const HaproxyRouter router{proxy_.socket(), "pay", "", ""};
    return driver_.route(wanting(pool, router), router);
  }
  [[nodiscard]] Result<void> by_map(const std::string& pool, const std::string& key = {}) const {
    const HaproxyRouter router{proxy_.socket(), "", proxy_.map(), key};
    return driver_.route(wanting(pool, router), router);
  }

  const Names blue_{"blue1", "blue2"}, green_{"green1", "green2"};
  Responder blue1_{"blue1"}, blue2_{"blue2"}, green1_{"green1"}, green2_{"green2"};
  Haproxy proxy_;
  HaproxyDriver driver_{{.answer = 3s, .servers_ready = 3s, .look_again = 50ms}};
};

TEST_F(HaproxyTest, a_map_switches_there_and_back) {
  EXPECT_EQ(answering(proxy_.by_map()), blue_);
  const auto done = by_map("green");
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(answering(proxy_.by_map()), green_);
  ASSERT_TRUE(by_map("green")) << "asked again it changes nothing";
  ASSERT_TRUE(by_map("blue"));
  EXPECT_EQ(answering(proxy_.by_map()), blue_);
}

TEST_F(HaproxyTest, an_entry_that_is_not_there_is_added) {
  ASSERT_TRUE(by_map("green", "another-service"));
  const auto shown = HaproxySocket(proxy_.socket(), 3s).ask("show map " + proxy_.map());
  ASSERT_TRUE(shown);
  EXPECT_NE(shown->find("another-service green"), std::string::npos);
}

TEST_F(HaproxyTest, servers_switch_there_and_back) {
  const auto done = by_servers("green");
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(answering(proxy_.by_servers()), green_);
  ASSERT_TRUE(by_servers("green")) << "asked again it changes nothing";
  ASSERT_TRUE(by_servers("blue"));
  EXPECT_EQ(answering(proxy_.by_servers()), blue_);
}

TEST_F(HaproxyTest, a_pool_that_is_not_healthy_does_not_get_the_traffic) {
  green2_.set_healthy(false);
  const auto refused = by_servers("green");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "haproxy.not_ready");
  EXPECT_NE(refused.error().detail.find("green2"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(answering(proxy_.by_servers()), blue_) << "everything is as it was";
  green2_.set_healthy(true);
  EXPECT_TRUE(by_servers("green"));
}

TEST_F(HaproxyTest, what_haproxy_says_instead_is_the_error) {
  const HaproxyRouter no_map{proxy_.socket(), "", "/nowhere.map", ""};
  const auto map = driver_.route(wanting("green", no_map), no_map);
  ASSERT_FALSE(map);
  EXPECT_NE(map.error().detail.find("Unknown map identifier"), std::string::npos);
  const HaproxyRouter no_backend{proxy_.socket(), "nobody", "", ""};
  const auto backend = driver_.route(wanting("green", no_backend), no_backend);
  ASSERT_FALSE(backend);
  const HaproxyRouter no_pool{proxy_.socket(), "pay", "", ""};
  const auto pool = driver_.route(wanting("violet", no_pool), no_pool);
  ASSERT_FALSE(pool);
  EXPECT_NE(pool.error().detail.find("begins with violet"), std::string::npos);
}

TEST_F(HaproxyTest, a_router_that_is_away_is_an_error_in_time) {
  proxy_.stop();
  const auto refused = by_map("green");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "haproxy.unreachable");
  proxy_.start();
  EXPECT_TRUE(eventually([&] { return by_map("green").has_value(); }));
}

TEST(HaproxySocketTest, nobody_listens_on_that_port) {
  const auto answer =
      HaproxySocket("127.0.0.1:" + std::to_string(free_port()), 1s).ask("show info");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "haproxy.unreachable");
}

}  // namespace
}  // namespace hotswap::integration
