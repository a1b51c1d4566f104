// Given a schema that a profile in Production follows, then nothing bad passes, and no breaking
// change is used before somebody else has approved exactly that content.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/answer.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "e2e/support/command.hpp"
#include "e2e/support/scripted_instance.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait.hpp"

namespace hotswap::e2e {
namespace {

constexpr auto* kWide = R"({"type":"object","properties":{"pool":{"type":"object","properties":)"
                        R"({"max":{"type":"integer","maximum":100}}},"key":{"type":"string",)"
                        R"("writeOnly":true,"maxLength":20}}})";
constexpr auto* kNarrow = R"({"type":"object","properties":{"pool":{"type":"object","properties":)"
                          R"({"max":{"type":"integer","maximum":10}}},"key":{"type":"string",)"
                          R"("writeOnly":true,"maxLength":4}}})";

json::Value parsed(const std::string& text) { return json::parse(text).value(); }

struct Governance : ::testing::Test {
  Server server;
  cli::Api dora{as("Developer", "dora")};
  cli::Api ann{as("Admin", "ann")};
  cli::Api bob{as("Admin", "bob")};

  cli::ApiOptions as(const std::string& role, const std::string& subject) {
    const auto made = hotswap({"token", "--role", role, "--subject", subject, "--ttl", "1h",
                               "--key-file", (server.data() / "jwt.key").string()});
    auto options = server.options();
    options.token = made.out.substr(0, made.out.find('\n'));
    return options;
  }
  json::Value registers(cli::Api& who, const std::string& schema) {
    const auto made =
        who.post("/api/v1/schemas", json::Object{{"name", "payments"}, {"schema", parsed(schema)}});
    EXPECT_TRUE(made) << made.error().detail;
    return made ? *made : json::Value();
  }
  Result<json::Value> decides(cli::Api& who, const std::string& verb, const json::Value& seen) {
    return who.post("/api/v1/schemas/payments/" + verb,
                    json::Object{{"version", cli::text_at(seen, "version")},
                                 {"hash", cli::text_at(seen, "hash")},
                                 {"comment", "the callers are ready"}});
  }
  Result<json::Value> uploads(const std::string& number, const std::string& data) {
    return dora.post(cli::config_path(kProfile, {"versions"}),
                     json::Object{{"version", number}, {"data", parsed(data)}});
  }
  void has_linked_profile(const std::string& link) {
    const auto made = dora.post("/api/v1/configs", json::Object{{"name", kProfile},
                                                                {"serviceName", kService},
                                                                {"environment", kEnvironment},
                                                                {"schemaId", link}});
    ASSERT_TRUE(made) << made.error().detail;
  }
  std::string followed() {
    const auto view = bob.get(cli::config_path(kProfile));
    return view ? cli::text_at(*view, "schema.version") : view.error().detail;
  }
};

TEST_F(Governance, ABadValueIsStoppedWithItsPlace) {
  registers(dora, kWide);
  has_linked_profile("payments@^1");
  const auto refused = uploads("1.0.0", R"({"pool":{"max":101}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "version.schema_mismatch");
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].path, "$.pool.max");
  EXPECT_EQ(refused.error().fields[0].keyword, "maximum");
  const auto stored = uploads("1.0.0", R"({"pool":{"max":100}})");
  ASSERT_TRUE(stored);
  EXPECT_EQ(cli::text_at(*stored, "schema"), "payments@1.0.0");
}

TEST_F(Governance, ABreakingChangeIsUsedOnceSomebodyElseApprovedThatVeryContent) {
  registers(dora, kWide);
  has_linked_profile("payments");
  ASSERT_TRUE(uploads("1.0.0", R"({"pool":{"max":50}})"));

  const auto change = registers(ann, kNarrow);
  EXPECT_EQ(cli::text_at(change, "state"), "PendingApproval");
  const auto& compared = cli::items_at(change, "compared");
  ASSERT_EQ(compared.size(), 1u);
  EXPECT_EQ(cli::text_at(compared[0], "comparison.backward"), "Breaking");
  EXPECT_NE(cli::value_at(compared[0], "comparison.backwardExample"), nullptr);
  EXPECT_EQ(cli::int_at(change, "impact.failingCount"), 1);

  EXPECT_EQ(followed(), "1.0.0");
  ASSERT_TRUE(uploads("1.1.0", R"({"pool":{"max":60}})"));
  const auto unfit = cli::items_at(change, "impact.failing");
  ASSERT_EQ(unfit.size(), 1u);
  EXPECT_EQ(cli::text_at(unfit[0], "profile"), kProfile);

  EXPECT_EQ(decides(dora, "approve", change).error().reason, "access.forbidden");
  EXPECT_EQ(decides(ann, "approve", change).error().reason, "schema.own_change");
  auto other = change;
  other.as_object()->set("hash", std::string(64, 'a'));
  EXPECT_EQ(decides(bob, "approve", other).error().reason, "schema.changed");
  const auto approved = decides(bob, "approve", change);
  ASSERT_TRUE(approved) << approved.error().detail;
  EXPECT_EQ(cli::text_at(*approved, "decision.by"), "bob");

  EXPECT_EQ(followed(), "2.0.0");
  EXPECT_EQ(uploads("1.2.0", R"({"pool":{"max":60}})").error().reason, "version.schema_mismatch");
  server.kill();
  server.start_again();
  EXPECT_EQ(followed(), "2.0.0");
  const auto audit = bob.list("/api/v1/audit?resource=schemas%2Fpayments", 100);
  ASSERT_TRUE(audit);
  EXPECT_FALSE(audit->empty());
}

TEST_F(Governance, ADeploymentIsRefusedOrRestrictedByWhatInstancesWereBuiltFor) {
  registers(dora, kWide);
  has_linked_profile("payments@^1");
  ASSERT_TRUE(uploads("1.0.0", R"({"pool":{"max":50}})"));
  ASSERT_TRUE(decides(bob, "approve", registers(dora, kNarrow)));
  ScriptedInstance wide(server.options(), kService, "wide", {{"payments", "1.0.0"}});
  ScriptedInstance narrow(server.options(), kService, "narrow", {{"payments", "2.0.0"}});

  json::Object deployment{
      {"configName", kProfile}, {"configVersion", "1.0.0"}, {"strategy", parsed(kDirect)}};
  const auto refused = bob.post("/api/v1/deployments", deployment);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("onUnfit")) << refused.error().detail;
  deployment.set("onUnfit", "skip");
  const auto started = bob.post("/api/v1/deployments", deployment);
  ASSERT_TRUE(started) << started.error().detail;
  EXPECT_EQ(cli::int_at(*started, "fit.accepting"), 1);
  EXPECT_EQ(cli::int_at(*started, "fit.leftOut"), 1);
  EXPECT_TRUE(cli::bool_at(*started, "partial"));
  const auto id = cli::text_at(*started, "id");
  ASSERT_TRUE(eventually([&] {
    wide.applies();
    narrow.applies();
    return server.state_of(id) == "Succeeded";
  }));
  EXPECT_TRUE(wide.desired());
  EXPECT_FALSE(narrow.desired());
}

TEST_F(Governance, ASecretThatDoesNotFitIsNowhereToBeFound) {
  const std::string canary = "canary-" + std::string(20, '7');
  const json::Object data{{"key", json::Object{{"type", "secret"}, {"value", canary}}}};
  registers(dora, kWide);
  has_linked_profile("payments");
  std::string seen;
  const auto ask = [&](const std::string& path, const json::Value& body) {
    const auto answer = dora.post(path, body);
    seen += answer ? json::write(*answer) : answer.error().detail + json::write(*dora.problem());
  };
  ask(cli::config_path(kProfile, {"versions"}), json::Object{{"version", "1.0.0"}, {"data", data}});
  for (const auto* output : {"flag", "basic", "detailed"}) {
    ask("/api/v1/schemas/payments/validate", json::Object{{"data", data}, {"output", output}});
  }
  ask("/api/v1/schemas/payments/validate", json::Object{{"data", data}});
  seen += json::write(bob.list("/api/v1/audit", 1000).value());
  seen += json::write(server.all_events());
  EXPECT_TRUE(seen.contains("$.key"));
  EXPECT_FALSE(seen.contains(canary));
  for (const auto& file : std::filesystem::recursive_directory_iterator(server.folder())) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    EXPECT_FALSE(text.contains(canary)) << file.path();
  }
}

TEST_F(Governance, AStoredSecretIsMaskedWhereAChangeWouldBreakIt) {
  const std::string canary = "canary-4711";
  registers(dora, kWide);
  has_linked_profile("payments");
  ASSERT_TRUE(uploads("1.0.0", R"({"key":{"type":"secret","value":")" + canary + R"("}})"));
  const auto change = registers(dora, kNarrow);
  EXPECT_EQ(cli::int_at(change, "impact.failingCount"), 1);
  const auto impact = bob.get("/api/v1/schemas/payments/versions/2.0.0/impact");
  ASSERT_TRUE(impact);
  EXPECT_TRUE(json::write(*impact).contains("$.key"));
  EXPECT_FALSE(json::write(change).contains(canary));
  EXPECT_FALSE(json::write(*impact).contains(canary));
}

}  // namespace
}  // namespace hotswap::e2e
