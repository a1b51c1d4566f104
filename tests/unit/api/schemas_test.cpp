// Registered schemas over HTTP: register, compare, decide, validate, follow.
#include "unit/api/world.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto* kSchemas = "/api/v1/schemas";
constexpr auto* kPayments = "/api/v1/schemas/payments";
constexpr auto* kVersions = "/api/v1/configs/pay.production/versions";

/// The first version, and one that a stored `{"pool":{"max":50}}` breaks.
constexpr auto* kWide = R"({"type":"object","properties":{"pool":{"type":"object","properties":)"
                        R"({"max":{"type":"integer","maximum":100}}}}})";
constexpr auto* kNarrow = R"({"type":"object","properties":{"pool":{"type":"object","properties":)"
                          R"({"max":{"type":"integer","maximum":10}}}}})";

std::string registration(const std::string& schema, const std::string& more = "") {
  return R"({"name":"payments","schema":)" + schema + more + "}";
}

struct Schemas : ::testing::Test {
  World world;

  Answer registers(const std::string& schema, const std::string& more = "") {
    return world.ask(Role::Developer, Method::Post, kSchemas, registration(schema, more));
  }
  Answer decides(const std::string& verb, const Answer& seen, Role role = Role::Admin) {
    return world.ask(role, Method::Post, std::string(kPayments) + "/" + verb,
                     R"({"version":")" + seen.text("version") + R"(","hash":")" +
                         seen.text("hash") + R"(","comment":"agreed with the team"})");
  }
  Answer uploads(const std::string& number, const std::string& data) {
    return world.post(kVersions, R"({"version":")" + number + R"(","data":)" + data + "}");
  }
  /// A breaking change of what a profile in Production follows.
  Answer pending_change() {
    EXPECT_EQ(registers(kWide).status, 201);
    world.make_profile("pay.production", R"(,"schemaId":"payments")");
    EXPECT_EQ(uploads("1.0.0", R"({"pool":{"max":50}})").status, 201);
    return registers(kNarrow);
  }
  std::string followed() {
    const auto view = world.get("/api/v1/configs/pay.production");
    const auto* schema = view.body.find("schema");
    if (schema->is_null()) return {};
    return *schema->find("version")->as_string();
  }
};

std::size_t items(const Answer& answer) { return answer.body.find("items")->as_array()->size(); }

const json::Value& comparison_of(const Answer& answer) {
  return *answer.body.find("compared")->as_array()->front().find("comparison");
}

TEST_F(Schemas, AreRegisteredReadAndListed) {
  const auto made = registers(kWide, R"(,"description":"of payments","message":"first")");
  ASSERT_EQ(made.status, 201) << *made.response.body;
  EXPECT_EQ(made.text("version"), "1.0.0");
  EXPECT_EQ(made.text("state"), "Approved");
  EXPECT_EQ(made.text("uri"), "hotswap:payments@1.0.0");
  EXPECT_EQ(made.header("Location"), std::string(kPayments) + "/versions/1.0.0");
  const auto head = world.get(kPayments);
  EXPECT_EQ(head.text("description"), "of payments");
  EXPECT_EQ(head.text("compatibility"), "BACKWARD");
  EXPECT_EQ(head.text("policy"), "strict");
  EXPECT_EQ(head.text("latest"), "1.0.0");
  EXPECT_EQ(items(world.get(std::string(kSchemas) + "?text=pay&state=Approved")), 1u);
  EXPECT_EQ(items(world.get(std::string(kSchemas) + "?state=PendingApproval")), 0u);
  const auto versions = world.get(std::string(kPayments) + "/versions");
  ASSERT_EQ(items(versions), 1u);
  EXPECT_EQ(versions.body.find("items")->as_array()->front().find("schema"), nullptr);
}

TEST_F(Schemas, AreTheSameUnderTheSameContent) {
  ASSERT_EQ(registers(kWide).status, 201);
  const auto again = registers(kWide);
  EXPECT_EQ(again.status, 200) << *again.response.body;
  EXPECT_EQ(again.text("version"), "1.0.0");
  EXPECT_EQ(registers(kNarrow, R"(,"version":"1.0.0")").text("reason"), "schema.version_exists");
}

TEST_F(Schemas, GetTheirNumberByWhatChanged) {
  ASSERT_EQ(registers(kWide).status, 201);
  const auto wider = registers(R"({"type":"object"})");
  EXPECT_EQ(wider.status, 201) << *wider.response.body;
  EXPECT_EQ(wider.text("version"), "1.1.0");
  const auto words = registers(R"({"type":"object","description":"anything"})");
  EXPECT_EQ(words.text("version"), "1.1.1") << *words.response.body;
}

TEST_F(Schemas, MayBeWrittenInYaml) {
  auto request =
      world.request(Method::Post, kSchemas, world.token(Role::Developer),
                    "name: payments\nschema:\n  type: object\n  properties:\n    a: true\n");
  request.headers.back().value = "application/yaml";
  const auto made = world.ask(request);
  ASSERT_EQ(made.status, 201) << *made.response.body;
  const auto read = world.get(std::string(kPayments) + "/versions/latest");
  EXPECT_EQ(json::write(*read.body.find("schema")), R"({"type":"object","properties":{"a":true}})");
}

TEST_F(Schemas, AreReadBareByTheirMediaType) {
  ASSERT_EQ(registers(kWide).status, 201);
  auto request = world.request(Method::Get, std::string(kPayments) + "/versions/%5E1.0",
                               world.token(Role::Viewer));
  request.headers.push_back({"Accept", "application/schema+json"});
  const auto bare = world.ask(request);
  EXPECT_EQ(*bare.response.body, kWide);
  EXPECT_EQ(bare.response.content_type, "application/schema+json");
  EXPECT_EQ(bare.header("Link"), "<hotswap:payments@1.0.0>; rel=\"canonical\"");
  EXPECT_EQ(bare.header("Content-Location"), std::string(kPayments) + "/versions/1.0.0");
  EXPECT_EQ(bare.header("Vary"), "Accept");
  request.headers.push_back({"If-None-Match", bare.header("ETag")});
  EXPECT_EQ(world.ask(request).status, 304);
}

TEST_F(Schemas, AreChangedByWhoReadThem) {
  ASSERT_EQ(registers(kWide).status, 201);
  const auto etag = world.get(kPayments).header("ETag");
  auto change = world.request(Method::Patch, kPayments, world.token(Role::Developer),
                              R"({"compatibility":"NONE","policy":"lenient"})");
  change.headers.push_back({"If-Match", etag});
  const auto changed = world.ask(change);
  ASSERT_EQ(changed.status, 200) << *changed.response.body;
  EXPECT_EQ(changed.text("compatibility"), "NONE");
  EXPECT_EQ(changed.text("policy"), "lenient");
  EXPECT_EQ(world.ask(change).status, 412);
  EXPECT_EQ(registers(kNarrow).text("state"), "Approved");
}

TEST_F(Schemas, ThatBreakWaitForApprovalAndShowWhatWouldBreak) {
  const auto change = pending_change();
  ASSERT_EQ(change.status, 202) << *change.response.body;
  EXPECT_EQ(change.text("state"), "PendingApproval");
  EXPECT_EQ(change.text("version"), "2.0.0");
  const auto& comparison = comparison_of(change);
  EXPECT_EQ(*comparison.find("backward")->as_string(), "Breaking");
  EXPECT_NE(comparison.find("backwardExample"), nullptr);
  const auto& impact = *change.body.find("impact");
  EXPECT_EQ(impact.find("checked")->as_int(), 1);
  const auto& failing = impact.find("failing")->as_array()->front();
  EXPECT_EQ(*failing.find("profile")->as_string(), "pay.production");
  const auto& error = failing.find("errors")->as_array()->front();
  EXPECT_EQ(*error.find("path")->as_string(), "$.pool.max");
  const auto head = world.get(kPayments);
  EXPECT_EQ(head.text("latest"), "1.0.0");
  EXPECT_EQ(*head.body.find("pending")->as_array()->front().as_string(), "2.0.0");
  EXPECT_EQ(head.body.find("profiles")->as_array()->size(), 1u);
  EXPECT_EQ(followed(), "1.0.0");
  EXPECT_EQ(uploads("1.1.0", R"({"pool":{"max":60}})").status, 201);
}

TEST_F(Schemas, AreUsedOnceSomebodyElseApprovedThatVeryContent) {
  const auto change = pending_change();
  EXPECT_EQ(followed(), "1.0.0");
  Answer other = change;
  other.body.as_object()->set("hash", std::string(64, '0'));
  EXPECT_EQ(decides("approve", other).text("reason"), "schema.changed");
  EXPECT_EQ(decides("approve", change, Role::Developer).status, 403);
  const auto approved = decides("approve", change);
  ASSERT_EQ(approved.status, 200) << *approved.response.body;
  EXPECT_EQ(approved.text("state"), "Approved");
  EXPECT_EQ(*approved.body.find("decision")->find("by")->as_string(), "a-Admin");
  EXPECT_EQ(followed(), "2.0.0");
  const auto refused = uploads("1.1.0", R"({"pool":{"max":60}})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(decides("approve", change).text("reason"), "schema.not_pending");
}

TEST_F(Schemas, OnTheFastPathOfTheirProfilesAreTheNewOnes) {
  const auto change = pending_change();
  const auto request =
      world.request(Method::Get, "/api/v1/configs/pay.production", world.token(Role::Viewer));
  ASSERT_EQ(world.ask(request).status, 200);
  ASSERT_TRUE(world.api.answer_now(request));
  ASSERT_EQ(decides("approve", change).status, 200);
  EXPECT_FALSE(world.api.answer_now(request));
}

TEST_F(Schemas, InProductionAreNotDecidedOnByTheirAuthor) {
  ASSERT_EQ(registers(kWide).status, 201);
  world.make_profile("pay.production", R"(,"schemaId":"payments@^1 || ^2")");
  const auto own = world.post(kSchemas, registration(kNarrow));
  ASSERT_EQ(own.status, 202) << *own.response.body;
  const auto refused = decides("approve", own);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("reason"), "schema.own_change");
}

TEST_F(Schemas, ThatAreRejectedStayOnRecordUnused) {
  const auto change = pending_change();
  const auto rejected = decides("reject", change);
  ASSERT_EQ(rejected.status, 200) << *rejected.response.body;
  EXPECT_EQ(rejected.text("state"), "Rejected");
  EXPECT_EQ(followed(), "1.0.0");
  EXPECT_EQ(items(world.get(std::string(kSchemas) + "?state=Rejected")), 1u);
}

TEST_F(Schemas, MayBeTriedDry) {
  ASSERT_EQ(registers(kWide).status, 201);
  const auto dry = registers(kNarrow, R"(,"dryRun":true)");
  ASSERT_EQ(dry.status, 200) << *dry.response.body;
  EXPECT_EQ(dry.text("state"), "PendingApproval");
  EXPECT_EQ(dry.body.find("dryRun")->as_bool() && *dry.body.find("dryRun")->as_bool(), true);
  EXPECT_EQ(*comparison_of(dry).find("backward")->as_string(), "Breaking");
  EXPECT_EQ(items(world.get(std::string(kPayments) + "/versions")), 1u);
}

TEST_F(Schemas, AreComparedOnRequest) {
  const auto change = pending_change();
  const auto diff = world.get(std::string(kPayments) + "/diff/1.0.0/2.0.0");
  ASSERT_EQ(diff.status, 200) << *diff.response.body;
  EXPECT_EQ(diff.text("from"), "1.0.0");
  EXPECT_EQ(diff.text("to"), "2.0.0");
  EXPECT_FALSE(diff.body.find("comparison")->find("changes")->as_array()->empty());
  EXPECT_EQ(diff.body.find("impact")->find("failingCount")->as_int(), 1);
  const auto impact = world.get(std::string(kPayments) + "/versions/2.0.0/impact");
  ASSERT_EQ(impact.status, 200) << *impact.response.body;
  EXPECT_EQ(impact.body.find("failingCount")->as_int(), 1);
  EXPECT_FALSE(impact.text("summary").empty());
  const auto fine = world.get(std::string(kPayments) + "/versions/1.0.0/impact");
  EXPECT_EQ(fine.body.find("failingCount")->as_int(), 0);
}

TEST_F(Schemas, ValidateInOurFormAndInThoseOfTheSpecification) {
  static_cast<void>(pending_change());
  const auto validate = [&](const std::string& more) {
    return world.ask(Role::Viewer, Method::Post, std::string(kPayments) + "/validate",
                     R"({"data":{"pool":{"max":50}})" + more + "}");
  };
  const auto fine = validate("");
  EXPECT_EQ(*fine.response.body, R"({"valid":true,"errors":[],"schema":"payments@1.0.0"})");
  EXPECT_EQ(fine.header("Link"), "<hotswap:payments@1.0.0>; rel=\"describedby\"");
  const auto bad = validate(R"(,"version":"2.0.0")");
  ASSERT_EQ(bad.status, 200) << *bad.response.body;
  ASSERT_EQ(bad.paths(), std::vector<std::string>{"$.pool.max"});
  const auto& error = bad.body.find("errors")->as_array()->front();
  EXPECT_EQ(*error.find("keyword")->as_string(), "maximum");
  EXPECT_TRUE(error.find("schemaPath")->as_string()->ends_with("/maximum"));
  EXPECT_EQ(*validate(R"(,"version":"2.0.0","output":"flag")").response.body, R"({"valid":false})");
  for (const auto* output : {"basic", "detailed"}) {
    const auto unit = validate(R"(,"version":"2.0.0","output":")" + std::string(output) + "\"");
    EXPECT_TRUE(unit.response.body->contains("keywordLocation")) << *unit.response.body;
  }
}

TEST_F(Schemas, DecideOnUploadsAndAreNamedByTheVersion) {
  ASSERT_EQ(registers(kWide).status, 201);
  world.make_profile("pay.production", R"(,"schemaId":"payments@^1")");
  const auto refused = uploads("1.0.0", R"({"pool":{"max":101}})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.text("reason"), "version.schema_mismatch");
  EXPECT_EQ(refused.paths(), std::vector<std::string>{"$.pool.max"});
  EXPECT_EQ(world.get(std::string(kVersions) + "/1.0.0").status, 404);
  const auto stored = uploads("1.0.0", R"({"pool":{"max":100}})");
  EXPECT_EQ(stored.text("schema"), "payments@1.0.0") << *stored.response.body;
  const auto view = world.get("/api/v1/configs/pay.production");
  EXPECT_EQ(view.text("schemaId"), "payments@^1");
  EXPECT_EQ(json::write(*view.body.find("schema")), R"({"id":"payments","version":"1.0.0"})");
}

TEST_F(Schemas, NeverShowASecret) {
  ASSERT_EQ(registers(R"({"properties":{"key":{"type":"string","maxLength":3}}})").status, 201);
  world.make_profile("pay.production", R"(,"schemaId":"payments")");
  const auto data = R"({"key":{"type":"secret","value":"canary-4711"}})";
  const auto refused = uploads("1.0.0", data);
  EXPECT_EQ(refused.text("reason"), "version.schema_mismatch") << *refused.response.body;
  EXPECT_FALSE(refused.response.body->contains("canary"));
  for (const auto* more : {"", R"(,"output":"basic")", R"(,"output":"detailed")"}) {
    const auto tried = world.post(std::string(kPayments) + "/validate",
                                  R"({"data":)" + std::string(data) + more + "}");
    EXPECT_EQ(tried.status, 200);
    EXPECT_TRUE(tried.response.body->contains("\"valid\":false")) << *tried.response.body;
    EXPECT_FALSE(tried.response.body->contains("canary")) << *tried.response.body;
  }
}

TEST_F(Schemas, RepeatWithTheirKeyWithoutDoingItTwice) {
  auto request =
      world.request(Method::Post, kSchemas, world.token(Role::Developer), registration(kWide));
  request.headers.push_back({"Idempotency-Key", "k"});
  const auto first = world.ask(request);
  ASSERT_EQ(first.status, 201);
  const auto second = world.ask(request);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(*second.response.body, *first.response.body);
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
}

struct BuiltFor : Schemas {
  std::string narrow, wide;

  void SetUp() override {
    const auto change = pending_change();
    ASSERT_EQ(decides("approve", change).status, 200);
    ASSERT_EQ(world
                  .ask(Role::Admin, Method::Patch, "/api/v1/configs/pay.production",
                       R"({"schemaId":"payments@^1"})")
                  .status,
              200);
    narrow = joins("narrow", R"({"payments":"2.0.0"})");
    wide = joins("wide", R"({"payments":"1.0.0"})");
  }
  std::string joins(const std::string& host, const std::string& schemas) {
    const auto made = world.post("/api/v1/instances",
                                 R"({"serviceName":"pay","environment":"Production","hostname":")" +
                                     host + R"(","schemas":)" + schemas + "}");
    EXPECT_EQ(made.status, 201) << *made.response.body;
    return made.text("id");
  }
  Answer deploys(const std::string& more = "") {
    return world.post("/api/v1/deployments",
                      R"({"configName":"pay.production","configVersion":"1.0.0")" + more + "}");
  }
};

TEST_F(BuiltFor, InstancesSayForWhichSchema) {
  const auto view = world.get("/api/v1/instances/" + narrow);
  EXPECT_EQ(json::write(*view.body.find("schemas")), R"({"payments":"2.0.0"})");
}

TEST_F(BuiltFor, ADeploymentIsRefusedOrRestrictedToWhoAccepts) {
  const auto refused = deploys();
  EXPECT_EQ(refused.status, 409) << *refused.response.body;
  EXPECT_EQ(deploys(R"(,"onUnfit":"maybe")").paths(), std::vector<std::string>{"$.onUnfit"});
  const auto plan = deploys(R"(,"onUnfit":"skip","dryRun":true)");
  ASSERT_EQ(plan.status, 200) << *plan.response.body;
  const auto& fit = *plan.body.find("fit");
  EXPECT_EQ(*fit.find("schema")->as_string(), "payments@1.0.0");
  EXPECT_EQ(fit.find("accepting")->as_int(), 1);
  EXPECT_EQ(fit.find("leftOut")->as_int(), 1);
  const auto started = deploys(R"(,"onUnfit":"skip")");
  ASSERT_EQ(started.status, 202) << *started.response.body;
  const auto& targets = *started.body.find("targets")->as_array();
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(*targets.front().find("instance")->as_string(), wide);
}

}  // namespace
}  // namespace hotswap::api::testing
