// Ten real service processes behind a real HAProxy, steady callers, and everything that HotSwap
// does to them meanwhile: not one request may fail.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/service.hpp"
#include "e2e/support/wait.hpp"
#include "integration/support/callers.hpp"
#include "integration/support/haproxy.hpp"

namespace hotswap::integration {
namespace {

using namespace std::chrono_literals;
using e2e::eventually;
using Clock = Callers::Clock;

constexpr int kPool = 5;  ///< services in each
constexpr int kCallers = 24;
constexpr int kPerSecond = 300;
constexpr auto kBefore = 3s;
/// The product's goal is 2; machines that also compile get more.
constexpr double kGoal = 2;
constexpr double kBound = 10;
constexpr double kAlwaysFine = 250;  ///< milliseconds

constexpr auto kTraffic = "/api/v1/services/payment-service/Production/traffic";

std::vector<std::unique_ptr<e2e::Service>> start_services(const e2e::Server& server) {
  std::vector<std::unique_ptr<e2e::Service>> out;
  for (int i = 0; i < 2 * kPool; ++i) {
    const std::string pool = i < kPool ? "blue" : "green";
    out.push_back(std::make_unique<e2e::Service>(server, pool + std::to_string(i % kPool + 1),
                                                 std::string(1, static_cast<char>('a' + i % 3)),
                                                 pool));
  }
  return out;
}

std::vector<PoolServer> behind_proxy(const std::vector<std::unique_ptr<e2e::Service>>& services) {
  std::vector<PoolServer> out;
  for (const auto& service : services) out.push_back({service->name(), service->port()});
  return out;
}

class ZeroDowntime : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.has_profile();
    server_.has_version("1.0.0", e2e::example_config("1.0.0"));
    server_.has_version("1.1.0", e2e::example_config("1.1.0"));
    ASSERT_TRUE(eventually([&] { return server_.instances().size() == services_.size(); }));
    ASSERT_EQ(server_.final_state_of(server_.deploys("1.0.0", e2e::kDirect)), "Succeeded");
    ASSERT_TRUE(eventually([&] { return running("1.0.0", "") == services_.size(); }));
  }

  /// Services of a pool (all: empty) that run a version.
  std::size_t running(const std::string& version, const std::string& pool) {
    std::size_t count = 0;
    for (auto& service : services_)
      if (service->name().starts_with(pool) && service->version() == version) ++count;
    return count;
  }

  void has_router(json::Object router) {
    cli::Call call{.method = "PUT", .path = kTraffic};
    call.body = json::write(json::Object{{"router", std::move(router)}});
    const auto done = server_.api().call(call);
    ASSERT_TRUE(done) << done.error().detail;
    ASSERT_TRUE(eventually([&] { return confirmed("blue"); })) << error();
  }
  json::Value traffic() { return server_.api().get(kTraffic).value_or(json::Value()); }
  std::string error() { return cli::text_at(traffic(), "error"); }
  bool confirmed(const std::string& pool) {
    const auto now = traffic();
    return cli::text_at(now, "actual") == pool && !cli::bool_at(now, "switching");
  }

  /// Callers on a port of the proxy, and what they see in quiet.
  void calls(int port) {
    ASSERT_TRUE(eventually([&] { return answers(port); }));
    callers_ = std::make_unique<Callers>(port, kCallers, kPerSecond);
    std::this_thread::sleep_for(1s);  // first connections
    const auto from = Clock::now();
    std::this_thread::sleep_for(kBefore);
    during_from_ = Clock::now();
    before_ = callers_->seen(from, during_from_);
  }
  static bool answers(int port) {
    cli::KeepAlive connection(port, 2s);
    return connection.request("GET", "/healthz").status == 200;
  }

  /// Then: no caller has noticed.
  void nobody_noticed(const std::string& what) {
    std::this_thread::sleep_for(500ms);
    const auto during = callers_->seen(during_from_, Clock::now());
    const double ratio = during.p99 / std::max(before_.p99, 0.001);
    fmt::print("{}\n  before: {}\n  during: {}\n  p99 during / before: {:.2f} (goal ≤ {})\n", what,
               before_.text(), during.text(), ratio, kGoal);
    RecordProperty("p99_ratio", fmt::format("{:.2f}", ratio));
    EXPECT_GT(before_.requests, 300u);
    EXPECT_GT(during.requests, 300u);
    EXPECT_EQ(before_.failures, 0u);
    EXPECT_EQ(during.failures, 0u);
    EXPECT_TRUE(ratio <= kBound || during.p99 <= kAlwaysFine);
  }

  e2e::Server server_;
  std::vector<std::unique_ptr<e2e::Service>> services_ = start_services(server_);
  Haproxy proxy_{behind_proxy(services_)};
  std::unique_ptr<Callers> callers_;
  Clock::time_point during_from_;
  Seen before_;
};

TEST_F(ZeroDowntime, BlueGreenSwitchesPoolsAndBackByTheMap) {
  has_router({{"type", "haproxy"}, {"socket", proxy_.socket()}, {"map", proxy_.map()}});
  calls(proxy_.by_map());
  const auto id = server_.deploys(
      "1.1.0", R"({"type":"BlueGreen","switchMode":"pool","verificationPeriod":"PT1S",)"
               R"("keepBlueDuration":"PT1M","verifyTimeout":"PT3S"})");
  ASSERT_TRUE(eventually([&] { return confirmed("green"); }, 30s)) << server_.state_of(id);
  EXPECT_EQ(running("1.1.0", "green"), std::size_t{kPool});
  EXPECT_EQ(running("1.0.0", "blue"), std::size_t{kPool}) << "the old pool stays warm";
  std::this_thread::sleep_for(1s);
  server_.commands(id, "rollback");
  EXPECT_EQ(server_.final_state_of(id), "RolledBack");
  EXPECT_TRUE(confirmed("blue"));
  EXPECT_TRUE(eventually([&] { return running("1.0.0", "") == services_.size(); }));
  nobody_noticed("Blue-Green by pools (HAProxy's map) and its rollback");
}

TEST_F(ZeroDowntime, BlueGreenSwitchesPoolsByServersToTheEnd) {
  has_router({{"type", "haproxy"}, {"socket", proxy_.socket()}, {"backend", "pay"}});
  calls(proxy_.by_servers());
  const auto id = server_.deploys(
      "1.1.0", R"({"type":"BlueGreen","switchMode":"pool","verificationPeriod":"PT1S",)"
               R"("keepBlueDuration":"PT2S"})");
  EXPECT_EQ(server_.final_state_of(id), "Succeeded");
  EXPECT_TRUE(confirmed("green"));
  EXPECT_TRUE(eventually([&] { return running("1.1.0", "") == services_.size(); }));
  nobody_noticed("Blue-Green by pools (HAProxy's servers) to the end");
}

TEST_F(ZeroDowntime, RollingReachesAll) {
  calls(proxy_.everybody());
  const auto id =
      server_.deploys("1.1.0", R"({"type":"Rolling","batchSize":2,"batchInterval":"PT0.5S"})");
  EXPECT_EQ(server_.final_state_of(id), "Succeeded");
  EXPECT_TRUE(eventually([&] { return running("1.1.0", "") == services_.size(); }));
  nobody_noticed("Rolling, two at a time");
}

TEST_F(ZeroDowntime, CanaryReachesAll) {
  calls(proxy_.everybody());
  const auto id =
      server_.deploys("1.1.0", R"({"type":"Canary","phases":[10,50,100],"phaseInterval":"PT1S"})");
  EXPECT_EQ(server_.final_state_of(id), "Succeeded");
  EXPECT_TRUE(eventually([&] { return running("1.1.0", "") == services_.size(); }));
  nobody_noticed("Canary in three phases");
}

TEST_F(ZeroDowntime, BlueGreenBySlotsSwitchesAllAtOnce) {
  calls(proxy_.everybody());
  const auto id = server_.deploys(
      "1.1.0", R"({"type":"BlueGreen","verificationPeriod":"PT1S","keepBlueDuration":"PT1S"})");
  EXPECT_EQ(server_.final_state_of(id), "Succeeded");
  EXPECT_TRUE(eventually([&] { return running("1.1.0", "") == services_.size(); }));
  nobody_noticed("Blue-Green by slots");
}

}  // namespace
}  // namespace hotswap::integration
