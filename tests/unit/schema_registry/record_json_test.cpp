#include "domain/schema/registry/record_json.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

using schema::Effect;

json::Value parsed(const std::string& text) { return json::parse(text).value(); }

schema::Comparison sample() {
  schema::Change lowered;
  lowered.kind = "maximum.lowered";
  lowered.path = "/properties/pool/maximum";
  lowered.where = "$.pool";
  lowered.backward = Effect::Breaking;
  lowered.forward = Effect::Compatible;
  lowered.reason = "maximum went from 20 to 10";
  lowered.backward_example = parsed(R"({"pool":15})");
  schema::Change unclear;
  unclear.kind = "not.changed";
  unclear.where = "$";
  unclear.forward = Effect::Unknown;
  schema::Comparison comparison;
  comparison.changes = {lowered, unclear};
  comparison.truncated = true;
  comparison.backward = Effect::Breaking;
  comparison.forward = Effect::Unknown;
  comparison.forward_example = json::Value();
  return comparison;
}

TEST(ComparisonJson, IsReadable) {
  EXPECT_EQ(json::write(schema::to_json(sample())),
            R"({"backward":"Breaking","forward":"Unknown","forwardExample":null,"changes":[)"
            R"({"kind":"maximum.lowered","path":"/properties/pool/maximum","where":"$.pool",)"
            R"("backward":"Breaking","forward":"Compatible","backwardExample":{"pool":15},)"
            R"("reason":"maximum went from 20 to 10"},)"
            R"({"kind":"not.changed","path":"","where":"$","backward":"Compatible",)"
            R"("forward":"Unknown","reason":""}],"truncated":true})");
}

TEST(ComparisonJson, ReadsWhatItWrites) {
  const auto written = schema::to_json(sample());
  const auto read = schema::comparison_from_json(written);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->changes.size(), 2U);
  EXPECT_EQ(read->backward, Effect::Breaking);
  EXPECT_EQ(read->changes[1].forward, Effect::Unknown);
  ASSERT_TRUE(read->forward_example.has_value());
  EXPECT_TRUE(read->forward_example->is_null());
  EXPECT_EQ(read->backward_example, std::nullopt);
  EXPECT_EQ(json::write(schema::to_json(*read)), json::write(written));
}

TEST(ComparisonJson, NamesWhatCannotBeRead) {
  const auto read = schema::comparison_from_json(
      parsed(R"({"backward":"Maybe","forward":"Breaking","changes":[{"kind":5}],"more":1})"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "schema.invalid");
  std::vector<std::string> paths;
  for (const auto& field : read.error().fields) paths.push_back(field.path);
  EXPECT_EQ(paths,
            (std::vector<std::string>{"$.backward", "$.changes[0].kind", "$.changes[0].path",
                                      "$.changes[0].where", "$.changes[0].backward",
                                      "$.changes[0].forward", "$.changes[0].reason", "$.more"}));
}

TEST(ComparisonWords, ReadBack) {
  EXPECT_EQ(schema::to_string(Effect::Compatible), "Compatible");
  for (const auto policy : {schema::Policy::Strict, schema::Policy::Lenient}) {
    EXPECT_EQ(schema::policy_from_string(schema::to_string(policy)), policy);
  }
  EXPECT_EQ(schema::to_string(schema::Policy::Lenient), "lenient");
  EXPECT_EQ(schema::policy_from_string("LENIENT"), std::nullopt);
}

TEST(DecisionJson, ReadsWhatItWrites) {
  const SchemaDecision decision{"olga", WallTime(Duration(1'700'000'000'123)), "all \"told\"",
                                std::string(64, 'a')};
  const auto read = schema_decision_from_json(to_json(decision));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, decision);
  EXPECT_FALSE(schema_decision_from_json(parsed(R"({"by":"olga"})")));
  EXPECT_FALSE(schema_decision_from_json(parsed("[]")));
}

TEST(ComparedJson, ReadsWhatItWrites) {
  const std::vector<ComparedWith> compared = {{SemVer(1, 0, 0), sample()}, {SemVer(1, 1, 0), {}}};
  const auto written = compared_to_json(compared);
  const auto read = compared_from_json(written);
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(1).number, SemVer(1, 1, 0));
  EXPECT_EQ(json::write(compared_to_json(*read)), json::write(written));
}

TEST(ComparedJson, NamesWhatCannotBeRead) {
  const auto read = compared_from_json(parsed(R"([{"version":"1","comparison":[]}])"));
  ASSERT_FALSE(read);
  ASSERT_FALSE(read.error().fields.empty());
  EXPECT_EQ(read.error().fields.front().path, "$.compared[0].version");
  EXPECT_FALSE(compared_from_json(parsed("{}")));
}

}  // namespace
}  // namespace hotswap
