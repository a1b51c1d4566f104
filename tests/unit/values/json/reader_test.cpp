#include "domain/json/reader.hpp"

#include <gtest/gtest.h>

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::json {
namespace {

using namespace std::chrono_literals;

TEST(ObjectReader, ReadsEveryKindOfField) {
  const auto value = *parse(R"({"name":"x","note":"n","on":true,"count":3,"ratio":0.5,"wait":"PT2M",
      "at":"2026-11-23T15:04:05Z","any":null,"list":[1],"map":{"a":1},"tags":["a","b"]})");
  ObjectReader in(value, "$");
  EXPECT_EQ(in.required_string("name"), "x");
  EXPECT_EQ(in.optional_string("note"), "n");
  EXPECT_EQ(in.optional_bool("on"), true);
  EXPECT_EQ(in.optional_int("count", 1, 3), 3);
  EXPECT_EQ(in.optional_double("ratio", 0, 1), 0.5);
  EXPECT_EQ(in.optional_duration("wait"), 2min);
  EXPECT_TRUE(in.optional_time("at"));
  EXPECT_TRUE(in.required_value("any")->is_null());
  EXPECT_EQ(in.optional_array("list")->size(), 1U);
  EXPECT_EQ(in.optional_object("map")->size(), 1U);
  EXPECT_EQ(in.optional_strings("tags"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(in.finish("x.invalid"), std::nullopt);
}

TEST(ObjectReader, AbsentOptionalFieldsAreNoMistakes) {
  const Value value = Object{};
  ObjectReader in(value, "$");
  EXPECT_EQ(in.optional_string("a"), std::nullopt);
  EXPECT_EQ(in.optional_bool("b"), std::nullopt);
  EXPECT_EQ(in.optional_int("c", 0, 1), std::nullopt);
  EXPECT_EQ(in.optional_double("d", 0, 1), std::nullopt);
  EXPECT_EQ(in.optional_duration("e"), std::nullopt);
  EXPECT_EQ(in.optional_time("f"), std::nullopt);
  EXPECT_EQ(in.optional_value("g"), nullptr);
  EXPECT_EQ(in.optional_array("h"), nullptr);
  EXPECT_EQ(in.optional_object("i"), nullptr);
  EXPECT_TRUE(in.optional_strings("j").empty());
  EXPECT_FALSE(in.has("a"));
  EXPECT_EQ(in.finish("x.invalid"), std::nullopt);
}

TEST(ObjectReader, GathersAllMistakesWithPathAndKeyword) {
  const auto value = *parse(R"({"note":1,"on":"yes","count":11,"whole":1.5,"ratio":-1,"wait":"5m",
      "at":"now","list":{},"map":[],"tags":["a",2],"low":0,"text":"t","real":"r"})");
  ObjectReader in(value, "$.in");
  (void)in.required_string("name");
  (void)in.optional_string("note");
  (void)in.optional_bool("on");
  (void)in.optional_int("count", 1, 10);
  (void)in.optional_int("low", 1, 10);
  (void)in.optional_int("whole", 1, 10);
  (void)in.optional_int("text", 1, 10);
  (void)in.optional_double("ratio", 0, 1);
  (void)in.optional_double("real", 0, 1);
  (void)in.optional_duration("wait");
  (void)in.optional_time("at");
  (void)in.optional_array("list");
  (void)in.optional_object("map");
  (void)in.optional_strings("tags");
  const auto error = in.finish("x.invalid");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->reason, "x.invalid");
  EXPECT_EQ(error->code, ErrorCode::Invalid);
  std::vector<std::string> found;
  for (const auto& field : error->fields) found.push_back(field.path + " " + field.keyword);
  EXPECT_EQ(found, (std::vector<std::string>{
                       "$.in.name required", "$.in.note type", "$.in.on type", "$.in.count maximum",
                       "$.in.low minimum", "$.in.whole type", "$.in.text type",
                       "$.in.ratio minimum", "$.in.real type", "$.in.wait format", "$.in.at format",
                       "$.in.list type", "$.in.map type", "$.in.tags[1] type"}));
  EXPECT_EQ(error->detail, "$.in.name: is required (and 13 more mistakes)");
}

TEST(ObjectReader, NamesUnknownFieldsAndGuessesWhatWasMeant) {
  const auto value = *parse(R"({"batchSzie":1,"qqqqqq":2})");
  ObjectReader in(value, "$");
  (void)in.optional_int("batchSize", 1, 10);
  const auto error = in.finish("x.invalid");
  ASSERT_TRUE(error);
  ASSERT_EQ(error->fields.size(), 2U);
  EXPECT_EQ(error->fields[0].path, "$.batchSzie");
  EXPECT_EQ(error->fields[0].keyword, "unknown");
  EXPECT_EQ(error->fields[0].message, "is unknown; did you mean `batchSize`?");
  EXPECT_EQ(error->fields[1].message, "is unknown; remove it");
}

TEST(ObjectReader, RefusesWhatIsNoObject) {
  const Value value = 5;
  ObjectReader in(value, "$.body");
  (void)in.required_string("name");
  const auto error = in.finish("x.invalid");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fields.size(), 1U);
  EXPECT_EQ(error->detail, "$.body: must be an object, but is number");
}

TEST(ObjectReader, TakesOverTheMistakesOfNestedReaders) {
  const Value value = Object{};
  ObjectReader in(value, "$");
  in.absorb({ErrorCode::Invalid, "y", "plain", {}, {}});
  in.absorb({ErrorCode::Invalid, "y", "d", {{"$.a", "type", "m"}, {"$.b", "type", "m"}}, {}});
  in.mistake("c", "rule", "is odd");
  EXPECT_EQ(in.finish("x.invalid")->fields.size(), 4U);
}

TEST(ObjectReader, ReportsABoundedNumberOfMistakes) {
  Object object;
  for (int i = 0; i < 1'000; ++i) object.append("unknown" + std::to_string(i), i);
  const Value value = std::move(object);
  EXPECT_EQ(ObjectReader(value, "$").finish("x.invalid")->fields.size(), limits::kErrorsReported);
}

TEST(Nearest, SuggestsWithinTwoEdits) {
  const std::vector<std::string> names{"canary", "rolling", "direct", "id"};
  EXPECT_EQ(nearest("cannary", names), "canary");
  EXPECT_EQ(nearest("rollign", names), "rolling");
  EXPECT_EQ(nearest("blue", names), std::nullopt);
  EXPECT_EQ(nearest("xy", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
}

}  // namespace
}  // namespace hotswap::json
