// The places of failures, and the output units of the specification (2020-12, section 12).
#include <gtest/gtest.h>

#include "domain/json/write.hpp"
#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

constexpr std::string_view kSchema = R"({
  "$id": "https://example.com/polygon",
  "$defs": {"point": {"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},
            "additionalProperties":false,"required":["x","y"]}},
  "type": "array", "items": {"$ref":"#/$defs/point"}, "minItems": 3})";

Report report() {
  return compiled(kSchema)->check(parsed(R"([{"x":2.5,"y":1.3},{"x":1,"z":6.7}])"));
}

TEST(Output, PlacesFollowTheWayThroughReferences) {
  const auto failures = report().failures;
  ASSERT_EQ(failures.size(), 3U);
  EXPECT_EQ(failures[0].keyword_location, "/minItems");
  EXPECT_EQ(failures[0].absolute_location, "");
  EXPECT_EQ(failures[1].path, "$[1].z");
  EXPECT_EQ(failures[1].instance_location, "/1/z");
  EXPECT_EQ(failures[1].keyword_location, "/items/$ref/additionalProperties");
  EXPECT_EQ(failures[1].absolute_location,
            "https://example.com/polygon#/$defs/point/additionalProperties");
  EXPECT_EQ(failures[2].keyword_location, "/items/$ref/required");
  EXPECT_EQ(failures[2].absolute_location, "https://example.com/polygon#/$defs/point/required");
}

TEST(Output, NamesInPlacesAreEscaped) {
  const auto failures = compiled(R"({"properties":{"a/b~c d":{"type":"null"}}})")
                            ->check(parsed(R"({"a/b~c d":1})"))
                            .failures;
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].path, "$['a/b~c d']");
  EXPECT_EQ(failures[0].instance_location, "/a~1b~0c d");
  EXPECT_EQ(failures[0].keyword_location, "/properties/a~1b~0c d/type");
}

TEST(Output, FlagSaysOnlyWhether) {
  EXPECT_EQ(json::write(to_json(report(), Output::Flag)), R"({"valid":false})");
  EXPECT_EQ(json::write(to_json(Report(), Output::Basic)), R"({"valid":true})");
}

TEST(Output, BasicIsAFlatList) {
  const auto basic = to_json(report(), Output::Basic);
  const auto& errors = *basic.find("errors")->as_array();
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(json::write(errors[0]),
            R"({"valid":false,"keywordLocation":"/minItems","instanceLocation":"",)"
            R"("error":"has 2 items, at least 3 are required"})");
  EXPECT_NE(errors[1].find("absoluteKeywordLocation"), nullptr);
}

TEST(Output, DetailedGathersTheFailuresOfOneSubschema) {
  const auto detailed = to_json(report(), Output::Detailed);
  const auto& errors = *detailed.find("errors")->as_array();
  ASSERT_EQ(errors.size(), 2U);
  auto common = errors[1];
  EXPECT_EQ(common.find("errors")->as_array()->size(), 2U);
  common.as_object()->erase("errors");
  EXPECT_EQ(json::write(common),
            R"({"valid":false,"keywordLocation":"/items/$ref","instanceLocation":"/1",)"
            R"("absoluteKeywordLocation":"https://example.com/polygon#/$defs/point"})");
}

TEST(Output, AbsolutePlacesAreUris) {
  const auto failures = compiled(R"({"$id":"https://example.com/s","$ref":"#/$defs/a%20b",
      "$defs":{"a b":{"patternProperties":{"^x":{"type":"null"}}}}})")
                            ->check(parsed(R"({"x":1})"))
                            .failures;
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].keyword_location, "/$ref/patternProperties/^x/type");
  EXPECT_EQ(failures[0].absolute_location,
            "https://example.com/s#/$defs/a%20b/patternProperties/%5Ex/type");
}

TEST(Output, DetailedKeepsCausesBelowTheirCause) {
  const auto result = compiled(R"({"anyOf":[{"type":"string"}]})")->check(1);
  EXPECT_EQ(to_json(result, Output::Basic).find("errors")->as_array()->size(), 2U);
  const auto detailed = to_json(result, Output::Detailed);
  const auto& errors = *detailed.find("errors")->as_array();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].find("errors")->as_array()->size(), 1U);
  EXPECT_EQ(std::string_view(*errors[0].find("keywordLocation")->as_string()), "/anyOf");
}

}  // namespace
}  // namespace hotswap::schema
