// Large and hostile schemas and documents: success or a clear error, always soon.
#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

std::string repeated(std::size_t count, const auto& make) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + make(i);
  return text;
}

TEST(Limits, TenThousandBranchesAreTriedAndExplained) {
  const auto branches = repeated(10'000, [](std::size_t i) {
    return R"({"properties":{"kind":{"const":)" + std::to_string(i) +
           R"(},"x":{"type":"string"}}})";
  });
  const auto schema = compiled(R"({"anyOf":[)" + branches + "]}");
  EXPECT_TRUE(schema->accepts(parsed(R"({"kind":9999,"x":"y"})")));
  const auto report = schema->check(parsed(R"({"kind":7000,"x":1})"));
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_NE(report.failures[0].message.find("anyOf[7000] comes closest"), std::string::npos);
}

TEST(Limits, ASchemaOfOneMebibyteCompiles) {
  const auto properties = repeated(18'000, [](std::size_t i) {
    return "\"property_" + std::to_string(i) + R"(":{"type":"string","minLength":1,"maxLength":9})";
  });
  const auto text = R"({"additionalProperties":false,"properties":{)" + properties + "}}";
  EXPECT_GT(text.size(), std::size_t{1} << 20U);
  const auto schema = compiled(text);
  EXPECT_TRUE(schema->accepts(parsed(R"({"property_17999":"x"})")));
  EXPECT_FALSE(schema->accepts(parsed(R"({"property_18000":"x"})")));
}

TEST(Limits, MoreSubschemasThanAllowedAreTooLarge) {
  const auto all = repeated(200'001, [](std::size_t) { return std::string("true"); });
  const auto error = compile_error(R"({"allOf":[)" + all + "]}");
  EXPECT_EQ(error.reason, "schema.too_large");
  EXPECT_NE(error.detail.find("200000"), std::string::npos);
}

std::string nested(int levels) {
  std::string text = "true";
  for (int i = 0; i < levels; ++i) text = R"({"not":)" + text + "}";
  return text;
}

TEST(Limits, SchemasNestedTooDeepAreTooLarge) {
  EXPECT_EQ(compile_error(nested(1'100)).reason, "schema.too_large");
  EXPECT_EQ(compile_error(nested(500)).reason, "schema.too_large");
}

TEST(Limits, SchemasAsDeepAsADocumentMayBeEvaluate) {
  EXPECT_TRUE(compiled(nested(limits::kJsonDepth))->accepts(1));
  EXPECT_FALSE(compiled(nested(limits::kJsonDepth - 1))->accepts(1));
}

/// 2^30 evaluations, if nothing stopped it.
std::string fan_out(int levels) {
  std::string defs;
  for (int i = 0; i < levels; ++i) {
    const auto next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    defs += "\"d" + std::to_string(i) + R"(":{"allOf":[)" + next + "," + next + "]},";
  }
  defs += "\"d" + std::to_string(levels) + R"(":{"type":"integer","minimum":0})";
  return R"({"$ref":"#/$defs/d0","$defs":{)" + defs + "}}";
}

TEST(Limits, AFanOutIsGivenUpWithAClearFailure) {
  const auto schema = compiled(fan_out(30));
  const auto report = schema->check(1);
  EXPECT_FALSE(report.valid);
  EXPECT_TRUE(report.aborted);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].keyword, "limit");
  EXPECT_NE(report.failures[0].message.find("more steps"), std::string::npos);
  EXPECT_FALSE(schema->accepts(1));
}

TEST(Limits, ALongWayToAKnownFailureIsStillAnAnswer) {
  const auto report = compiled(fan_out(20))->check("no");
  EXPECT_FALSE(report.valid);
  EXPECT_FALSE(report.aborted);
  EXPECT_FALSE(report.failures.empty());
}

TEST(Limits, WhatIsGivenUpIsNotTurnedIntoAYes) {
  const auto inner = fan_out(30);
  const auto defs = inner.substr(inner.find("\"$defs\""));
  for (const std::string outer :
       {R"({"not":{"$ref":"#/$defs/d0"},)", R"({"anyOf":[{"$ref":"#/$defs/d0"},true],)",
        R"({"oneOf":[{"$ref":"#/$defs/d0"},true],)",
        R"({"if":{"$ref":"#/$defs/d0"},"else":true,)"}) {
    EXPECT_TRUE(compiled(outer + defs)->check(1).aborted) << outer;
  }
}

TEST(Limits, APatternThatNeverEndsIsAFailureThatNamesIt) {
  const auto schema =
      compiled(R"({"properties":{"a":{"not":{"pattern":"^(([a-z])+.)+[A-Z]([a-z])+$"}}}})");
  const auto report = schema->check(parsed(R"({"a":")" + std::string(5'000, 'a') + "\"}"));
  EXPECT_TRUE(report.aborted);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].path, "$.a");
  EXPECT_EQ(report.failures[0].keyword, "pattern");
  EXPECT_NE(report.failures[0].message.find("^(([a-z])+.)+[A-Z]([a-z])+$"), std::string::npos);
}

TEST(Limits, PatternsThatTakeTooMuchMemoryAreTooLarge) {
  const auto patterns = repeated(5'000, [](std::size_t i) {
    return R"x({"pattern":"((a|b)c){900}x)x" + std::to_string(i) + "\"}";
  });
  const auto error = compile_error(R"({"allOf":[)" + patterns + "]}");
  EXPECT_EQ(error.reason, "schema.too_large");
  EXPECT_NE(error.detail.find("patterns"), std::string::npos) << error.detail;
}

TEST(Limits, ThousandsOfPatternsInOneObjectAreRefusedAtTheLimit) {
  const auto large = repeated(20'000, [](std::size_t i) {
    return "\"(?:x{1,2}y" + std::to_string(i) + "?){1,1500}\":true";
  });
  EXPECT_EQ(compile_error(R"({"patternProperties":{)" + large + "}}").reason, "schema.too_large");
  const auto bad =
      repeated(50'000, [](std::size_t i) { return "\"(" + std::to_string(i) + "\":true"; });
  const auto error = compile_error(R"({"patternProperties":{)" + bad + "}}");
  EXPECT_EQ(error.reason, "schema.bad_pattern");
  EXPECT_EQ(error.fields.size(), limits::kErrorsReported);
}

TEST(Limits, ManyDynamicAnchorsOfOneNameCompile) {
  constexpr std::size_t kCount = 3'000;
  const auto resources = repeated(kCount, [](std::size_t i) {
    const auto id = std::to_string(i);
    return "\"r" + id + R"x(":{"$id":"r)x" + id +
           R"x(","$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"},"b":{"$ref":"r)x" +
           std::to_string((i + 1) % kCount) + R"x("}}})x";
  });
  const auto schema =
      compiled(R"x({"$id":"https://example.com/","$ref":"r0","$defs":{)x" + resources + "}}");
  EXPECT_TRUE(schema->accepts(parsed(R"({"a":{"b":{"a":{"b":1}}}})")));
}

TEST(Limits, ADynamicReferenceThatLoopsEndsAtTheDepthLimit) {
  const auto schema = compiled(R"({"$id":"https://example.com/outer","$dynamicAnchor":"n",
      "$ref":"inner","$defs":{"inner":{"$id":"inner","$dynamicAnchor":"n","anyOf":[
      {"$dynamicRef":"#n"}]}}})");
  const auto report = schema->check(1);
  EXPECT_TRUE(report.aborted);
  EXPECT_NE(report.failures[0].message.find("levels deep"), std::string::npos);
}

TEST(Limits, AHundredThousandUniqueItemsAreNotCompareEachWithEach) {
  const auto schema = compiled(R"({"uniqueItems":true})");
  const auto numbers = [](std::size_t i) { return std::to_string(i) + ".0"; };
  EXPECT_TRUE(schema->accepts(parsed("[" + repeated(100'000, numbers) + "]")));
  EXPECT_FALSE(schema->accepts(parsed("[" + repeated(100'000, numbers) + ",77]")));
  const auto objects = [](std::size_t i) { return R"({"a":{"b":[)" + std::to_string(i) + "]}}"; };
  EXPECT_TRUE(schema->accepts(parsed("[" + repeated(100'000, objects) + "]")));
}

TEST(Limits, AHundredThousandAllowedValuesAreFoundByHash) {
  const auto text = [](std::size_t i) { return "\"value " + std::to_string(i) + "\""; };
  const auto schema = compiled(R"({"items":{"enum":[)" + repeated(100'000, text) + "]}}");
  EXPECT_TRUE(schema->accepts(parsed("[" + repeated(100'000, text) + "]")));
  EXPECT_FALSE(schema->accepts(parsed(R"(["value 100000"])")));
}

TEST(Limits, ManyRequiredNamesAreNotSearchedOneByOne) {
  const auto name = [](std::size_t i) { return "\"name" + std::to_string(i) + "\""; };
  const auto member = [&](std::size_t i) { return name(99'999 - i) + ":1"; };
  const auto schema = compiled(R"({"required":[)" + repeated(100'000, name) + "]}");
  EXPECT_TRUE(schema->accepts(parsed("{" + repeated(100'000, member) + "}")));
  const auto report = schema->check(parsed("{" + repeated(99'000, member) + "}"));
  EXPECT_EQ(report.failures.size(), limits::kErrorsReported);
  EXPECT_TRUE(report.truncated);
}

}  // namespace
}  // namespace hotswap::schema
