// One row per keyword and way to change it: the verdicts in both directions and the kind.

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/schema_compat/comparing.hpp"

namespace hotswap::schema {
namespace {

using testing::compared;
using testing::expect_examples_to_confirm;

constexpr auto C = Effect::Compatible;
constexpr auto B = Effect::Breaking;

struct Row {
  std::string kind;
  std::string before;
  std::string after;
  Effect backward;
  Effect forward;
};

const std::vector<Row> kScalars{
    {"type.widened", R"({"type":"integer"})", R"({"type":"number"})", C, B},
    {"type.narrowed", R"({"type":["string","null"]})", R"({"type":"string"})", B, C},
    {"type.changed", R"({"type":"string"})", R"({"type":"number"})", B, B},
    {"type.narrowed", R"({})", R"({"type":"object"})", B, C},
    {"enum.widened", R"({"enum":[1,2]})", R"({"enum":[2,1.0,3]})", C, B},
    {"enum.narrowed", R"({"enum":["a","b"]})", R"({"enum":["b"]})", B, C},
    {"enum.changed", R"({"enum":["a","b"]})", R"({"enum":["b","c"]})", B, B},
    {"enum.added", R"({"type":"boolean"})", R"({"type":"boolean","enum":[true,false]})", C, C},
    {"enum.removed", R"({"enum":[1]})", R"({})", C, B},
    {"const.changed", R"({"const":1})", R"({"const":2})", B, B},
    {"enum.widened", R"({"const":"a"})", R"({"enum":["a","b"]})", C, B},
    {"enum.added", R"({"type":"integer","minimum":1,"maximum":3})", R"({"enum":[1,2,3]})", C, C},
    {"minimum.raised", R"({"type":"integer","minimum":1})", R"({"type":"integer","minimum":2})", B,
     C},
    {"minimum.lowered", R"({"minimum":1})", R"({"minimum":0.9999999999999999999})", C, B},
    {"maximum.added", R"({"type":"number"})", R"({"type":"number","maximum":5})", B, C},
    {"maximum.removed", R"({"maximum":5})", R"({})", C, B},
    {"maximum.lowered", R"({"maximum":12345678901234567890})",
     R"({"maximum":12345678901234567889})", B, C},
    {"maximum.raised", R"({"exclusiveMaximum":5})", R"({"maximum":5})", C, B},
    {"maximum.raised", R"({"type":"integer","maximum":4})",
     R"({"type":"integer","exclusiveMaximum":5})", C, C},
    {"multipleOf.changed", R"({"multipleOf":0.02})", R"({"multipleOf":0.01})", C, B},
    {"multipleOf.changed", R"({"multipleOf":2})", R"({"multipleOf":3})", B, B},
    {"multipleOf.added", R"({"type":"integer"})", R"({"type":"integer","multipleOf":0.5})", C, C},
    {"multipleOf.removed", R"({"multipleOf":10})", R"({})", C, B},
    {"type.narrowed", R"({"type":"number","multipleOf":3})", R"({"type":"integer","multipleOf":3})",
     C, C},
    {"minLength.raised", R"({"type":"string","minLength":1})", R"({"type":"string","minLength":2})",
     B, C},
    {"maxLength.raised", R"({"maxLength":1})", R"({"maxLength":2})", C, B},
    {"maxLength.added", R"({"const":"äöü"})", R"({"const":"äöü","maxLength":3})", C, C},
    {"pattern.added", R"({"type":"string"})", R"({"type":"string","pattern":"^a"})", B, C},
    {"pattern.removed", R"({"pattern":"^a"})", R"({})", C, B},
    {"pattern.changed", R"({"enum":["ab"],"pattern":"^a"})", R"({"enum":["ab"],"pattern":"b$"})", C,
     C},
    {"schema.refused", R"({"properties":{"a":true}})", R"({"properties":{"a":false}})", B, C},
    {"schema.allowed", R"({"properties":{"a":false}})", R"({"properties":{"a":{"type":"null"}}})",
     C, B},
};

const std::vector<Row> kArrays{
    {"minItems.lowered", R"({"minItems":2})", R"({"minItems":1})", C, B},
    {"maxItems.lowered", R"({"type":"array","maxItems":2})", R"({"type":"array","maxItems":1})", B,
     C},
    {"uniqueItems.added", R"({"type":"array"})", R"({"type":"array","uniqueItems":true})", B, C},
    {"uniqueItems.added", R"({"type":"array","maxItems":1})",
     R"({"type":"array","maxItems":1,"uniqueItems":true})", C, C},
    {"type.widened", R"({"items":{"type":"integer"}})", R"({"items":{"type":"number"}})", C, B},
    {"items.restricted", R"({"type":"array"})", R"({"type":"array","items":{"type":"null"}})", B,
     C},
    {"items.closed", R"({"prefixItems":[{}]})", R"({"prefixItems":[{}],"items":false})", B, C},
    {"item.added", R"({"prefixItems":[{"type":"null"}],"items":false})",
     R"({"prefixItems":[{"type":"null"},{"type":"null"}],"items":false})", C, B},
    {"item.added", R"({"prefixItems":[{"type":"null"}]})",
     R"({"prefixItems":[{"type":"null"},{"type":"null"}]})", B, C},
    {"item.removed", R"({"prefixItems":[{},{"type":"null"}],"items":false})",
     R"({"prefixItems":[{}],"items":false})", B, C},
    {"dialect.changed",
     R"({"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"null"}],
         "additionalItems":{"type":"string"}})",
     R"({"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"null"}],
         "items":{"type":"string"}})",
     C, C},
    {"contains.added", R"({"type":"array"})", R"({"type":"array","contains":{"const":1}})", B, C},
    {"contains.added", R"({"items":{"type":"integer"},"minItems":1})",
     R"({"items":{"type":"integer"},"minItems":1,"contains":{"type":"number"}})", C, C},
    {"contains.changed", R"({"contains":{"const":1},"minContains":2})",
     R"({"contains":{"type":"integer"}})", C, B},
    {"contains.changed", R"({"contains":{"type":"integer"},"maxContains":1})",
     R"({"contains":{"const":1},"maxContains":1,"minContains":0})", C, B},
    {"unevaluatedItems.closed", R"({"allOf":[{"prefixItems":[{}]}]})",
     R"({"allOf":[{"prefixItems":[{}]}],"unevaluatedItems":false})", B, C},
};

const std::vector<Row> kObjects{
    {"minProperties.added", R"({"type":"object"})", R"({"type":"object","minProperties":1})", B, C},
    {"minProperties.added", R"({"required":["a"]})", R"({"required":["a"],"minProperties":1})", C,
     C},
    {"maxProperties.raised", R"({"maxProperties":1})", R"({"maxProperties":2})", C, B},
    {"maxProperties.added", R"({"properties":{"a":{}},"additionalProperties":false})",
     R"({"properties":{"a":{}},"additionalProperties":false,"maxProperties":1})", C, C},
    {"patternProperty.added", R"({"type":"object"})",
     R"({"type":"object","patternProperties":{"^x":{"type":"string"}}})", B, C},
    {"patternProperty.removed", R"({"patternProperties":{"^x":{"type":"string"}}})", R"({})", C, B},
    {"type.widened",
     R"({"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false})",
     R"({"patternProperties":{"^x":{"type":"number"}},"additionalProperties":false})", C, B},
    {"property.added", R"({"patternProperties":{"^x":{"type":"integer"}}})",
     R"({"patternProperties":{"^x":{"type":"integer"}},"properties":{"xa":{"type":"integer"}}})", C,
     C},
    {"propertyNames.added", R"({"type":"object"})",
     R"({"type":"object","propertyNames":{"maxLength":3}})", B, C},
    {"propertyNames.changed", R"({"propertyNames":{"maxLength":3}})",
     R"({"propertyNames":{"maxLength":4}})", C, B},
    {"propertyNames.added", R"({"properties":{"abc":{}},"additionalProperties":false})",
     R"({"properties":{"abc":{}},"additionalProperties":false,"propertyNames":{"maxLength":3}})", C,
     C},
    {"dependentRequired.added", R"({"type":"object"})",
     R"({"type":"object","dependentRequired":{"a":["b"]}})", B, C},
    {"dependentRequired.added", R"({"required":["b"]})",
     R"({"required":["b"],"dependentRequired":{"a":["b"]}})", C, C},
    {"dependentRequired.changed", R"({"dependentRequired":{"a":["b","c"]}})",
     R"({"dependentRequired":{"a":["c"]}})", C, B},
    {"dependentSchemas.added", R"({"type":"object"})",
     R"({"type":"object","dependentSchemas":{"a":{"required":["b"]}}})", B, C},
    {"dependentSchemas.removed", R"({"dependentSchemas":{"a":{"maxProperties":1}}})", R"({})", C,
     B},
    {"maxProperties.raised", R"({"dependentSchemas":{"a":{"maxProperties":1}}})",
     R"({"dependentSchemas":{"a":{"maxProperties":2}}})", C, B},
    {"additionalProperties.closed", R"({"allOf":[{"properties":{"a":{}}}]})",
     R"({"allOf":[{"properties":{"a":{}}}],"additionalProperties":false})", B, C},
    {"unevaluatedProperties.closed", R"({"allOf":[{"properties":{"a":{}}}]})",
     R"({"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false})", B, C},
    {"property.added", R"({"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false})",
     R"({"allOf":[{"properties":{"a":{},"b":{}}}],"unevaluatedProperties":false})", C, B},
    {"required.added", R"({"properties":{"a":{"const":1}},"minProperties":1,
                           "additionalProperties":false})",
     R"({"properties":{"a":{"const":1}},"minProperties":1,"additionalProperties":false,
         "required":["a"]})",
     C, C},
};

const std::vector<Row> kComposition{
    {"anyOf.added", R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
     R"({"anyOf":[{"type":"null"},{"type":"string"},{"type":"integer"}]})", C, B},
    {"anyOf.removed", R"({"anyOf":[{"type":"string"},{"type":"null"},{"type":"integer"}]})",
     R"({"anyOf":[{"type":"null"},{"type":"string"}]})", B, C},
    {"oneOf.added", R"({"oneOf":[{"type":"string"},{"type":"null"}]})",
     R"({"oneOf":[{"type":"string"},{"type":"null"},{"type":"integer"}]})", C, B},
    {"oneOf.added", R"({"oneOf":[{"type":"string"},{"type":"null"}]})",
     R"({"oneOf":[{"type":"string"},{"type":"null"},{"minLength":3}]})", B, B},
    {"allOf.added", R"({"allOf":[{"minimum":1}]})", R"({"allOf":[{"minimum":1},{"maximum":5}]})", B,
     C},
    {"allOf.removed", R"({"allOf":[{"minimum":1},{"maximum":5}]})", R"({"allOf":[{"minimum":1}]})",
     C, B},
    {"maximum.raised", R"({"allOf":[{"minimum":1},{"maximum":5}]})",
     R"({"allOf":[{"minimum":1},{"maximum":6}]})", C, B},
    {"composition.changed", R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
     R"({"oneOf":[{"type":"string"},{"type":"null"}]})", C, C},
    {"composition.changed", R"({"anyOf":[{"minimum":1},{"maximum":5}]})",
     R"({"oneOf":[{"minimum":1},{"maximum":5}]})", B, C},
    {"anyOf.removed", R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
     R"({"type":["string","null"]})", C, C},
    {"allOf.removed", R"({"allOf":[{"type":"object"},{"required":["a"]}]})",
     R"({"type":"object","required":["a"]})", C, C},
    {"not.added", R"({})", R"({"not":{"type":"null"}})", B, C},
    {"not.changed", R"({"not":{"type":["null","string"]}})", R"({"not":{"type":"null"}})", C, B},
    {"not.removed", R"({"not":{"required":["a"]}})", R"({})", C, B},
    {"condition.added", R"({"type":"integer"})",
     R"({"type":"integer","if":{"minimum":10},"then":{"multipleOf":10}})", B, C},
    {"condition.changed", R"({"if":{"required":["a"]},"then":{"required":["b","c"]}})",
     R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":true})", C, B},
    {"maximum.raised",
     R"({"if":{"properties":{"k":{"const":1}}},"then":{"properties":{"v":{"maximum":5}}}})",
     R"({"if":{"properties":{"k":{"const":1}}},"then":{"properties":{"v":{"maximum":6}}}})", C, B},
    {"const.changed",
     R"({"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},
                  {"properties":{"k":{"const":"b"},"v":{"type":"integer"}},"required":["k"]}]})",
     R"({"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},
                  {"properties":{"k":{"const":"c"},"v":{"type":"integer"}},"required":["k"]}]})",
     B, B},
    {"type.widened",
     R"({"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":
         {"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}},"v":{"type":"integer"}}}}})",
     R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":
         {"kids":{"type":"array","items":{"$ref":"#/$defs/node"}},"v":{"type":"number"}}}}})",
     C, B},
    {"definition.removed", R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})",
     R"({"type":"string"})", C, C},
    {"reference.added", R"({"type":"string","$defs":{"a":{"maxLength":2}}})",
     R"({"type":"string","$ref":"#/$defs/a","$defs":{"a":{"maxLength":2}}})", B, C},
    {"description.changed",
     R"({"$dynamicAnchor":"x","properties":{"a":{"$dynamicRef":"#x"},"v":{"type":"null"}}})",
     R"({"$dynamicAnchor":"x","properties":{"a":{"$dynamicRef":"#x"},"v":{"type":"null",
         "description":"nothing"}}})",
     C, C},
    {"type.narrowed", R"({"$dynamicAnchor":"x","properties":{"a":{"$dynamicRef":"#x"},"v":{}}})",
     R"({"$dynamicAnchor":"x","properties":{"a":{"$dynamicRef":"#x"},"v":{"type":"null"}}})", B, C},
};

class KeywordTable : public ::testing::TestWithParam<Row> {};

TEST_P(KeywordTable, HasTheVerdictsAndNamesTheChange) {
  const auto& row = GetParam();
  SCOPED_TRACE(row.before + "\n" + row.after);
  const auto comparison = compared(row.before, row.after);
  EXPECT_EQ(comparison.backward, row.backward) << testing::transcript(comparison);
  EXPECT_EQ(comparison.forward, row.forward) << testing::transcript(comparison);
  expect_examples_to_confirm(row.before, row.after, comparison);
  EXPECT_TRUE(std::ranges::any_of(comparison.changes,
                                  [&](const Change& change) { return change.kind == row.kind; }))
      << row.kind << "\n"
      << testing::transcript(comparison);
}

std::string name_of(const ::testing::TestParamInfo<Row>& row) {
  auto name = row.param.kind + "_" + std::to_string(row.index);
  std::ranges::replace(name, '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Scalars, KeywordTable, ::testing::ValuesIn(kScalars), name_of);
INSTANTIATE_TEST_SUITE_P(Arrays, KeywordTable, ::testing::ValuesIn(kArrays), name_of);
INSTANTIATE_TEST_SUITE_P(Objects, KeywordTable, ::testing::ValuesIn(kObjects), name_of);
INSTANTIATE_TEST_SUITE_P(Composition, KeywordTable, ::testing::ValuesIn(kComposition), name_of);

}  // namespace
}  // namespace hotswap::schema
