// What a comparison is like as a whole.

#include "domain/schema/compat/compare.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "domain/json/write.hpp"
#include "domain/schema/compat/kinds.hpp"
#include "unit/schema_compat/comparing.hpp"

namespace hotswap::schema {
namespace {

using testing::compared;
using testing::parsed;

TEST(Compare, SchemasThatSayTheSameHaveNoChanges) {
  const auto* const schema = R"({"type":"object","properties":{"a":{"minimum":1.0}}})";
  const auto* const reordered = R"({"properties":{"a":{"minimum":1}},"type":"object"})";
  EXPECT_TRUE(compared(schema, reordered).changes.empty());
}

TEST(Compare, SaysWhereAndWhatInWords) {
  const auto comparison =
      compared(R"({"properties":{"pool":{"properties":{"max":{"type":"integer","maximum":100}}}}})",
               R"({"properties":{"pool":{"properties":{"max":{"type":"integer","maximum":50}}}}})");
  ASSERT_EQ(comparison.changes.size(), 1U);
  const auto& change = comparison.changes.front();
  EXPECT_EQ(change.kind, "maximum.lowered");
  EXPECT_EQ(change.path, "/properties/pool/properties/max/maximum");
  EXPECT_EQ(change.where, "$.pool.max");
  EXPECT_EQ(change.reason,
            "maximum lowered from 100 to 50: values above 50 are no longer accepted");
  EXPECT_EQ(change.backward, Effect::Breaking);
  EXPECT_EQ(change.forward, Effect::Compatible);
  ASSERT_TRUE(change.backward_example);
  EXPECT_EQ(json::write(*change.backward_example), R"({"pool":{"max":51}})");
}

TEST(Compare, ExplainsWhyAnOptionalPropertyOfAnOpenObjectBreaks) {
  const auto comparison = compared(R"({"type":"object"})",
                                   R"({"type":"object","properties":{"port":{"type":"integer"}}})");
  ASSERT_EQ(comparison.changes.size(), 1U);
  EXPECT_EQ(comparison.changes.front().reason,
            "property \"port\" added (integer): the old schema allows anything under that name, so "
            "a stored document may have a \"port\" that the new schema refuses");
}

TEST(Compare, PathsOfWhatIsGoneLeadIntoTheOldSchema) {
  const auto comparison = compared(R"({"properties":{"a/b":{"type":"null"}}})", R"({})");
  ASSERT_EQ(comparison.changes.size(), 1U);
  EXPECT_EQ(comparison.changes.front().kind, "property.removed");
  EXPECT_EQ(comparison.changes.front().path, "/properties/a~1b");
}

TEST(Compare, AChangeThatOtherRulesMakeHarmlessIsCompatibleAndSaysSo) {
  const auto comparison =
      compared(R"({"allOf":[{"maximum":5},{"properties":{"a":{}}}],"type":"integer"})",
               R"({"allOf":[{"maximum":5},{"maximum":9}],"type":"integer"})");
  EXPECT_EQ(comparison.backward, Effect::Compatible);
  for (const auto& change : comparison.changes) EXPECT_EQ(change.backward, Effect::Compatible);
}

TEST(Compare, AnExampleIsAWholeDocument) {
  const auto* const before = R"({"type":"object","required":["name","pools"],"properties":{
      "name":{"type":"string","pattern":"^[a-z]{3,}-[0-9]+$"},
      "pools":{"type":"array","minItems":2,"uniqueItems":true,"items":{
        "type":"object","required":["id"],"properties":{
          "id":{"type":"integer","minimum":7},"size":{"enum":["s","m"]}}}}}})";
  std::string after = before;
  after.replace(after.find(R"("s","m")"), 7, R"("m")");
  const auto comparison = compared(before, after);
  EXPECT_EQ(comparison.backward, Effect::Breaking);
  testing::expect_examples_to_confirm(before, after, comparison);
}

TEST(Compare, TakesOutsideDocumentsAsEachSideKnowsThem) {
  const auto schema = parsed(R"({"properties":{"pool":{"$ref":"https://x.test/pool"}}})");
  const auto old_pool = parsed(R"({"type":"integer"})");
  const auto new_pool = parsed(R"({"type":"string"})");
  const auto options = [](const json::Value& pool) {
    CompileOptions made;
    made.documents = [&pool](std::string_view uri) {
      return uri == "https://x.test/pool" ? &pool : nullptr;
    };
    return made;
  };
  const auto same =
      compare({schema, options(old_pool)}, {schema, options(old_pool)}, Policy::Strict);
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->changes.empty());
  EXPECT_EQ(same->backward, Effect::Compatible);
  const auto other =
      compare({schema, options(old_pool)}, {schema, options(new_pool)}, Policy::Strict);
  ASSERT_TRUE(other);
  ASSERT_EQ(other->changes.size(), 1U);
  EXPECT_EQ(other->changes.front().path, "https://x.test/pool#/type");
  EXPECT_EQ(other->backward, Effect::Breaking);
}

TEST(Compare, FormatsCountWhereTheyAreAsserted) {
  const auto* const before = R"({"type":"string"})";
  const auto* const after = R"({"type":"string","format":"ipv4"})";
  CompileOptions asserted;
  asserted.assert_formats = true;
  EXPECT_EQ(compared(before, after).backward, Effect::Compatible);
  EXPECT_EQ(compared(before, after, Policy::Strict, asserted).backward, Effect::Breaking);
}

TEST(Compare, AValueThatMustNowBeASecretBreaksForPlainOnes) {
  const auto comparison =
      compared(R"({"type":"object","properties":{"key":{"type":"string"}}})",
               R"({"type":"object","properties":{"key":{"type":"string","writeOnly":true}}})");
  ASSERT_EQ(comparison.changes.size(), 1U);
  const auto& change = comparison.changes.front();
  EXPECT_EQ(change.kind, "secret.demanded");
  EXPECT_EQ(change.backward, Effect::Breaking);
  EXPECT_EQ(change.forward, Effect::Compatible);
  ASSERT_TRUE(change.backward_example);
  EXPECT_NE(change.backward_example->find("key"), nullptr);
}

TEST(Compare, WordsAloneAreToldApart) {
  const auto* const before = R"({"type":"integer","title":"a"})";
  EXPECT_TRUE(words_only(compared(before, R"({"type":"integer","description":"b"})")));
  EXPECT_TRUE(words_only(compared(before, before)));
  EXPECT_FALSE(words_only(compared(before, R"({"type":"integer","maximum":3})")));
  EXPECT_FALSE(words_only(compared(before, R"({"type":"integer","$defs":{"x":{}}})")));
}

TEST(Compare, ASideThatDoesNotCompileIsThatError) {
  const auto good = parsed("{}");
  const auto bad = parsed(R"({"type":"strnig"})");
  const auto comparison = compare({good, {}}, {bad, {}}, Policy::Strict);
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().reason, "schema.invalid");
}

TEST(Compare, IsTheSameAfterAJourneyAsJson) {
  const auto comparison = compared(R"({"type":"object","properties":{"a":{"maximum":5}}})",
                                   R"({"type":"object","properties":{"a":{"maximum":4},"b":{}}})");
  const auto json = to_json(comparison);
  const auto back = comparison_from_json(json);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), json);
  EXPECT_EQ(testing::transcript(*back), testing::transcript(comparison));
}

TEST(Compare, JsonThatIsNoComparisonIsRefused) {
  for (const auto* text :
       {"{}", "[]", R"({"backward":"Maybe","forward":"Compatible","changes":[]})",
        R"({"backward":"Compatible","forward":"Compatible","changes":[{}]})"}) {
    const auto comparison = comparison_from_json(parsed(text));
    ASSERT_FALSE(comparison) << text;
    EXPECT_FALSE(comparison.error().detail.empty());
  }
}

TEST(Compare, PoliciesAndEffectsHaveNames) {
  EXPECT_EQ(policy_from_string(to_string(Policy::Lenient)), Policy::Lenient);
  EXPECT_EQ(policy_from_string("STRICT"), std::nullopt);
  EXPECT_EQ(to_string(Effect::Unknown), "Unknown");
}

TEST(Kinds, AreListedInTheDocumentationAndNowhereElse) {
  std::ifstream page(HS_SOURCE_DIR "/docs/schema-changes.md");
  std::stringstream text;
  text << page.rdbuf();
  const auto usually = [](const compat::Kind& kind) -> std::string {
    switch (kind.breaks) {
      case compat::Usually::Nothing:
        return kind.words ? "words" : "nothing";
      case compat::Usually::Backward:
        return "backward";
      case compat::Usually::Forward:
        return "forward";
      case compat::Usually::Both:
        return "both";
    }
    return {};
  };
  std::size_t rows = 0;
  for (std::string line; std::getline(text, line);) rows += line.starts_with("| `") ? 1 : 0;
  EXPECT_EQ(rows, compat::all_kinds().size());
  for (const auto& kind : compat::all_kinds()) {
    const auto row = "| `" + std::string(kind.name) + "` | " + std::string(kind.meaning) + " | " +
                     usually(kind) + " |";
    EXPECT_NE(text.str().find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace hotswap::schema
