#include "unit/orchestrator/schema_world.hpp"

namespace hotswap::testing {
namespace {

using SchemaValidation = SchemaWorld;

TEST_F(SchemaValidation, ALinkToNothingIsRefusedWithARemedy) {
  const auto unknown = create("payments");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::Invalid);
  EXPECT_EQ(unknown.error().fields.at(0).path, "$.schemaId");
  EXPECT_TRUE(unknown.error().detail.contains("register it first"));
  added(pool_schema(10));
  const auto too_high = create("payments@^2");
  ASSERT_FALSE(too_high);
  EXPECT_EQ(too_high.error().code, ErrorCode::Conflict);
  EXPECT_EQ(too_high.error().reason, "schema.none_approved");
}

TEST_F(SchemaValidation, AnUploadThatBreaksTheSchemaIsRefusedWithEveryPlace) {
  added(R"({"type":"object","required":["host"],"properties":{"pool":{"maximum":10}}})");
  link("payments");
  const auto refused = put("1.0.0", R"({"pool":11})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
  EXPECT_EQ(refused.error().reason, "version.schema_mismatch");
  EXPECT_EQ(refused.error().fields.size(), 2u);
  EXPECT_TRUE(refused.error().detail.contains("payments@1.0.0")) << refused.error().detail;
  EXPECT_TRUE(refused.error().detail.contains("1 more failure")) << refused.error().detail;
  EXPECT_FALSE(store_.version(ProfileName("pay.production"), SemVer(1, 0, 0)));
  EXPECT_EQ(put("1.0.0", R"({"pool":9,"host":"a"})")->version.schema, "payments@1.0.0");
}

TEST_F(SchemaValidation, ARangeTakesUpWhatIsApprovedLater) {
  added(pool_schema(10));
  link("payments@^1");
  EXPECT_FALSE(put("1.0.0", pool(15)));
  added(pool_schema(20));
  EXPECT_EQ(put("1.0.0", pool(15))->version.schema, "payments@1.1.0");
  ASSERT_TRUE(decide(added(pool_schema(5)), true));
  EXPECT_EQ(put("1.1.0", pool(15))->version.schema, "payments@1.1.0");
}

TEST_F(SchemaValidation, SecretsAreSeenByTypeAndMaskedInWords) {
  added(R"({"properties":{"key":{"type":"string","minLength":20},"pin":{"type":"string"}}})");
  link("payments");
  const auto refused = put("1.0.0", R"({"key":{"type":"secret","value":"hunter2"}})");
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().detail.contains("hunter2")) << refused.error().detail;
  for (const FieldError& field : refused.error().fields)
    EXPECT_FALSE(field.message.contains("hunter2")) << field.message;
  EXPECT_TRUE(put("1.0.0", R"({"key":{"type":"secret","value":"a-long-enough-secret-key"},
                       "pin":{"type":"secret","ref":"vault:secret/data/pay#pin"}})"));
}

TEST_F(SchemaValidation, ASchemaMayDemandThatAValueBeASecret) {
  added(R"({"properties":{"key":{"type":"string","writeOnly":true}}})");
  link("payments");
  EXPECT_EQ(put("1.0.0", R"({"key":"in the open"})").error().reason, "version.schema_mismatch");
  EXPECT_TRUE(put("1.0.0", R"({"key":{"type":"secret","value":"s"}})"));
}

TEST_F(SchemaValidation, ANewLinkIsAllowedAndTheNoticeCountsWhatFails) {
  link("");
  stored_version("1.0.0", pool(50));
  stored_version("1.1.0", pool(5));
  added(pool_schema(10));
  const ProfileName name("pay.production");
  const auto linked =
      node().configs.update(kAdmin, name, parsed(R"({"schemaId":"payments"})"), true, {});
  ASSERT_TRUE(linked) << linked.error().detail;
  const auto notice = node().configs.get(kAdmin, name)->notice;
  EXPECT_TRUE(notice.contains("1 of the 2 stored versions do not satisfy payments@1.0.0."))
      << notice;
  EXPECT_TRUE(events("config.updated")[0].message.contains("it follows schema payments"));
  const auto unknown =
      node().configs.update(kAdmin, name, parsed(R"({"schemaId":"nobody"})"), true, {});
  EXPECT_EQ(unknown.error().reason, "config.invalid");
}

TEST_F(SchemaValidation, ARepeatedUploadIsAnsweredAsItWasWhateverTheSchemaHasBecome) {
  added(pool_schema(10));
  link("payments");
  stored_version("1.0.0", pool(8));
  ASSERT_TRUE(decide(added(pool_schema(5)), true));
  const auto again = put("1.0.0", pool(8));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->version.schema, "payments@1.0.0");
  EXPECT_EQ(put("1.0.0", pool(9)).error().reason, "version.schema_mismatch");
}

TEST_F(SchemaValidation, OldContentThatTodaysSchemaRefusesComesBackByForceOnly) {
  added(pool_schema(10));
  link("payments");
  stored_version("1.0.0", pool(8));
  ASSERT_TRUE(decide(added(pool_schema(5)), true));
  const ProfileName name("pay.production");
  const auto refused = node().configs.roll_back_content(kAdmin, name, "1.0.0", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "version.schema_mismatch");
  EXPECT_TRUE(refused.error().detail.contains("force=true"));
  const auto forced = node().configs.roll_back_content(kAdmin, name, "1.0.0", true);
  ASSERT_TRUE(forced);
  EXPECT_EQ(forced->schema, "");
}

TEST_F(SchemaValidation, ADeploymentValidatesAgain) {
  added(pool_schema(10));
  link("payments");
  stored_version("1.0.0", pool(8));
  instance("i-1");
  ASSERT_TRUE(decide(added(pool_schema(5)), true));
  const auto refused = deploy("1.0.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(refused.error().reason, "deployment.schema_mismatch");
  EXPECT_TRUE(refused.error().detail.contains("payments@2.0.0")) << refused.error().detail;
  EXPECT_EQ(refused.error().fields.size(), 1u);

  const auto forced = deploy("1.0.0", OnUnfit::Refuse, true);
  ASSERT_TRUE(forced) << forced.error().detail;
  EXPECT_FALSE(forced->fit.mismatch.empty());
  const auto planned = events("deployment.planned");
  ASSERT_EQ(planned.size(), 1u);
  EXPECT_TRUE(planned[0].message.contains("Forced although it does not satisfy payments@2.0.0"))
      << planned[0].message;
  EXPECT_EQ(*planned[0].data.find("fit")->find("schema")->as_string(), "payments@2.0.0");
}

TEST_F(SchemaValidation, AProfileWithoutSchemaIsLeftAlone) {
  added(pool_schema(10));
  link("");
  EXPECT_EQ(put("1.0.0", R"({"anything":1})")->version.schema, "");
  instance("i-1", "1.0.0");
  const auto started = deploy("1.0.0");
  ASSERT_TRUE(started);
  EXPECT_EQ(started->fit, FleetFit{});
}

}  // namespace
}  // namespace hotswap::testing
