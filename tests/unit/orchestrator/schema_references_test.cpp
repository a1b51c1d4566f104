#include "unit/orchestrator/schema_world.hpp"

namespace hotswap::testing {
namespace {

using SchemaReferencing = SchemaWorld;

constexpr auto kByUri = R"({"properties":{"pool":{"$ref":"https://x.test/size.json"}}})";
std::string size_schema(int max) {
  return R"({"$id":"https://x.test/size.json","type":"integer","maximum":)" + std::to_string(max) +
         "}";
}

TEST_F(SchemaReferencing, AnIdIsPinnedToTheVersionThatWasApprovedThen) {
  added(size_schema(10), {}, "size");
  const auto version = added(kByUri);
  EXPECT_EQ(version.references,
            (std::map<std::string, std::string>{{"https://x.test/size.json", "size@1.0.0"}}));
  link("payments");
  EXPECT_TRUE(put("1.0.0", pool(10)));
  EXPECT_EQ(put("1.1.0", pool(11)).error().reason, "version.schema_mismatch");

  // A later version changes nothing for those who stand, even after a restart.
  added(size_schema(20), {}, "size");
  restart();
  EXPECT_EQ(put("1.1.0", pool(11)).error().reason, "version.schema_mismatch");
  // Who registers again takes it up, as a version of its own.
  const auto again = added(kByUri);
  EXPECT_EQ(again.number.str(), "1.1.0");
  EXPECT_EQ(again.references.at("https://x.test/size.json"), "size@1.1.0");
  EXPECT_TRUE(put("1.1.0", pool(11)));
}

TEST_F(SchemaReferencing, ANumberNamesThatVersion) {
  added(size_schema(10), {}, "size");
  added(size_schema(20), {}, "size");
  const auto version = added(R"({"properties":{"pool":{"$ref":"hotswap:size@1.0.0"}}})");
  EXPECT_EQ(version.references.at("hotswap:size@1.0.0"), "size@1.0.0");
  const auto report =
      node().schemas.validate(kAdmin, SchemaId("payments"), "latest", parsed(pool(15)))->report;
  EXPECT_FALSE(report.valid);
}

TEST_F(SchemaReferencing, ReferencesOfReferencesArePinnedToo) {
  added(size_schema(10), {}, "size");
  added(R"({"$id":"https://x.test/pool.json","$ref":"size.json"})", {}, "pool");
  added(size_schema(20), {}, "size");
  const auto version = added(R"({"properties":{"pool":{"$ref":"https://x.test/pool.json"}}})");
  EXPECT_EQ(version.references.at("https://x.test/pool.json"), "pool@1.0.0");
  EXPECT_EQ(version.references.at("https://x.test/size.json"), "size@1.0.0");
}

TEST_F(SchemaReferencing, WhatIsInsideNeedsNobody) {
  const auto version = added(
      R"({"$id":"https://x.test/root.json","$ref":"inner.json",
          "$defs":{"inner":{"$id":"inner.json","type":"object"}}})");
  EXPECT_TRUE(version.references.empty());
  EXPECT_EQ(version.uri, "https://x.test/root.json");
}

TEST_F(SchemaReferencing, AnUnknownOneIsRefusedWithARemedy) {
  const auto missing = add(kByUri);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::Invalid);
  EXPECT_EQ(missing.error().reason, "schema.unresolved");
  EXPECT_TRUE(missing.error().detail.contains("https://x.test/size.json: no approved schema"))
      << missing.error().detail;
  EXPECT_TRUE(missing.error().detail.contains("register it first"));
  const auto no_number = add(R"({"$ref":"hotswap:size"})");
  EXPECT_TRUE(no_number.error().detail.contains("hotswap:pool@1.2.0")) << no_number.error().detail;
}

TEST_F(SchemaReferencing, APendingOneIsNoneYet) {
  added(size_schema(10), {}, "size");
  const auto pending = added(size_schema(5), {}, "size");
  const auto refused = add(R"({"$ref":"hotswap:size@2.0.0"})");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("size@2.0.0 waits for approval"))
      << refused.error().detail;
  ASSERT_TRUE(decide(pending, true));
  EXPECT_TRUE(add(R"({"$ref":"hotswap:size@2.0.0"})"));
}

TEST_F(SchemaReferencing, ABrokenStoreIsNoUnresolvedReference) {
  added(size_schema(10), {}, "size");
  store_.set_down(true);
  const auto down = add(kByUri);
  store_.set_down(false);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace hotswap::testing
