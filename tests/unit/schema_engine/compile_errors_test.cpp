// Schemas that are refused: what the error is called, which place it names, and that it ends.
#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

struct Case {
  std::string schema;
  std::string reason;
  std::string path;
  std::string keyword;
};

class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, WithTheReasonAndThePlace) {
  const auto error = compile_error(GetParam().schema);
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_EQ(error.reason, GetParam().reason) << error.detail;
  ASSERT_FALSE(error.fields.empty());
  EXPECT_EQ(error.fields[0].path, GetParam().path) << error.detail;
  EXPECT_EQ(error.fields[0].keyword, GetParam().keyword);
  EXPECT_FALSE(error.fields[0].message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    ByMetaSchema, Refused,
    testing::Values(
        Case{R"({"type":"strin"})", "schema.invalid", "$.type", "anyOf"},
        Case{R"({"properties":{"a":{"minimum":"1"}}})", "schema.invalid", "$.properties.a.minimum",
             "type"},
        Case{R"({"$defs":{"x":{"required":["a","a"]}}})", "schema.invalid", "$['$defs'].x.required",
             "uniqueItems"},
        Case{R"({"multipleOf":0})", "schema.invalid", "$.multipleOf", "exclusiveMinimum"},
        Case{R"({"$schema":"http://json-schema.org/draft-07/schema#","items":1})", "schema.invalid",
             "$.items", "anyOf"},
        Case{R"({"$schema":"http://json-schema.org/draft-04/schema#","exclusiveMinimum":1})",
             "schema.invalid", "$.exclusiveMinimum", "type"},
        Case{R"({"$schema":"https://json-schema.org/draft/2019-09/schema","allOf":[]})",
             "schema.invalid", "$.allOf", "minItems"},
        Case{"[]", "schema.invalid", "$", "type"}, Case{"3", "schema.invalid", "$", "type"}));

INSTANTIATE_TEST_SUITE_P(
    ByCompiler, Refused,
    testing::Values(
        Case{R"({"properties":{"a":{"$ref":"#/$defs/b"}}})", "schema.unresolved", "$.properties.a",
             "$ref"},
        Case{R"({"$ref":"#nowhere"})", "schema.unresolved", "$", "$ref"},
        Case{R"({"$ref":"hotswap:other@1.0.0"})", "schema.unresolved", "$", "$ref"},
        Case{R"({"$dynamicRef":"#nowhere"})", "schema.unresolved", "$", "$dynamicRef"},
        Case{R"({"$ref":"#/properties","properties":{"type":{"const":1}},"$comment":"no schema",
                 "$defs":{"a":{"$ref":"#/required/0"}},"required":["a"],"not":{"$ref":"#/$defs/a"}})",
             "schema.unresolved", "$['$defs'].a", "$ref"},
        Case{R"({"items":{"pattern":"(a"}})", "schema.bad_pattern", "$.items", "pattern"},
        Case{R"({"patternProperties":{"[":true}})", "schema.bad_pattern", "$", "patternProperties"},
        Case{R"({"$ref":"#"})", "schema.endless", "$", "$ref"},
        Case{R"({"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},
                 "b":{"not":{"$ref":"#/$defs/a"}}}})",
             "schema.endless", "$['$defs'].b.not", "$ref"},
        Case{R"({"if":true,"then":{"$ref":"#"}})", "schema.endless", "$.then", "$ref"},
        Case{R"({"dependentSchemas":{"a":{"$ref":"#"}}})", "schema.endless", "$.dependentSchemas.a",
             "$ref"},
        Case{R"({"$schema":"https://example.com/mine"})", "schema.unknown_dialect", "$['$schema']",
             "$schema"},
        Case{R"({"properties":{"a":{"$id":"x:y","$schema":"https://example.com/mine"}}})",
             "schema.unknown_dialect", "$['$schema']", "$schema"}));

TEST(Refused, NamesEveryMistakeItFinds) {
  const auto error = compile_error(
      R"({"properties":{"a":{"$ref":"#/1"},"b":{"$ref":"#/2"},"c":{"pattern":"["}}})");
  EXPECT_EQ(error.fields.size(), 3U);
}

TEST(Refused, AnOutsideDocumentNamesItself) {
  const auto outside = parsed(R"({"properties":{"x":{"type":7}}})");
  CompileOptions options;
  options.documents = [&](std::string_view uri) {
    return uri == "hotswap:base@1.0.0" ? &outside : nullptr;
  };
  const auto error = compile_error(R"({"$ref":"hotswap:base@1.0.0"})", options);
  EXPECT_EQ(error.reason, "schema.invalid");
  EXPECT_EQ(error.fields[0].path, "$.properties.x.type");
  EXPECT_NE(error.fields[0].message.find("hotswap:base@1.0.0"), std::string::npos);
}

TEST(Refused, AVocabularyThatIsDemandedButUnknown) {
  const auto meta = parsed(R"({"$id":"https://example.com/m","$schema":
      "https://json-schema.org/draft/2020-12/schema","$vocabulary":{"https://example.com/v":true}})");
  CompileOptions options;
  options.documents = [&](std::string_view uri) {
    return uri == "https://example.com/m" ? &meta : nullptr;
  };
  const auto error = compile_error(R"({"$schema":"https://example.com/m"})", options);
  EXPECT_EQ(error.reason, "schema.unknown_dialect");
  EXPECT_NE(error.detail.find("https://example.com/v"), std::string::npos);
}

TEST(Refused, ASchemaThatOnlyALaxMetaSchemaTakesForOne) {
  const auto meta = parsed(R"({"$id":"https://example.com/lax",
      "$schema":"https://json-schema.org/draft/2020-12/schema"})");
  CompileOptions options;
  options.documents = [&](std::string_view uri) {
    return uri == "https://example.com/lax" ? &meta : nullptr;
  };
  for (const std::string rest :
       {R"("not":5)", R"("allOf":[1])", R"("properties":{"a":"b"})", R"("items":[])",
        R"("dependentSchemas":{"a":[1]})", R"("if":null)", R"("additionalProperties":"no")"}) {
    const auto error =
        compile_error(R"({"$schema":"https://example.com/lax",)" + rest + "}", options);
    EXPECT_EQ(error.reason, "schema.invalid") << rest;
  }
  for (const std::string rest :
       {R"("type":5)", R"("required":3)", R"("properties":7)", R"("enum":{})", R"("minLength":-1)",
        R"("pattern":[])", R"("$ref":1)", R"("multipleOf":0)", R"("$anchor":{})", R"("$id":1)",
        R"("contains":true,"minContains":"x")", R"("dependentRequired":{"a":{}})"}) {
    EXPECT_TRUE(compiled(R"({"$schema":"https://example.com/lax",)" + rest + "}", options) !=
                nullptr)
        << rest;
  }
}

TEST(Accepted, RecursionThatConsumesTheValue) {
  const auto tree = compiled(R"({"properties":{"children":{"items":{"$ref":"#"}}},
                                 "additionalProperties":false})");
  EXPECT_TRUE(tree->accepts(parsed(R"({"children":[{"children":[]},{}]})")));
  EXPECT_FALSE(tree->accepts(parsed(R"({"children":[{"children":[{"x":1}]}]})")));
}

TEST(Accepted, AnEmbeddedSchemaOfAnotherDraftIsJudgedByItsOwnMetaSchema) {
  const auto schema = compiled(R"({"$defs":{"old":{"$id":"https://example.com/old",
      "$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}]}},
      "$ref":"https://example.com/old"})");
  EXPECT_TRUE(schema->accepts(parsed(R"(["a",1])")));
  EXPECT_FALSE(schema->accepts(parsed("[1]")));
  EXPECT_EQ(compile_error(R"({"$defs":{"old":{"$id":"https://example.com/old",
      "$schema":"http://json-schema.org/draft-07/schema#","items":7}}})")
                .fields[0]
                .path,
            "$['$defs'].old.items");
}

TEST(Accepted, ReferencesNameTheOutsideDocumentsSorted) {
  const auto leaf = parsed(R"({"type":"integer"})");
  CompileOptions options;
  options.documents = [&](std::string_view uri) {
    return uri.starts_with("hotswap:") ? &leaf : nullptr;
  };
  const auto schema = compiled(R"({"properties":{"a":{"$ref":"hotswap:z@1"},"b":{"$ref":
      "hotswap:a@1"},"c":{"$ref":"https://json-schema.org/draft/2020-12/schema"}}})",
                               options);
  EXPECT_EQ(schema->references(), (std::vector<std::string>{"hotswap:a@1", "hotswap:z@1"}));
}

}  // namespace
}  // namespace hotswap::schema
