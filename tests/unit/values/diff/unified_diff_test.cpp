#include "domain/diff/unified_diff.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap {
namespace {

std::string unified(std::string_view from, std::string_view to) {
  return unified_diff(*json::parse(from), *json::parse(to), "1.0.0", "1.1.0");
}

TEST(UnifiedDiff, IsEmptyForTheSameText) { EXPECT_EQ(unified("{\"a\":1}", " {\"a\": 1} "), ""); }

TEST(UnifiedDiff, ShowsChangedLinesInContext) {
  EXPECT_EQ(unified(R"({"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7})",
                    R"({"a":1,"b":2,"c":3,"d":40,"e":5,"f":6,"g":7})"),
            "--- 1.0.0\n+++ 1.1.0\n@@ -2,7 +2,7 @@\n   \"a\": 1,\n   \"b\": 2,\n   \"c\": 3,\n"
            "-  \"d\": 4,\n+  \"d\": 40,\n   \"e\": 5,\n   \"f\": 6,\n   \"g\": 7\n");
}

TEST(UnifiedDiff, OpensOneHunkPerDistantChange) {
  EXPECT_EQ(unified("[1,2,3,4,5,6,7,8,9,10,11,12]", "[0,2,3,4,5,6,7,8,9,10,11,13]"),
            "--- 1.0.0\n+++ 1.1.0\n@@ -1,5 +1,5 @@\n [\n-  1,\n+  0,\n   2,\n   3,\n   4,\n"
            "@@ -10,5 +10,5 @@\n   9,\n   10,\n   11,\n-  12\n+  13\n ]\n");
}

TEST(UnifiedDiff, JoinsNeighbouringChangesInOneHunk) {
  EXPECT_EQ(unified("[1,2,3,4,5,6,7,8]", "[0,2,3,4,5,6,7,9]"),
            "--- 1.0.0\n+++ 1.1.0\n@@ -1,10 +1,10 @@\n [\n-  1,\n+  0,\n   2,\n   3,\n   4,\n"
            "   5,\n   6,\n   7,\n-  8\n+  9\n ]\n");
}

TEST(UnifiedDiff, CountsAddedAndRemovedLines) {
  EXPECT_EQ(unified("{}", R"({"a":1})"),
            "--- 1.0.0\n+++ 1.1.0\n@@ -1 +1,3 @@\n-{}\n+{\n+  \"a\": 1\n+}\n");
  EXPECT_EQ(unified("[1,2,3]", "[1,3]"),
            "--- 1.0.0\n+++ 1.1.0\n@@ -1,5 +1,4 @@\n [\n   1,\n-  2,\n   3\n ]\n");
}

}  // namespace
}  // namespace hotswap
