// What ./dev fuzz has found in comparisons.

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/schema/compat/compare.hpp"

namespace hotswap::schema {
namespace {

Comparison compared(std::string_view before, std::string_view after) {
  const auto old_document = json::parse(before).value();
  const auto new_document = json::parse(after).value();
  return compare({old_document, {}}, {new_document, {}}, Policy::Strict).value();
}

TEST(FuzzedComparison, AnIfWithoutThenOrElseEvaluatesItems) {
  const auto result =
      compared(R"({"unevaluatedItems":{"type":"null"}})",
               R"({"if":{"prefixItems":[{"const":"a"}]},"unevaluatedItems":false})");
  EXPECT_NE(result.forward, Effect::Compatible);
}

TEST(FuzzedComparison, ItemsThatMayBeAnythingAreEvaluated) {
  const auto result =
      compared(R"({"prefixItems":[{"type":"string"}],"unevaluatedItems":false})",
               R"({"prefixItems":[{"type":"string"}],"items":true,"unevaluatedItems":false})");
  EXPECT_EQ(result.backward, Effect::Compatible);
  EXPECT_EQ(result.forward, Effect::Breaking);
}

TEST(FuzzedComparison, WordsAreTextThatNoReferenceTakesForASchema) {
  const auto result = compared(R"({"$ref":"#/examples/0","examples":[{"type":"string"}]})",
                               R"({"$ref":"#/examples/0","examples":[{"type":"number"}]})");
  EXPECT_NE(result.backward, Effect::Compatible);
}

TEST(FuzzedComparison, WordsChangeNothingEvenWhereASchemaIsNotUnderstood) {
  const std::string schema =
      R"({"$dynamicRef":"#a","$defs":{"x":{"$id":"x","$dynamicAnchor":"a"},
          "y":{"$dynamicAnchor":"a","title":"T"}},"title":"one"})";
  auto words = schema;
  words.replace(words.find("one"), 3, "two");
  const auto result = compared(schema, words);
  EXPECT_EQ(result.backward, Effect::Compatible);
  EXPECT_EQ(result.forward, Effect::Compatible);
}

}  // namespace
}  // namespace hotswap::schema
