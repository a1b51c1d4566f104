// Secrets: never shown, passed where their text is not known, demanded where the schema says so.
#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

/// Checks a document whose secrets stand as markers.
Report checked(std::string_view schema, std::string_view document) {
  const auto marked = parsed(document);
  const auto view = plain_view(marked);
  CheckOptions options;
  options.demand_secrets = true;
  options.secrets = view ? &*view : nullptr;
  return compiled(schema)->check(view ? view->document : marked, options);
}

std::string failure_of(std::string_view schema, std::string_view document) {
  const auto report = checked(schema, document);
  if (report.valid) return {};
  return report.failures.front().path + ": " + report.failures.front().message;
}

constexpr std::string_view kKnown = R"({"password":{"type":"secret","value":"hunter2"}})";
constexpr std::string_view kReference = R"({"password":{"type":"secret","ref":"vault:a/b"}})";

TEST(Secret, IsMaskedInEveryMessage) {
  EXPECT_EQ(failure_of(R"({"properties":{"password":{"type":"integer"}}})", kKnown),
            "$.password: is (secret), but must be an integer");
  EXPECT_EQ(failure_of(R"({"properties":{"password":{"minLength":20}}})", kKnown),
            "$.password: is (secret), at least 20 are required");
  EXPECT_EQ(failure_of(R"({"properties":{"password":{"pattern":"^x"}}})", kKnown),
            "$.password: is (secret), which does not match the pattern ^x");
  EXPECT_EQ(failure_of(R"({"properties":{"password":{"enum":["hunter1","x"]}}})", kKnown),
            R"($.password: is (secret), but must be one of "hunter1", "x")");
}

TEST(Secret, IsMaskedInsideOfWhatHoldsIt) {
  EXPECT_EQ(failure_of(R"({"type":"array"})", kKnown), "$: is (secret), but must be an array");
  EXPECT_EQ(failure_of(R"({"not":{"type":"object"}})", kKnown),
            R"($: is (secret), which matches the schema of "not")");
}

TEST(Secret, OfUnknownTextPassesWhatWouldNeedTheText) {
  for (const std::string rule :
       {R"({"type":"string"})", R"({"minLength":50})", R"({"maxLength":1})", R"({"pattern":"^x$"})",
        R"({"enum":["a"]})", R"({"const":"a"})", R"({"not":{"const":"a"}})",
        R"({"not":{"maxLength":1}})", R"({"oneOf":[{"const":"a"},{"const":"b"}]})",
        R"({"oneOf":[{"type":"string"},{"const":"b"}]})",
        R"({"if":{"const":"a"},"then":{"const":1},"else":{"type":"string"}})",
        R"({"if":{"const":"a"},"then":{"type":"string"},"else":false})"}) {
    EXPECT_EQ(failure_of(R"({"properties":{"password":)" + rule + "}}", kReference), "") << rule;
  }
}

TEST(Secret, OfUnknownTextIsStillAString) {
  EXPECT_EQ(failure_of(R"({"properties":{"password":{"type":"integer"}}})", kReference),
            "$.password: is (secret), but must be an integer");
  EXPECT_NE(failure_of(R"({"properties":{"password":{"not":{"type":"string"}}}})", kReference), "");
  EXPECT_NE(
      failure_of(R"({"properties":{"password":{"oneOf":[true,{"type":"string"}]}}})", kReference),
      "");
}

TEST(Secret, OfUnknownTextMakesItsContainersUnknown) {
  EXPECT_EQ(failure_of(R"({"const":{"password":"x"}})", kReference), "");
  EXPECT_EQ(failure_of(R"({"uniqueItems":true})",
                       R"([{"type":"secret","ref":"vault:a"},{"type":"secret","ref":"vault:a"}])"),
            "");
  EXPECT_EQ(failure_of(R"({"contains":{"const":"x"},"minContains":1})",
                       R"([{"type":"secret","ref":"vault:a"}])"),
            "");
}

TEST(DemandedSecret, MustBeWrittenAsOne) {
  for (const std::string keyword : {"writeOnly", "x-secret"}) {
    const auto schema = R"({"properties":{"password":{")" + keyword + R"(":true}}})";
    EXPECT_EQ(failure_of(schema, kKnown), "");
    EXPECT_EQ(failure_of(schema, kReference), "");
    const auto report = checked(schema, R"({"password":"hunter2"})");
    ASSERT_EQ(report.failures.size(), 1U);
    EXPECT_EQ(report.failures[0].keyword, keyword);
    EXPECT_EQ(report.failures[0].message,
              R"(must be a secret; write it as {"type":"secret","value":…})");
  }
}

TEST(DemandedSecret, IsNotShownForStandingInTheOpen) {
  const auto report = checked(
      R"({"properties":{"login":{"type":"integer"},"password":{"minLength":20,"writeOnly":true}},
          "maxProperties":1})",
      R"({"login":"me","password":"hunter2"})");
  ASSERT_EQ(report.failures.size(), 4U);
  for (const Failure& failure : report.failures)
    EXPECT_FALSE(failure.message.contains("hunter2")) << failure.message;
}

TEST(DemandedSecret, IsNotShownWhereItIsWrittenWrongly) {
  for (const std::string written : {R"({"type":"secret","value":"hunter2","x":1})",
                                    R"({"type":"secret","value":{"is":"hunter2"}})"}) {
    const auto report = checked(
        R"({"properties":{"password":{"type":"string","properties":{"value":{"maximum":1,
            "type":"boolean","properties":{"is":{"type":"integer"}}}}}},"maxProperties":0})",
        R"({"password":)" + written + "}");
    EXPECT_GE(report.failures.size(), 2U);
    for (const Failure& failure : report.failures)
      EXPECT_FALSE(failure.message.contains("hunter2")) << failure.message;
  }
}

TEST(DemandedSecret, IsDemandedOfAllValuesInsideAContainer) {
  constexpr std::string_view kSchema = R"({"properties":{"login":{"writeOnly":true}}})";
  EXPECT_EQ(failure_of(kSchema, R"({"login":{"user":{"type":"secret","value":"u"},"realm":null}})"),
            "");
  EXPECT_NE(failure_of(kSchema, R"({"login":{"user":{"type":"secret","value":"u"},"port":1}})"),
            "");
}

TEST(DemandedSecret, IsAnAnnotationWhereNobodyAsks) {
  const auto schema = compiled(R"({"properties":{"password":{"writeOnly":true}}})");
  EXPECT_TRUE(schema->check(parsed(R"({"password":"hunter2"})")).valid);
  EXPECT_TRUE(schema->accepts(parsed(R"({"password":"hunter2"})")));
}

TEST(DemandedSecret, CountsForNothingBesideAReferenceOfDraft7) {
  EXPECT_EQ(failure_of(R"({"$schema":"http://json-schema.org/draft-07/schema#",
      "properties":{"a":{"$ref":"#/definitions/x","writeOnly":true}},"definitions":{"x":{}}})",
                       R"({"a":1})"),
            "");
}

}  // namespace
}  // namespace hotswap::schema
