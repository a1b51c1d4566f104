#include "domain/json/write.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"

namespace hotswap::json {
namespace {

TEST(JsonWrite, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(write(std::string("\"\\/\b\f\n\r\t\x01\x1f\x7f é😀")),
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é😀\"");
  EXPECT_EQ(write(std::string("a\0b", 3)), "\"a\\u0000b\"");
}

TEST(JsonWrite, IndentsForPeople) {
  EXPECT_EQ(write_pretty(*parse(R"({"a":[1,{"b":null}],"c":{},"d":[]})")),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n"
            "  \"d\": []\n}");
  EXPECT_EQ(write_pretty(1), "1");
}

TEST(JsonWrite, IndentationStaysInProportion) {
  std::string text(100, '[');
  for (int i = 0; i < 1'000; ++i) text += "1,";
  text += "1" + std::string(100, ']');
  const auto value = *parse(text);
  EXPECT_LT(write_pretty(value).size(), 60'000U);
  EXPECT_EQ(*parse(write_pretty(value)), value);
}

TEST(JsonWrite, ReadsBackTheSame) {
  const std::string text = R"({"a":[1.0,-0,1E+2,"\u0007\"é"],"b":{"":{}},"c":[null,true,false]})";
  EXPECT_EQ(write(*parse(text)), text);
}

}  // namespace
}  // namespace hotswap::json
