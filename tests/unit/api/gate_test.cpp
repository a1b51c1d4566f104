// Who asks too often, and who asks at all.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

GateOptions limits() {
  GateOptions options;
  options.address = Rate::of(10, 1s, 8);
  options.principal = Rate::of(10, 1s, 5);
  options.instance = Rate::of(1, 1s, 3);
  options.bootstrap = Rate::of(1, 1s, 4);
  options.failures = Rate::of(60, 1min, 2);
  options.proxies = *net::TrustedProxies::read("127.0.0.1");
  return options;
}

struct Gates : ::testing::Test {
  std::vector<std::string> refused;
  World world{[this] {
    auto options = limits();
    options.on_refused = [this](std::string_view scope) { refused.emplace_back(scope); };
    return options;
  }()};

  Answer from(const std::string& address, const std::string& token,
              const std::string& target = "/api/v1/configs") {
    auto request = world.request(Method::Get, target, token);
    request.peer = address;
    return world.ask(request);
  }
  /// Answers until the first 429.
  int served(const std::string& address, const std::string& token, int tries = 20) {
    for (int i = 0; i < tries; ++i)
      if (from(address, token).status == 429) return i;
    return tries;
  }
  static std::string header(const Answer& answer, std::string_view name) {
    for (const auto& one : answer.response.headers)
      if (same_header_name(one.name, name)) return one.value;
    return {};
  }
};

TEST_F(Gates, APrincipalHasABudgetWhereverItIs) {
  const auto token = world.token(Role::Viewer);
  EXPECT_EQ(served("192.0.2.1:1", token), 5);
  EXPECT_EQ(from("192.0.2.2:1", token).status, 429);
  EXPECT_EQ(from("192.0.2.1:1", world.token(Role::Operator)).status, 200);
  world.clock.advance(100ms);
  EXPECT_EQ(from("192.0.2.2:1", token).status, 200);
  EXPECT_EQ(refused, (std::vector<std::string>{"principal", "principal"}));
}

TEST_F(Gates, AnAddressHasABudgetWhoeverAsks) {
  EXPECT_EQ(served("192.0.2.1:1", world.token(Role::Viewer)), 5);
  EXPECT_EQ(served("192.0.2.1:2", world.token(Role::Operator)), 2);
  EXPECT_EQ(served("192.0.2.9:2", world.token(Role::Admin)), 5);
}

TEST_F(Gates, OfIpv6AnAddressIsANetwork) {
  EXPECT_EQ(served("[2606:4700:1:2::1]:1", world.token(Role::Viewer)), 5);
  EXPECT_EQ(served("[2606:4700:1:2:ffff::2]:1", world.token(Role::Operator)), 2);
  EXPECT_EQ(served("[2606:4700:1:3::1]:1", world.token(Role::Admin)), 5);
}

TEST_F(Gates, TheAnswerSaysHowLongToWait) {
  const auto token = world.token(Role::Viewer);
  EXPECT_EQ(served("192.0.2.1:1", token), 5);
  const auto answer = from("192.0.2.1:1", token);
  EXPECT_EQ(answer.text("reason"), "rate.principal");
  EXPECT_EQ(header(answer, "Retry-After"), "1");
  EXPECT_EQ(header(answer, "RateLimit-Policy"), "\"principal\";q=5;w=1");
  EXPECT_EQ(header(answer, "RateLimit"), "\"principal\";r=0;t=1");
}

TEST_F(Gates, InstancesBehindOneAddressDoNotCrowdEachOtherOut) {
  std::vector<World::Member> members;
  for (int i = 0; i < 5; ++i) {
    members.push_back(world.join("pay-" + std::to_string(i)));
    world.clock.advance(1s);
  }
  for (const auto& member : members) {
    const auto target = "/api/v1/instances/" + member.id + "/configs";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(from("192.0.2.1:1", member.token, target).status, 200);
    EXPECT_EQ(from("192.0.2.1:1", member.token, target).text("reason"), "rate.instance");
  }
  EXPECT_EQ(from("192.0.2.1:1", world.token(Role::Viewer)).status, 200);
}

TEST_F(Gates, RefusedTokensOfAnAddressAreSlowedDownFirst) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(from("192.0.2.1:1", "nonsense").status, 401);
  const auto third = from("192.0.2.1:1", "nonsense");
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.text("reason"), "rate.failures");
  EXPECT_EQ(from("192.0.2.1:1", "").status, 429) << "no token is a bad token";
  EXPECT_EQ(from("192.0.2.1:1", world.token(Role::Viewer)).status, 200)
      << "a neighbour with a good one goes on";
  EXPECT_EQ(from("192.0.2.7:1", "nonsense").status, 401);
  world.clock.advance(1s);
  EXPECT_EQ(from("192.0.2.1:1", "nonsense").status, 401);
}

TEST_F(Gates, StrangersAtOpenRoutesHaveTheAddressesBudget) {
  int served = 0;
  while (served < 50 && from("192.0.2.1:1", "", "/health/ready").status != 429) ++served;
  EXPECT_EQ(served, 8);
}

TEST_F(Gates, CachedReadsCountAsWell) {
  world.make_profile();
  world.clock.advance(1min);
  const auto token = world.token(Role::Viewer);
  const auto request = world.request(Method::Get, "/api/v1/configs/pay.production", token);
  ASSERT_EQ(world.ask(request).status, 200);
  int quick = 0;
  while (quick < 50 && world.api.answer_now(request)) ++quick;
  EXPECT_EQ(quick, 4);
  EXPECT_EQ(world.ask(request).status, 429);
}

TEST_F(Gates, TheAuditNamesWhoAskedBehindATrustedProxyAndNobodyElsesWords) {
  const auto address_of_last = [&] {
    world.clock.advance(1min);
    const auto audit = world.get("/api/v1/audit?action=config.create&limit=1");
    return audit.body.find("items") == nullptr
               ? *audit.response.body
               : json::write(*(*audit.body.find("items")->as_array())[0].find("address"));
  };
  const auto create = [&](const std::string& name, const std::string& peer,
                          const std::string& forwarded) {
    auto request = world.request(
        Method::Post, "/api/v1/configs", world.token(Role::Admin),
        R"({"name":")" + name + R"(","serviceName":"pay","environment":"Production"})");
    request.peer = peer;
    request.headers.push_back({"X-Forwarded-For", forwarded});
    EXPECT_EQ(world.ask(request).status, 201);
  };
  create("a.production", "127.0.0.1:9", "6.6.6.6, 192.0.2.33");
  EXPECT_EQ(address_of_last(), "\"192.0.2.33\"");
  create("b.production", "192.0.2.1:9", "6.6.6.6");
  EXPECT_EQ(address_of_last(), "\"192.0.2.1:9\"");
}

}  // namespace
}  // namespace hotswap::api::testing
