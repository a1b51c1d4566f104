// Schemas made to take long: an answer all the same, if need be that it is unknown.

#include <gtest/gtest.h>

#include <functional>

#include "unit/schema_compat/comparing.hpp"

namespace hotswap::schema {
namespace {

using testing::compared;

std::string repeated(int count, const std::function<std::string(int)>& each) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i > 0 ? "," : "") + each(i);
  return text;
}

std::string branches(const std::string& keyword, int count, int shift) {
  return "{\"" + keyword + "\":[" +
         repeated(count,
                  [&](int i) {
                    const auto name = "k" + std::to_string(i);
                    return R"({"properties":{")" + name + R"(":{"const":)" +
                           std::to_string(i + shift) + R"(}},"required":[")" + name + "\"]}";
                  }) +
         "]}";
}

TEST(HostileSchemas, TenThousandBranchesOnBothSidesAreComparedWhereTheyAreTheSame) {
  const auto schema = branches("anyOf", 10'000, 0);
  EXPECT_EQ(compared(schema, schema).backward, Effect::Compatible);
}

TEST(HostileSchemas, TenThousandBranchesThatDifferEndInAnAnswer) {
  const auto comparison = compared(branches("anyOf", 10'000, 0), branches("anyOf", 10'000, 1));
  EXPECT_TRUE(comparison.truncated);
  EXPECT_NE(comparison.backward, Effect::Compatible);
}

TEST(HostileSchemas, ExclusiveBranchesByTheThousandAreUnknownAtWorst) {
  const auto comparison = compared(branches("oneOf", 5'000, 0), branches("anyOf", 5'000, 0));
  EXPECT_NE(comparison.forward, Effect::Compatible);
}

TEST(HostileSchemas, ALongEnumMissesOneValueAndItIsFound) {
  const auto values = [](int count) {
    return "{\"enum\":[" + repeated(count, [](int i) { return std::to_string(i); }) + "]}";
  };
  const auto comparison = compared(values(50'000), values(49'999));
  EXPECT_EQ(comparison.backward, Effect::Breaking);
  EXPECT_EQ(comparison.backward_example, json::Value(49'999));
  EXPECT_EQ(comparison.forward, Effect::Compatible);
}

TEST(HostileSchemas, RequiredNamesByTheTenThousandEndInAnAnswer) {
  const auto schema = [](const std::string& prefix) {
    return "{\"required\":[" +
           repeated(60'000, [&](int i) { return '"' + prefix + std::to_string(i) + '"'; }) + "]}";
  };
  const auto comparison = compared(schema("p"), schema("q"));
  EXPECT_TRUE(comparison.truncated);
  EXPECT_NE(comparison.backward, Effect::Compatible);
  EXPECT_NE(comparison.forward, Effect::Compatible);
}

TEST(HostileSchemas, DependenciesByTheTenThousandEndInAnAnswer) {
  const auto schema = [](int step) {
    return "{\"dependentRequired\":{" +
           repeated(20'000,
                    [&](int i) {
                      return "\"p" + std::to_string(i) + "\":[\"p" + std::to_string(i + step) +
                             "\"]";
                    }) +
           "}}";
  };
  EXPECT_NE(compared(schema(1), schema(2)).backward, Effect::Compatible);
}

TEST(HostileSchemas, MembersAndPatternsByTheTenThousandEndInAnAnswer) {
  const auto schema = [](const std::string& keyword, const std::string& type) {
    return "{\"" + keyword + "\":{" +
           repeated(10'000,
                    [&](int i) {
                      return "\"^p" + std::to_string(i) + R"(":{"type":")" + type + "\"}";
                    }) +
           "}}";
  };
  for (const std::string keyword : {"properties", "patternProperties"}) {
    const auto comparison = compared(schema(keyword, "integer"), schema(keyword, "string"));
    EXPECT_NE(comparison.backward, Effect::Compatible) << keyword;
  }
}

TEST(Comparison, ADependencyIsProvedByWhatConcernsIt) {
  const auto comparison = compared(R"({"dependentRequired":{"a":["b"],"b":["c"]}})",
                                   R"({"dependentRequired":{"a":["c"]}})");
  ASSERT_EQ(comparison.changes.size(), 2U);
  EXPECT_EQ(comparison.changes[0].forward_example, json::Value(json::Object{{"a", 0}, {"c", 0}}));
}

TEST(Comparison, ANameThatAPatternCoversIsNotCalledRefused) {
  const std::string closed =
      R"("patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false})";
  const auto comparison =
      compared("{" + closed, R"({"properties":{"x-a":{"type":"integer"}},)" + closed);
  ASSERT_EQ(comparison.changes.size(), 1U);
  EXPECT_TRUE(comparison.changes[0].reason.contains("by a pattern's rule"))
      << comparison.changes[0].reason;
}

TEST(HostileSchemas, ChoicesTimesChoicesAreNotTriedOut) {
  const auto schema = [](const std::string& type) {
    return "{\"allOf\":[" +
           repeated(200,
                    [&](int i) {
                      const auto n = std::to_string(i);
                      return R"({"anyOf":[{"properties":{"a)" + n + R"(":{"type":")" + type +
                             R"("}}},{"properties":{"b)" + n + R"(":{"type":"null"}}}]})";
                    }) +
           "]}";
  };
  EXPECT_NE(compared(schema("integer"), schema("string")).backward, Effect::Compatible);
}

TEST(HostileSchemas, ReferencesByTheThousandInARow) {
  const auto schema = [](const std::string& type) {
    return "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" +
           repeated(2'000,
                    [](int i) {
                      return "\"d" + std::to_string(i) +
                             R"(":{"properties":{"n":{"$ref":"#/$defs/d)" + std::to_string(i + 1) +
                             "\"}}}";
                    }) +
           R"(,"d2000":{"type":")" + type + "\"}}}";
  };
  EXPECT_NE(compared(schema("integer"), schema("string")).backward, Effect::Compatible);
  EXPECT_EQ(compared(schema("integer"), schema("integer")).backward, Effect::Compatible);
}

TEST(HostileSchemas, AMebibyteOfPropertiesIsCutOffWithAVerdict) {
  const auto schema = [](int minimum) {
    return "{\"properties\":{" +
           repeated(20'000,
                    [&](int i) {
                      return "\"p" + std::to_string(i) + R"(":{"type":"integer","minimum":)" +
                             std::to_string(minimum) + "}";
                    }) +
           "}}";
  };
  const auto comparison = compared(schema(1), schema(2));
  EXPECT_TRUE(comparison.truncated);
  EXPECT_EQ(comparison.backward, Effect::Breaking);
  EXPECT_EQ(comparison.forward, Effect::Compatible);
}

TEST(HostileSchemas, PatternsByTheThousand) {
  const auto schema = [](int minimum) {
    return "{\"patternProperties\":{" +
           repeated(2'000,
                    [&](int i) {
                      return "\"^p" + std::to_string(i) + R"(":{"type":"integer","minimum":)" +
                             std::to_string(minimum) + "}";
                    }) +
           "}}";
  };
  EXPECT_NE(compared(schema(1), schema(2)).backward, Effect::Compatible);
}

TEST(HostileSchemas, ATreeThatBranchesWithoutEnd) {
  const auto schema = [](const std::string& type) {
    return R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"object","required":["l","r"],"properties":{
        "l":{"$ref":"#/$defs/n"},"r":{"$ref":"#/$defs/n"},"v":{"type":")" +
           type + "\"}}}}}";
  };
  // No finite document is valid under either.
  EXPECT_EQ(compared(schema("integer"), schema("string")).backward, Effect::Compatible);
}

}  // namespace
}  // namespace hotswap::schema
