#include <gtest/gtest.h>

#include "cli/schema/advice.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::cli {
namespace {

using schema::Draft;

std::vector<Advice> advice(std::string_view text, Draft draft = Draft::Draft2020) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  return document ? advice_on(*document, draft) : std::vector<Advice>();
}

/// The places and keywords of what is said, one per line; the missing $schema is left out.
std::string places(std::string_view text, Draft draft = Draft::Draft2020) {
  std::string out;
  for (const auto& item : advice(text, draft)) {
    if (item.keyword != "$schema") out += item.path + " " + item.keyword + "\n";
  }
  return out;
}

std::string first_message(std::string_view text, Draft draft = Draft::Draft2020) {
  for (const auto& item : advice(text, draft)) {
    if (item.keyword != "$schema") return item.message;
  }
  return {};
}

TEST(SchemaAdvice, ACarefulSchemaGetsNone) {
  EXPECT_TRUE(advice(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
    "properties":{"port":{"$ref":"#/$defs/port"},"name":{"type":"string","pattern":"^[a-z]+$"}},
    "required":["port"],"additionalProperties":false,"x-owner":"me",
    "$defs":{"port":{"type":"integer","minimum":1,"default":80}}})")
                  .empty());
}

TEST(SchemaAdvice, AMissingDialectIsNamed) {
  const auto said = advice("{}");
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said.front().keyword, "$schema");
  EXPECT_TRUE(said.front().message.contains("2020-12"));
}

TEST(SchemaAdvice, AMistypedKeywordIsGuessed) {
  EXPECT_EQ(places(R"({"properties":{"a":{"maxium":1}},"additionalProperties":false})"),
            "$.properties.a.maxium maxium\n");
  EXPECT_TRUE(first_message(R"({"maxium":1})").contains("did you mean maximum?"));
  EXPECT_TRUE(first_message(R"({"flavour":1})").contains("start with x-"));
}

TEST(SchemaAdvice, KeywordsOfOtherDraftsHaveNoEffect) {
  EXPECT_TRUE(first_message(R"({"prefixItems":[true]})", Draft::Draft7).contains("since 2020-12"));
  EXPECT_TRUE(first_message(R"({"dependencies":{"a":["b"]}})").contains("dependentRequired"));
  EXPECT_EQ(places(R"({"dependencies":{"a":["b"]}})", Draft::Draft7), "");
}

TEST(SchemaAdvice, BeforeTheYear2019AReferenceHidesItsNeighbours) {
  const auto* text = R"({"properties":{"a":{"$ref":"#/definitions/x","maximum":1}},
    "definitions":{"x":{}},"additionalProperties":false})";
  EXPECT_EQ(places(text, Draft::Draft7), "$.properties.a.maximum maximum\n");
  EXPECT_EQ(places(text, Draft::Draft2020), "");
}

TEST(SchemaAdvice, KeywordsOfOtherTypesHaveNoEffect) {
  EXPECT_EQ(places(R"({"type":"string","minimum":3})"), "$.minimum minimum\n");
  EXPECT_EQ(places(R"({"type":["integer","null"],"minimum":3})"), "");
  EXPECT_EQ(places(R"({"minimum":3})"), "");
}

TEST(SchemaAdvice, HalvesOfConditionsHaveNoEffect) {
  EXPECT_EQ(places(R"({"then":{}})"), "$.then then\n");
  EXPECT_EQ(places(R"({"if":{}})"), "$.if if\n");
  EXPECT_EQ(places(R"({"minContains":2})"), "$.minContains minContains\n");
}

TEST(SchemaAdvice, BoundsThatLeaveNothingAreNamed) {
  EXPECT_EQ(places(R"({"minimum":5,"maximum":4})"), "$ minimum\n");
  EXPECT_EQ(places(R"({"minimum":5,"maximum":5})"), "");
  EXPECT_EQ(places(R"({"minimum":5,"exclusiveMaximum":5})"), "$ minimum\n");
  EXPECT_EQ(places(R"({"minLength":5,"maxLength":4})"), "$ minLength\n");
  EXPECT_EQ(places(R"({"minimum":5,"maximum":5,"exclusiveMaximum":true})", Draft::Draft4), "");
}

TEST(SchemaAdvice, RequiredNamesThatAreForbiddenAreNamed) {
  EXPECT_EQ(places(R"({"required":["a","b","x1"],"properties":{"a":true},
    "patternProperties":{"^x[0-9]$":true},"additionalProperties":false})"),
            "$.required[1] required\n");
  EXPECT_EQ(places(R"({"required":["a","b"],"maxProperties":1})"), "$ maxProperties\n");
}

TEST(SchemaAdvice, ARequiredNameThatIsNearlyOneOfThePropertiesIsGuessed) {
  const auto* text = R"({"properties":{"port":true},"required":["prt"],
                         "unevaluatedProperties":{"type":"string"}})";
  EXPECT_EQ(places(text), "$.required[0] required\n");
  EXPECT_TRUE(first_message(text).contains("did you mean port?"));
  EXPECT_EQ(places(R"({"properties":{"port":true},"required":["timeout"],
                       "unevaluatedProperties":{"type":"string"}})"),
            "");
}

TEST(SchemaAdvice, ValuesThatTheTypeExcludesAreNamed) {
  EXPECT_EQ(places(R"({"type":"string","enum":["a",1]})"), "$.enum[1] enum\n");
  EXPECT_EQ(places(R"({"type":"integer","const":1.5})"), "$.const const\n");
  EXPECT_EQ(places(R"({"type":"integer","const":1.0})"), "");
  EXPECT_EQ(places(R"({"type":"number","enum":[1,1e400]})"), "");
}

TEST(SchemaAdvice, PatternsThatMatchAnywhereAreNamed) {
  EXPECT_EQ(places(R"({"pattern":"[a-z]+"})"), "$.pattern pattern\n");
  EXPECT_EQ(places(R"({"pattern":"^[a-z]+"})"), "");
  EXPECT_EQ(places(R"({"pattern":"[a-z]+$"})"), "");
}

TEST(SchemaAdvice, FormatsThatNobodyChecksAreGuessed) {
  EXPECT_TRUE(first_message(R"({"format":"datetime"})").contains("did you mean date-time?"));
  EXPECT_TRUE(first_message(R"({"format":"credit-card"})").contains("no format"));
  EXPECT_EQ(places(R"({"format":"uri"})"), "");
}

TEST(SchemaAdvice, ADefaultThatItsOwnSchemaRefusesIsNamed) {
  EXPECT_EQ(places(R"({"properties":{"a~b/c":{"type":"integer","default":"x"}},
    "additionalProperties":false})"),
            "$.properties['a~b/c'].default default\n");
  EXPECT_EQ(places(R"({"properties":{"a":{"$ref":"#/$defs/p","default":0}},"$defs":{"p":
    {"minimum":1}},"additionalProperties":false})"),
            "$.properties.a.default default\n");
}

TEST(SchemaAdvice, OpenObjectsHideTypingMistakes) {
  EXPECT_EQ(
      places(R"({"properties":{"a":{"properties":{"b":true}}},"additionalProperties":false})"),
      "$.properties.a additionalProperties\n");
  EXPECT_EQ(places(R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})"), "");
}

TEST(SchemaAdvice, DefinitionsThatNobodyUsesAreNamed) {
  EXPECT_EQ(places(R"({"$defs":{"a":true,"b":{"$anchor":"b"}}})"), "$['$defs'].a a\n");
}

TEST(SchemaAdvice, PropertiesMayHaveTheNamesOfKeywords) {
  EXPECT_EQ(places(R"({"properties":{"minimum":{"type":"string"},"type":true,"$ref":true},
                       "additionalProperties":false})"),
            "");
}

TEST(SchemaAdvice, ASchemaMayBeABoolean) { EXPECT_TRUE(advice("true").empty()); }

}  // namespace
}  // namespace hotswap::cli
