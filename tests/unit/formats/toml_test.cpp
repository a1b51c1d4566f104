#include "api/formats/toml.hpp"

#include <gtest/gtest.h>

#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

std::string read(std::string_view text, json::ParseLimits limits = {}) {
  const auto value = toml_to_json(text, limits);
  return value ? json::write(*value) : value.error().reason + ": " + value.error().detail;
}

TEST(Toml, BecomesJsonInTheOrderOfTheText) {
  EXPECT_EQ(read("title = 'x'\nalive = true\n[server.http]\nport = 80\nhosts = ['b', \"a\"]\n"
                 "[alpha]\nz.y = 1\na = {k = []}\n[[list]]\nn = 1\n[[list]]\nn = 2\n"),
            R"({"title":"x","alive":true,"server":{"http":{"port":80,"hosts":["b","a"]}},)"
            R"("alpha":{"z":{"y":1},"a":{"k":[]}},"list":[{"n":1},{"n":2}]})");
  EXPECT_EQ(read(""), "{}");
}

TEST(Toml, MayBeginWithEmptyLines) {
  EXPECT_EQ(read("\n"), "{}");
  EXPECT_EQ(read("\n\na = 1.50\n"), R"({"a":1.50})");
}

TEST(Toml, KeepsTheExactTextOfNumbers) {
  EXPECT_EQ(read("a = 1.0\nb = +0.10\nc = 1_000.50\nd = 5e+22\ne = -0.0\n"),
            R"({"a":1.0,"b":0.10,"c":1000.50,"d":5e+22,"e":-0.0})");
  EXPECT_EQ(read("'é' = 1.0 # no\n'ü' = [1.5, 2.50]\n"), R"({"é":1.0,"ü":[1.5,2.50]})");
  EXPECT_EQ(read("a = 0x1F\nb = 0o17\nc = 0b11\nd = +1_000\ne = 9223372036854775807\n"),
            R"({"a":31,"b":15,"c":3,"d":1000,"e":9223372036854775807})");
}

TEST(Toml, DatesAreTextAsRfc3339WritesIt) {
  EXPECT_EQ(read("a = 1979-05-27T07:32:00Z\nb = 1979-05-27 00:32:00.5-07:00\n"
                 "c = 1979-05-27T07:32:00\nd = 1979-05-27\ne = 07:32:00\n"),
            R"({"a":"1979-05-27T07:32:00Z","b":"1979-05-27T00:32:00.5-07:00",)"
            R"("c":"1979-05-27T07:32:00","d":"1979-05-27","e":"07:32:00"})");
}

TEST(Toml, RefusesWhatJsonCannotSay) {
  EXPECT_EQ(read("a = 1\nbc = inf\n"),
            "toml.malformed: line 2, column 6: JSON has neither infinities nor NaN");
  EXPECT_TRUE(read("a = -nan\n").starts_with("toml.malformed"));
}

TEST(Toml, NamesLineAndColumnOfAMistake) {
  for (const auto* bad : {"a = 1\na = 2\n", "a = 1\nb = \n", "a = 1\nb = 0123\n", "a = 1\n[[x]\n",
                          "a = 1\nb = 'x\n", "a = 1\nb = 99999999999999999999\n"}) {
    EXPECT_TRUE(read(bad).starts_with("toml.malformed: line 2, column ")) << read(bad);
  }
  EXPECT_TRUE(read("a = \"\xFF\"\n").starts_with("toml.malformed: line 1")) << read("a = \"\xFF\"");
}

TEST(Toml, RefusesTextBeyondTheSizeLimit) {
  const auto value = toml_to_json("a = 1", {.bytes = 4});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::TooLarge);
  EXPECT_EQ(value.error().reason, "json.too_large");
}

TEST(Toml, AcceptsNestingUpToTheLimitOnly) {
  EXPECT_EQ(read("a = {b = [1]}", {.depth = 3}), R"({"a":{"b":[1]}})");
  for (const auto* deep : {"a = {b = [[1]]}", "a.b.c.d = 1", "[a.b.c]\nd = 1", "[a]\nb.c.d = 1",
                           "[a]\nb = [{c.d = 1}]", "[[a]]\nb.c = 1"}) {
    EXPECT_TRUE(read(deep, {.depth = 3}).contains("nested deeper than 3 levels")) << deep;
  }
  EXPECT_EQ(read("a = 1\n\nb.c.d.e = 1", {.depth = 3}),
            "toml.malformed: line 3, column 1: nested deeper than 3 levels");
}

TEST(Toml, DotsInTextAndNumbersAreNoNesting) {
  EXPECT_EQ(read("# a.b.c.d.e\na = '1.2.3.4.5'\nb = \"\"\"\n1.2.3.4\"x.y.z\n\"\"\"\n"
                 "c = [1.5, 1.5, 1.5,\n 1.5]\n'd.e.f.g.h' = 1\n[i]\nj = 1\n",
                 {.depth = 3}),
            R"({"a":"1.2.3.4.5","b":"1.2.3.4\"x.y.z\n","c":[1.5,1.5,1.5,1.5],"d.e.f.g.h":1,)"
            R"("i":{"j":1}})");
}

TEST(Toml, SurvivesDepthBombs) {
  std::string keys = "a";
  std::string tables = "[a";
  std::string nested = "a = ";
  for (int i = 0; i < 100'000; ++i) {
    keys += ".a";
    tables += ".a";
    nested += i % 2 == 0 ? "[" : "{a.a = ";
  }
  for (const auto& bomb : {keys + " = 1\n", tables + "]\n", nested, "[a]\n" + keys}) {
    EXPECT_TRUE(read(bomb).contains("nested deeper")) << read(bomb);
  }
}

}  // namespace
}  // namespace hotswap::api
