#include "domain/json/path.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap::json {
namespace {

TEST(JsonPath, UsesDotsForPlainNamesAndBracketsForOthers) {
  EXPECT_EQ(path_member("$", "pool"), "$.pool");
  EXPECT_EQ(path_member("$.a", "_x1"), "$.a._x1");
  EXPECT_EQ(path_member("$", "é"), "$.é");
  EXPECT_EQ(path_member("$", "odd key"), "$['odd key']");
  EXPECT_EQ(path_member("$", "1a"), "$['1a']");
  EXPECT_EQ(path_member("$", ""), "$['']");
  EXPECT_EQ(path_member("$", "it's\\"), "$['it\\'s\\\\']");
  EXPECT_EQ(path_member("$", "a\n\x01"), "$['a\\n\\u0001']");
  EXPECT_EQ(path_item("$.a", 3), "$.a[3]");
}

// RFC 6901, section 5.
TEST(JsonPointer, FindsTheRfcsExamples) {
  const auto root = *parse(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,
                               "i\\j":5,"k\"l":6," ":7,"m~n":8})");
  EXPECT_EQ(at_pointer(root, ""), &root);
  EXPECT_EQ(*at_pointer(root, "/foo/0"), Value("bar"));
  const std::vector<const char*> pointers{"/",     "/a~1b", "/c%d", "/e^f", "/g|h",
                                          "/i\\j", "/k\"l", "/ ",   "/m~0n"};
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    const auto* value = at_pointer(root, pointers[i]);
    ASSERT_NE(value, nullptr) << pointers[i];
    EXPECT_EQ(value->as_int(), static_cast<std::int64_t>(i));
  }
}

TEST(JsonPointer, FindsNothingWhereNothingIs) {
  const auto root = *parse(R"({"a":[1,2],"m~n":8})");
  for (const auto* pointer : {"a", "/b", "/a/2", "/a/-", "/a/01", "/a/+1", "/a/1x", "/a/", "/a/0/x",
                              "/m~n", "/m~2n", "/m~", "/a/99999999999999999999999"}) {
    EXPECT_EQ(at_pointer(root, pointer), nullptr) << pointer;
  }
}

TEST(JsonPointer, WritesWhatItReads) {
  const auto pointer = pointer_item(pointer_member(pointer_member("", "a/~b"), ""), 2);
  EXPECT_EQ(pointer, "/a~1~0b//2");
  EXPECT_EQ(pointer_tokens(pointer), (std::vector<std::string>{"a/~b", "", "2"}));
  EXPECT_EQ(pointer_tokens(""), std::vector<std::string>{});
  EXPECT_EQ(pointer_tokens("a"), std::nullopt);
  EXPECT_EQ(pointer_tokens("/~3"), std::nullopt);
}

}  // namespace
}  // namespace hotswap::json
