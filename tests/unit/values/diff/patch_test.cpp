#include "domain/diff/patch.hpp"

#include <gtest/gtest.h>

#include "domain/base/limits.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

json::Value value(std::string_view text) {
  auto parsed = json::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(json::Value());
}

/// The patched document, or `reason path keyword` of the refusal.
std::string patched(std::string_view document, std::string_view patch) {
  const auto result = apply_patch(value(document), value(patch));
  if (result) return json::write(*result);
  const auto& error = result.error();
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_EQ(error.reason, "patch.invalid");
  return error.fields.at(0).path + " " + error.fields.at(0).keyword;
}

// RFC 6902, appendix A.
TEST(ApplyPatch, GivesTheRfcsExamples) {
  EXPECT_EQ(patched(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])"),
            R"({"foo":"bar","baz":"qux"})");
  EXPECT_EQ(patched(R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])"),
            R"({"foo":["bar","qux","baz"]})");
  EXPECT_EQ(patched(R"({"baz":"qux","foo":"bar"})", R"([{"op":"remove","path":"/baz"}])"),
            R"({"foo":"bar"})");
  EXPECT_EQ(patched(R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])"),
            R"({"foo":["bar","baz"]})");
  EXPECT_EQ(
      patched(R"({"baz":"qux","foo":"bar"})", R"([{"op":"replace","path":"/baz","value":"boo"}])"),
      R"({"baz":"boo","foo":"bar"})");
  EXPECT_EQ(patched(R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})",
                    R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])"),
            R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})");
  EXPECT_EQ(patched(R"({"foo":["all","grass","cows","eat"]})",
                    R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])"),
            R"({"foo":["all","cows","eat","grass"]})");
  EXPECT_EQ(patched(R"({"baz":"qux","foo":["a",2,"c"]})",
                    R"([{"op":"test","path":"/baz","value":"qux"},
                        {"op":"test","path":"/foo/1","value":2}])"),
            R"({"baz":"qux","foo":["a",2,"c"]})");
  EXPECT_EQ(patched(R"({"baz":"qux"})", R"([{"op":"test","path":"/baz","value":"bar"}])"),
            "$[0].value test");
  EXPECT_EQ(
      patched(R"({"foo":"bar"})", R"([{"op":"add","path":"/child","value":{"grandchild":{}}}])"),
      R"({"foo":"bar","child":{"grandchild":{}}})");
  EXPECT_EQ(patched(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux","xyz":123}])"),
            R"({"foo":"bar","baz":"qux"})");
  EXPECT_EQ(patched(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz/bat","value":"qux"}])"),
            "$[0].path exists");
  EXPECT_EQ(patched(R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10}])"),
            R"({"/":9,"~1":10})");
  EXPECT_EQ(patched(R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":"10"}])"),
            "$[0].value test");
  EXPECT_EQ(
      patched(R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc","def"]}])"),
      R"({"foo":["bar",["abc","def"]]})");
}

TEST(ApplyPatch, WorksOnTheWholeDocument) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"replace","path":"","value":[1]}])"), "[1]");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"","value":2}])"), "2");
  EXPECT_EQ(patched(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":""}])"), R"({"b":1})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"copy","from":"","path":"/b"}])"),
            R"({"a":1,"b":{"a":1}})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"","value":{"a":1.0}}])"), R"({"a":1})");
  EXPECT_EQ(patched("1", "[]"), "1");
}

TEST(ApplyPatch, AddReplacesAMemberAndMoveToItselfChangesNothing) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"/a","value":2}])"), R"({"a":2})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"move","from":"/a","path":"/a"}])"), R"({"a":1})");
  EXPECT_EQ(patched(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a/b","path":"/a"}])"),
            R"({"a":1})");
  EXPECT_EQ(patched(R"({"":1})", R"([{"op":"replace","path":"/","value":2}])"), R"({"":2})");
}

TEST(ApplyPatch, RefusesIllFormedOperations) {
  const auto refused = [](std::string_view operation) {
    return patched(R"({"a":[1,2],"s":"x"})", "[" + std::string(operation) + "]");
  };
  EXPECT_EQ(refused("1"), "$[0].op required");
  EXPECT_EQ(refused("{}"), "$[0].op required");
  EXPECT_EQ(refused(R"({"op":1,"path":""})"), "$[0].op required");
  EXPECT_EQ(refused(R"({"op":"spam","path":""})"), "$[0].op enum");
  EXPECT_EQ(refused(R"({"op":"Add","path":"","value":1})"), "$[0].op enum");
  EXPECT_EQ(refused(R"({"op":"add","value":1})"), "$[0].path required");
  EXPECT_EQ(refused(R"({"op":"add","path":"a","value":1})"), "$[0].path format");
  EXPECT_EQ(refused(R"({"op":"add","path":"/~2","value":1})"), "$[0].path format");
  EXPECT_EQ(refused(R"({"op":"add","path":"/b"})"), "$[0].value required");
  EXPECT_EQ(refused(R"({"op":"test","path":"/a"})"), "$[0].value required");
  EXPECT_EQ(refused(R"({"op":"copy","path":"/b"})"), "$[0].from required");
  EXPECT_EQ(refused(R"({"op":"move","path":"/b","from":"a"})"), "$[0].from format");
  EXPECT_EQ(patched("{}", R"({"op":"add"})"), "$ type");
  EXPECT_EQ(patched("{}", R"([{"op":"add","path":"/a","value":1},{"op":"remove","path":"/b"}])"),
            "$[1].path exists");
}

TEST(ApplyPatch, RefusesPlacesThatDoNotExist) {
  const auto refused = [](std::string_view operation) {
    return patched(R"({"a":[1,2],"s":"x"})", "[" + std::string(operation) + "]");
  };
  for (const auto* operation :
       {R"({"op":"add","path":"/a/3","value":1})", R"({"op":"add","path":"/a/01","value":1})",
        R"({"op":"add","path":"/a/-1","value":1})", R"({"op":"add","path":"/a/1e0","value":1})",
        R"({"op":"add","path":"/s/x","value":1})", R"({"op":"remove","path":"/a/2"})",
        R"({"op":"remove","path":"/a/-"})", R"({"op":"remove","path":"/b"})",
        R"({"op":"replace","path":"/a/-","value":1})", R"({"op":"replace","path":"/b","value":1})",
        R"({"op":"test","path":"/b","value":null})",
        R"({"op":"add","path":"/a/99999999999999999999","value":1})"}) {
    EXPECT_EQ(refused(operation), "$[0].path exists") << operation;
  }
  EXPECT_EQ(refused(R"({"op":"move","from":"/b","path":"/c"})"), "$[0].from exists");
  EXPECT_EQ(refused(R"({"op":"copy","from":"/a/7","path":"/c"})"), "$[0].from exists");
  EXPECT_EQ(refused(R"({"op":"move","from":"/a","path":"/a/0"})"), "$[0].path move");
  EXPECT_EQ(refused(R"({"op":"move","from":"","path":"/x"})"), "$[0].path move");
  EXPECT_EQ(refused(R"({"op":"remove","path":""})"), "$[0].path root");
}

TEST(ApplyPatch, StopsCopyBombs) {
  json::Array patch;
  for (int i = 0; i < 60; ++i) {
    patch.emplace_back(json::Object{{"op", "copy"}, {"from", "/a"}, {"path", "/a/-"}});
  }
  const auto result = apply_patch(value(R"({"a":["0123456789"]})"), patch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "patch.invalid");
}

TEST(ApplyPatch, StopsNestingBombs) {
  json::Array patch;
  for (int i = 0; i < 1'000; ++i) {
    patch.emplace_back(json::Object{{"op", "move"}, {"from", "/a"}, {"path", "/b"}});
    patch.emplace_back(json::Object{{"op", "add"}, {"path", "/a"}, {"value", json::Object{}}});
    patch.emplace_back(json::Object{{"op", "move"}, {"from", "/b"}, {"path", "/a/b"}});
  }
  const auto result = apply_patch(value(R"({"a":{}})"), patch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fields.at(0).keyword, "depth");
}

TEST(ApplyPatch, RefusesValuesThatWouldNestTooDeep) {
  std::string brackets(limits::kJsonDepth, '[');
  brackets += std::string(limits::kJsonDepth, ']');
  const auto deep = value(brackets);
  for (const auto* operation : {"add", "replace"}) {
    const json::Value patch =
        json::Array{json::Object{{"op", operation}, {"path", "/0"}, {"value", deep}}};
    const auto result = apply_patch(value("[0]"), patch);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fields.at(0).keyword, "depth");
  }
  EXPECT_EQ(
      apply_patch(deep, json::Array{json::Object{{"op", "copy"}, {"from", ""}, {"path", "/-"}}})
          .error()
          .fields.at(0)
          .keyword,
      "depth");
}

TEST(ApplyPatch, StopsPatchesThatShiftTooMuch) {
  json::Array items(100'000, 1);
  json::Array patch(20'000, json::Object{{"op", "add"}, {"path", "/0"}, {"value", 1}});
  const auto result = apply_patch(items, patch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fields.at(0).keyword, "limit");
}

std::string patch_of(std::string_view from, std::string_view to) {
  return json::write(to_patch(value(from), value(to)));
}

TEST(ToPatch, IsEmptyForEqualDocuments) {
  EXPECT_EQ(patch_of(R"({"a":1,"b":2})", R"({"b":2.0,"a":1e0})"), "[]");
}

TEST(ToPatch, ChangesOnlyWhatDiffers) {
  EXPECT_EQ(patch_of(R"({"a":1,"b":{"c":[1,2,3]},"x":0})", R"({"b":{"c":[1,3]},"x":1,"n/m":null})"),
            R"([{"op":"remove","path":"/a"},{"op":"remove","path":"/b/c/1"},)"
            R"({"op":"replace","path":"/x","value":1},{"op":"add","path":"/n~1m","value":null}])");
}

TEST(ToPatch, MovesItemsInsteadOfRewritingThem) {
  EXPECT_EQ(patch_of(R"([{"id":"a"},{"id":"b"},{"id":"c","v":1}])",
                     R"([{"id":"b"},{"id":"c","v":2},{"id":"a"}])"),
            R"([{"op":"move","from":"/0","path":"/2"},{"op":"replace","path":"/1/v","value":2}])");
}

TEST(ToPatch, ReplacesWhatHasAnotherType) {
  EXPECT_EQ(patch_of(R"({"a":[]})", R"({"a":{}})"), R"([{"op":"replace","path":"/a","value":{}}])");
  EXPECT_EQ(patch_of("1", "2"), R"([{"op":"replace","path":"","value":2}])");
}

/// Many changed members and items, nested in one another.
json::Value wide(int members, int items, int offset) {
  json::Object object;
  for (int i = 0; i < members; ++i) object.append("m" + std::to_string(i), i + offset);
  json::Array array;
  for (int i = 0; i < items; ++i) array.emplace_back(json::Object{{"v", i + offset}});
  object.append("items", std::move(array));
  return object;
}

TEST(ToPatch, CanAlwaysBeAppliedToHugeDocuments) {
  for (const auto& [from, to] :
       {std::pair{wide(20'000, 10'000, 0), wide(20'000, 10'000, 1'000'000)},
        std::pair{wide(3'000, 0, 0), wide(2'000, 30'000, 3)}}) {
    const auto result = apply_patch(from, to_patch(from, to));
    ASSERT_TRUE(result);
    EXPECT_EQ(json::canonical(*result), json::canonical(to));
  }
}

}  // namespace
}  // namespace hotswap
