#include "domain/diff/diff.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

json::Value value(std::string_view text) {
  auto parsed = json::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(json::Value());
}

/// The changes as short lines: `+ $.a 1`, `- $.a 1`, `~ $.a 1 -> 2`, `> $.a[0] from $.a[1]`.
using Lines = std::vector<std::string>;
Lines changes(std::string_view from, std::string_view to) {
  Lines lines;
  for (const auto& change : diff(value(from), value(to)).changes) {
    switch (change.kind) {
      case Difference::Kind::Added:
        lines.push_back("+ " + change.path + " " + json::write(change.to));
        break;
      case Difference::Kind::Removed:
        lines.push_back("- " + change.path + " " + json::write(change.from));
        break;
      case Difference::Kind::Modified:
        lines.push_back("~ " + change.path + " " + json::write(change.from) + " -> " +
                        json::write(change.to));
        break;
      case Difference::Kind::Moved:
        lines.push_back("> " + change.path + " from " + change.moved_from);
        break;
    }
  }
  return lines;
}

TEST(Diff, EqualDocumentsHaveNone) {
  EXPECT_TRUE(diff(value(R"({"a":1,"b":[{}]})"), value(R"({"b":[{}],"a":1.0})")).empty());
}

TEST(Diff, NamesAddedRemovedAndModifiedMembers) {
  EXPECT_EQ(
      changes(R"({"a":1,"b":{"x y":true},"c":[]})", R"({"b":{"x y":false,"n":null},"c":{},"d":2})"),
      (Lines{"- $.a 1", "~ $.b['x y'] true -> false", "+ $.b.n null", "~ $.c [] -> {}",
             "+ $.d 2"}));
}

TEST(Diff, ComparesWholeDocuments) {
  EXPECT_EQ(changes("1", "[1]"), Lines{"~ $ 1 -> [1]"});
  EXPECT_EQ(changes("null", "false"), Lines{"~ $ null -> false"});
}

TEST(Diff, GivesThePointerBesideThePath) {
  const auto found = diff(value(R"({"a/b":[{"~":1}]})"), value(R"({"a/b":[{"~":2}]})"));
  ASSERT_EQ(found.changes.size(), 1U);
  EXPECT_EQ(found.changes[0].path, "$['a/b'][0]['~']");
  EXPECT_EQ(found.changes[0].pointer, "/a~1b/0/~0");
}

TEST(Diff, MatchesItemsByIdentity) {
  EXPECT_EQ(
      changes(R"([{"name":"a","v":1},{"name":"b","v":2},{"name":"c","v":3}])",
              R"([{"name":"b","v":2},{"name":"c","v":4},{"name":"d","v":5}])"),
      (Lines{R"(- $[0] {"name":"a","v":1})", "~ $[1].v 3 -> 4", R"(+ $[2] {"name":"d","v":5})"}));
}

TEST(Diff, FindsMovedItemsAndTheChangesWithin) {
  EXPECT_EQ(changes(R"({"r":[{"id":1,"v":1},{"id":2},{"id":3}]})",
                    R"({"r":[{"id":2},{"id":3},{"id":1,"v":2}]})"),
            (Lines{"> $.r[2] from $.r[0]", "~ $.r[2].v 1 -> 2"}));
}

TEST(Diff, UsesNoIdentityThatIsNotUniqueAndComplete) {
  EXPECT_EQ(changes(R"([{"id":1,"key":"x","v":1},{"id":1,"key":"y"}])",
                    R"([{"id":1,"key":"y"},{"id":1,"key":"x","v":2}])"),
            (Lines{"> $[0] from $[1]", "~ $[1].v 1 -> 2"}));
  EXPECT_EQ(changes(R"([{"id":null,"v":1}])", R"([{"id":null,"v":2}])"), Lines{"~ $[0].v 1 -> 2"});
  EXPECT_EQ(changes(R"([{"id":"1","v":1}])", R"([{"id":1,"v":1}])").size(), 2U);
}

TEST(Diff, AlignsPlainItems) {
  EXPECT_EQ(changes("[1,2,3,4]", "[1,3,4,5]"), (Lines{"- $[1] 2", "+ $[3] 5"}));
  EXPECT_EQ(changes("[1,2,3]", "[1,9,3]"), Lines{"~ $[1] 2 -> 9"});
  EXPECT_EQ(changes(R"(["a","b","c"])", R"(["c","a","b"])"), Lines{"> $[0] from $[2]"});
  EXPECT_EQ(changes("[]", "[1]"), Lines{"+ $[0] 1"});
  EXPECT_EQ(changes("[1,1,1]", "[1,1]"), Lines{"- $[2] 1"});
}

TEST(Diff, StaysFastOnHugeArrays) {
  json::Array from;
  json::Array to;
  for (int i = 0; i < 100'000; ++i) {
    from.emplace_back(i);
    to.emplace_back(i + 10);
  }
  to.insert(to.begin(), "new");
  EXPECT_EQ(diff(from, to).changes.size(), 20U);
  json::Array reversed(from.rbegin(), from.rend());
  EXPECT_EQ(diff(from, reversed).changes.size(), 99'999U);
}

TEST(Diff, IsShownAsTheApiTells) {
  EXPECT_EQ(json::write(diff_json(diff(value(R"({"a":1,"b":2,"l":[{"id":1},{"id":2}]})"),
                                       value(R"({"b":3,"c":4,"l":[{"id":2},{"id":1}]})")))),
            R"({"added":[{"path":"$.c","value":4}],"removed":[{"path":"$.a","value":1}],)"
            R"("modified":[{"path":"$.b","from":2,"to":3}],)"
            R"("moved":[{"path":"$.l[0]","fromPath":"$.l[1]"}]})");
}

}  // namespace
}  // namespace hotswap
