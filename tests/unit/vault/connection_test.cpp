#include "testing/trace_of_tests.hpp"
#include "unit/vault/world.hpp"

namespace hotswap::vault {
namespace {

/// A server that a test may seal and kill.
class VaultCluster : public ::testing::Test {
 protected:
  VaultCluster() {
    for (auto* node : {&first_, &second_}) node->has_secret("secret/data/app", R"({"a":"value"})");
  }

  testing::VaultServer first_, second_;
};

TEST_F(VaultCluster, a_node_that_is_sealed_a_standby_or_dead_is_passed_over) {
  World world(with_token("root"), {.addresses = {first_.url(), second_.url()}});
  EXPECT_EQ(world.read("secret/data/app#a"), "value");
  first_.set(R"({"sealed":true})");
  EXPECT_EQ(world.read("secret/data/app#a"), "value");
  first_.set(R"({"sealed":false,"standby":"http://127.0.0.1:1"})");
  second_.kill();
  const auto refused = world.refusal("secret/data/app#a");
  EXPECT_TRUE(refused.starts_with("secret.unavailable: ")) << refused;
  first_.set(R"({"standby":""})");
  EXPECT_EQ(world.read("secret/data/app#a"), "value");
}

TEST_F(VaultCluster, the_node_that_answered_is_asked_first_from_then_on) {
  World world(with_token("root"), {.addresses = {first_.url(), second_.url()}});
  first_.set(R"({"sealed":true})");
  EXPECT_EQ(world.read("secret/data/app#a"), "value");
  static_cast<void>(first_.calls(""));
  EXPECT_EQ(world.read("secret/data/app#a"), "value");
  EXPECT_EQ(first_.calls("GET "), 0U);
}

TEST(VaultConnection, what_may_pass_is_tried_again_and_what_may_not_is_not) {
  auto& server = vault_server();
  server.has_secret("secret/data/busy", R"({"a":"value"})");
  World world(with_token("root"));
  EXPECT_EQ(world.read("secret/data/busy#a"), "value");
  for (const auto* status : {"429", "412", "500", "502"}) {
    server.fault(std::string(R"({"path":"/v1/secret/data/busy","times":2,"status":)") + status +
                 '}');
    EXPECT_EQ(world.read("secret/data/busy#a"), "value") << status;
  }
  server.fault(R"({"path":"/v1/secret/data/busy","times":5,"status":400})");
  static_cast<void>(server.calls(""));
  EXPECT_EQ(world.read("secret/data/busy#a").error().reason, "secret.invalid");
  EXPECT_EQ(server.calls("GET /v1/secret/data/busy"), 1U);
  server.fault(R"({"path":"/v1/secret/data/busy","times":0})");
}

TEST(VaultConnection, every_state_of_a_node_has_words) {
  testing::VaultServer server;
  World world(with_token("root"), {.addresses = {server.url()}});
  server.set(R"({"sealed":true})");
  EXPECT_EQ(world.refusal("secret/data/app#a"),
            "secret.unavailable: Vault at " + server.url() + " is sealed or down for maintenance");
  EXPECT_FALSE(world.session.check());
  server.set(R"({"sealed":false,"standby":"http://127.0.0.1:1"})");
  world.clock.advance(std::chrono::seconds(3));
  EXPECT_TRUE(world.refusal("secret/data/app#a").contains("give the address of the active node"));
  server.kill();
  world.clock.advance(std::chrono::seconds(3));
  EXPECT_EQ(world.refusal("secret/data/app#a"),
            "secret.unavailable: Vault at " + server.url() + " cannot be reached");
  server.start();
  world.clock.advance(std::chrono::seconds(3));
  EXPECT_TRUE(world.session.check());
}

TEST(VaultConnection, tls_is_checked_against_the_given_authority) {
  testing::VaultServer server({.tls = true});
  server.has_secret("secret/data/app", R"({"a":"value"})");
  World good(with_token("root"), {.addresses = {server.url()}, .ca_file = server.ca_file()});
  EXPECT_EQ(good.read("secret/data/app#a"), "value");
  World strange(with_token("root"), {.addresses = {server.url()}});
  EXPECT_EQ(strange.read("secret/data/app#a").error().reason, "secret.unavailable");
}

TEST(VaultConnection, is_asked_in_the_trace_of_what_it_is_asked_for) {
  constexpr auto kAsked = "GET /v1/secret/data/traced";
  auto& server = vault_server();
  server.has_secret("secret/data/traced", R"({"a":"value"})");
  World world(with_token("root"));
  testing::TraceOfTests trace;
  static_cast<void>(server.traces(""));
  EXPECT_EQ(world.read("secret/data/traced#a"), "value");
  EXPECT_EQ(server.traces(kAsked), std::vector<std::string>{""}) << "nobody's question";
  {
    const TraceScope scope(&trace.tracer, trace.context);
    EXPECT_EQ(world.read("secret/data/traced#a"), "value");
  }
  EXPECT_EQ(server.traces(kAsked), std::vector{trace.of_the_call("GET")});
  EXPECT_FALSE(testing::attribute(trace.tracer.spans().at(0), "url.full").contains("traced"));
}

}  // namespace
}  // namespace hotswap::vault
