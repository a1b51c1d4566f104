// anyOf and oneOf tell why the branch failed that the author most probably meant.
#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

Failure only_failure(std::string_view schema, std::string_view document) {
  const auto report = compiled(schema)->check(parsed(document));
  EXPECT_EQ(report.failures.size(), 1U);
  return report.failures.empty() ? Failure() : report.failures.front();
}

constexpr std::string_view kStores = R"({"oneOf":[
  {"properties":{"kind":{"const":"file"},"path":{"type":"string"}},"required":["kind","path"]},
  {"properties":{"kind":{"const":"sql"},"url":{"type":"string"},"pool":{"type":"integer"}},
   "required":["kind","url"]}]})";

TEST(Branches, TheOneWhoseDiscriminatorMatchesComesClosest) {
  const auto failure = only_failure(kStores, R"({"kind":"sql","pool":"many","path":"/x"})");
  EXPECT_EQ(failure.keyword, "oneOf");
  EXPECT_NE(failure.message.find("oneOf[1] comes closest"), std::string::npos) << failure.message;
  ASSERT_EQ(failure.causes.size(), 2U);
  EXPECT_EQ(failure.causes[0].path, "$.pool");
  EXPECT_EQ(failure.causes[0].keyword_location, "/oneOf/1/properties/pool/type");
  EXPECT_EQ(failure.causes[1].message, R"(the property "url" is missing)");
}

TEST(Branches, OneOfTheRightTypeIsCloserThanOneOfAnother) {
  const auto failure = only_failure(R"({"anyOf":[{"type":"string"},{"type":"object",
      "properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}]})",
                                    R"({"a":"x","b":"y"})");
  EXPECT_EQ(failure.causes.size(), 2U);
  EXPECT_EQ(failure.causes[0].path, "$.a");
}

TEST(Branches, OneThatFailsDeeperIsCloser) {
  const auto failure = only_failure(R"({"anyOf":[{"required":["x"]},
      {"properties":{"a":{"properties":{"b":{"type":"integer"}}}}}]})",
                                    R"({"a":{"b":"no"}})");
  ASSERT_EQ(failure.causes.size(), 1U);
  EXPECT_EQ(failure.causes[0].path, "$.a.b");
}

TEST(Branches, TheClosestOfANestedChoiceCounts) {
  const auto failure = only_failure(R"({"anyOf":[{"type":"integer"},
      {"anyOf":[{"type":"boolean"},{"type":"object","required":["name"]}]}]})",
                                    "{}");
  ASSERT_EQ(failure.causes.size(), 1U);
  EXPECT_EQ(failure.causes[0].keyword, "anyOf");
  ASSERT_EQ(failure.causes[0].causes.size(), 1U);
  EXPECT_EQ(failure.causes[0].causes[0].keyword, "required");
}

TEST(Branches, SeveralThatMatchAreNamed) {
  const auto failure = only_failure(R"({"oneOf":[{"type":"string"},{"type":"integer"},
      {"minimum":0}]})",
                                    "5");
  EXPECT_EQ(failure.message,
            "is 5, which matches both oneOf[1] and oneOf[2]; exactly one may match");
  EXPECT_TRUE(failure.causes.empty());
}

TEST(Branches, FieldsHoldTheCausesAfterTheirCause) {
  const auto report = compiled(kStores)->check(parsed(R"({"kind":"file"})"));
  const auto fields = fields_of(report);
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[0].keyword, "oneOf");
  EXPECT_EQ(fields[1].keyword, "required");
}

}  // namespace
}  // namespace hotswap::schema
