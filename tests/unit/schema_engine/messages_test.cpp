// What people read: each keyword quotes the value and says what is allowed.
#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

struct Case {
  std::string schema;
  std::string document;
  std::string failure;
};

class Message : public testing::TestWithParam<Case> {};

TEST_P(Message, QuotesTheValueAndSaysWhatIsAllowed) {
  EXPECT_EQ(first_failure(GetParam().schema, GetParam().document), GetParam().failure);
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, Message,
    testing::Values(
        Case{R"({"properties":{"port":{"maximum":65535}}})", R"({"port":70000})",
             "$.port: is 70000, at most 65535 is allowed"},
        Case{R"({"minimum":1})", "0", "$: is 0, at least 1 is required"},
        Case{R"({"exclusiveMinimum":0.5})", "0.50", "$: is 0.50, more than 0.5 is required"},
        Case{R"({"exclusiveMaximum":1})", "1.0", "$: is 1.0, only less than 1 is allowed"},
        Case{R"({"multipleOf":0.01})", "0.015", "$: is 0.015, which is no multiple of 0.01"},
        Case{R"({"type":"integer"})", "1.5", "$: is 1.5, but must be an integer"},
        Case{R"({"type":["string","null","object"]})", "[1,2]",
             "$: is [1,2], but must be null, a string or an object"},
        Case{R"({"const":{"a":1}})", "true", R"($: is true, but must be {"a":1})"},
        Case{R"({"enum":["debug","info","warn"]})", R"("imfo")",
             R"($: is "imfo", but must be one of "debug", "info", "warn"; did you mean "info"?)"},
        Case{R"({"minLength":3})", R"("hé")",
             R"($: is "hé", 2 characters long, at least 3 are required)"},
        Case{R"({"maxLength":1})", R"("abc")",
             R"($: is "abc", 3 characters long, at most 1 is allowed)"},
        Case{R"({"pattern":"^[a-z]+$"})", R"("Ab")",
             R"($: is "Ab", which does not match the pattern ^[a-z]+$)"},
        Case{R"({"not":{"type":"null"}})", "null",
             R"($: is null, which matches the schema of "not")"}));

INSTANTIATE_TEST_SUITE_P(
    Containers, Message,
    testing::Values(Case{R"({"minItems":2})", "[1]", "$: has 1 item, at least 2 are required"},
                    Case{R"({"maxProperties":1})", R"({"a":1,"b":2})",
                         "$: has 2 properties, at most 1 is allowed"},
                    Case{R"({"uniqueItems":true})", R"([1,{"a":1},1.0])",
                         "$: the items 0 and 2 are equal, but must be unique"},
                    Case{R"({"contains":{"type":"string"}})", "[1,2]",
                         R"($: has no item that matches the schema of "contains")"},
                    Case{R"({"contains":{"const":1},"maxContains":1})", "[1,2,1]",
                         R"($: 2 items match the schema of "contains", at most 1 may)"},
                    Case{R"({"contains":{"const":1},"minContains":2})", "[1,2]",
                         R"($: 1 item matches the schema of "contains", at least 2 must)"},
                    Case{R"({"prefixItems":[true],"items":false})", "[1,2]",
                         "$[1]: the item is one too many (items is false)"},
                    Case{R"({"required":["host","port"]})", R"({"host":1})",
                         R"($: the property "port" is missing)"},
                    Case{R"({"dependentRequired":{"tls":["cert"]}})", R"({"tls":1})",
                         R"($: the property "cert" is missing, which must stand beside "tls")"},
                    Case{R"({"propertyNames":{"maxLength":2}})", R"({"abc":1})",
                         R"($.abc: is "abc", 3 characters long, at most 2 are allowed)"},
                    Case{R"({"properties":{"old":false}})", R"({"old":1})",
                         "$.old: is not allowed"}));

INSTANTIATE_TEST_SUITE_P(
    UnknownProperties, Message,
    testing::Values(
        Case{R"({"properties":{"timeout":{},"host":{}},"additionalProperties":false})",
             R"({"tiemout":1})",
             R"($.tiemout: the property "tiemout" is not allowed; did you mean "timeout"?)"},
        Case{R"({"properties":{"host":{},"port":{}},"additionalProperties":false})",
             R"({"something":1})",
             R"($.something: the property "something" is not allowed; known are "host", "port")"},
        Case{R"({"additionalProperties":false})", R"({"a":1})",
             R"($.a: the property "a" is not allowed (additionalProperties is false))"},
        Case{R"({"allOf":[{"$ref":"#/$defs/a"}],"unevaluatedProperties":false,
                 "$defs":{"a":{"properties":{"retries":true}}}})",
             R"({"retires":1})",
             R"($.retires: the property "retires" is not allowed; did you mean "retries"?)"}));

TEST(Messages, LongValuesAreCutBetweenCharacters) {
  const std::string text = "\"" + std::string(58, 'a') + "ééééé\"";
  const auto failure = first_failure(R"({"type":"null"})", text);
  EXPECT_EQ(failure, "$: is \"" + std::string(58, 'a') + "é…\", but must be null");
}

TEST(Messages, AFormatShowsAnExample) {
  CompileOptions options;
  options.assert_formats = true;
  const auto report = compiled(R"({"format":"ipv4"})", options)->check("1.2.3");
  EXPECT_TRUE(
      report.failures.front().message.starts_with(R"(is "1.2.3", which is no ipv4, such as )"));
}

TEST(Messages, AFailedPropertyIsNotReportedAsUnknownOnTop) {
  const auto report = compiled(R"({"anyOf":[{"properties":{"a":{"type":"string"}}}],
                                   "unevaluatedProperties":false})")
                          ->check(parsed(R"({"a":1})"));
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].keyword, "anyOf");
}

TEST(Messages, AllFailuresAreFoundUpToTheNumberAskedFor) {
  const auto schema = compiled(R"({"items":{"type":"integer"}})");
  const auto document = parsed(R"(["a",1,"b","c"])");
  EXPECT_EQ(schema->check(document).failures.size(), 3U);
  const auto two = schema->check(document, {.max_failures = 2});
  EXPECT_EQ(two.failures.size(), 2U);
  EXPECT_TRUE(two.truncated);
  const auto none = schema->check(document, {.max_failures = 0});
  EXPECT_FALSE(none.valid);
  EXPECT_TRUE(none.failures.empty());
}

}  // namespace
}  // namespace hotswap::schema
