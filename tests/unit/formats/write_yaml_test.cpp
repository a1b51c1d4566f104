// YAML is written so that every reader gets the same value back: held against our own reader and
// against yaml-cpp's idea of a plain scalar.
#include "domain/json/write_yaml.hpp"

#include <gtest/gtest.h>

#include <random>

#include "api/formats/yaml.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap {
namespace {

std::string yaml(std::string_view text) { return json::write_yaml(json::parse(text).value()); }

void expect_same(const json::Value& value) {
  const auto text = json::write_yaml(value);
  const auto back = api::yaml_to_json(text);
  ASSERT_TRUE(back) << back.error().detail << "\n" << text;
  EXPECT_EQ(json::write(*back), json::write(value)) << text;
}

TEST(WriteYaml, is_block_style_with_the_members_in_their_order) {
  EXPECT_EQ(yaml(R"({"b":1,"a":{"list":[1,{"x":true,"y":null},[2,[3]]],"none":[],"nil":{}}})"),
            "b: 1\n"
            "a:\n"
            "  list:\n"
            "    - 1\n"
            "    - x: true\n"
            "      \"y\": null\n"
            "    - - 2\n"
            "      - - 3\n"
            "  none: []\n"
            "  nil: {}\n");
  EXPECT_EQ(yaml("[]"), "[]\n");
  EXPECT_EQ(yaml("\"x\""), "x\n");
}

TEST(WriteYaml, numbers_keep_their_text) {
  EXPECT_EQ(yaml("[1.0,-0,1e400,9007199254740993]"), "- 1.0\n- -0\n- 1e400\n- 9007199254740993\n");
}

TEST(WriteYaml, text_that_could_be_taken_for_something_else_is_quoted) {
  for (const auto* text :
       {"",         "true",       "No",   "on",   "y",    "~",   "null", "1.0", "0x1F", "1_000",
        "12:30:00", "2026-01-01", "- a",  "a: b", "a #b", "#a",  "&a",   "*a",  "!a",   "%a",
        "@a",       "`a",         "[a",   "{a",   "'a",   "\"a", "a ",   " a",  "a:",   "? a",
        "---",      "...",        ".inf", "<<",   "=",    "\t",  "a\tb", "é",   "\x7f"}) {
    const auto written = json::write_yaml(json::Value(text));
    EXPECT_TRUE(written.starts_with('"')) << text << " → " << written;
    expect_same(json::Value(text));
  }
  for (const auto* text : {"a", "payment-service.production", "http://127.0.0.1:8400", "$.pool.max",
                           "a b, c (d)", "/etc/x", "PT5M", "^1.2", "_x"}) {
    EXPECT_EQ(json::write_yaml(json::Value(text)), std::string(text) + "\n");
  }
}

TEST(WriteYaml, several_lines_are_a_block_where_one_can_hold_them) {
  EXPECT_EQ(yaml(R"({"a":"one\n  two\n\nthree\n","b":["x\ny"]})"),
            "a: |\n  one\n    two\n\n  three\nb:\n  - |-\n    x\n    y\n");
  for (const auto* text : {"a\n", "a\nb", " a\nb", "\na", "a\n\n", "a \nb", "a\n\tb", "a\r\nb",
                           "a\nb ", "\n", "a\n\nb\n", "# a\nb", "a\n---\nb"}) {
    expect_same(json::Object{{"k", text}});
    json::Array list;
    list.emplace_back(json::Object{{"k", text}});
    expect_same(list);
  }
}

TEST(WriteYaml, names_are_as_safe_as_values) {
  const std::string long_name(2000, 'n');
  expect_same(json::Object{{"yes", 1},
                           {"1", 2},
                           {"", 3},
                           {"a: b", 4},
                           {"a\nb", 5},
                           {long_name, 6},
                           {"#", 7},
                           {"$schema", 8},
                           {long_name + "x", json::Object{{"deep", json::Array{}}}},
                           {long_name + "y", json::Object{{"deep", 1}}}});
}

TEST(WriteYaml, characters_that_readers_fold_or_refuse_are_escaped) {
  for (const auto* text :
       {"\xC2\x85", "a\xE2\x80\xA8 b", "\xE2\x80\xA9", "\xEF\xBB\xBF", "\x01", "a\xC2\x85\nb"}) {
    const auto written = json::write_yaml(json::Value(text));
    EXPECT_EQ(written.find(text), std::string::npos) << written;
    expect_same(json::Value(text));
  }
}

/// Values made of the pieces that are hard: seeded, so that a failure comes again.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  json::Value value(int depth) {
    switch (pick(depth > 0 ? 6 : 4)) {
      case 0:
        return json::Value(text());
      case 1:
        return json::Value(static_cast<std::int64_t>(pick(1000)));
      case 2:
        return pick(2) == 0;
      case 3:
        return {};
      case 4: {
        json::Array out;
        for (auto i = pick(4); i > 0; --i) out.push_back(value(depth - 1));
        return out;
      }
      default: {
        json::Object out;
        for (auto i = pick(4); i > 0; --i) out.set(text(), value(depth - 1));
        return out;
      }
    }
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(engine_() % below); }
  std::string text() {
    static constexpr const char* kPieces[] = {"a",  " ", "\n", ":",  "#", "-", "1",   "\t", "'",
                                              "\"", "~", "é",  "[",  "}", "&", "%",   "@",  "yes",
                                              "\\", "|", ">",  "\r", ".", "?", "\n\n"};
    std::string out;
    for (auto i = pick(6); i > 0; --i) out += kPieces[pick(std::size(kPieces))];
    return out;
  }
  std::mt19937 engine_;
};

TEST(WriteYaml, whatever_is_written_reads_back_the_same) {
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    expect_same(Random(seed).value(4));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace hotswap
