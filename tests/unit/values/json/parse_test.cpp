#include "domain/json/parse.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "domain/json/write.hpp"

namespace hotswap::json {
namespace {

/// The text as it was understood, or the reason why it was not.
std::string read(std::string_view text, ParseLimits limits = {}) {
  const auto value = parse(text, limits);
  return value ? write(*value) : value.error().reason;
}

std::string detail(std::string_view text) {
  const auto value = parse(text);
  return value ? "" : value.error().detail;
}

TEST(JsonParse, KeepsOrderAndTheExactTextOfNumbers) {
  EXPECT_EQ(read(R"( {"b" : [1.0, -0, 1E5 ,1e-07], "a":{"c":null,"d":true,"e":false}, "":""} )"),
            R"({"b":[1.0,-0,1E5,1e-07],"a":{"c":null,"d":true,"e":false},"":""})");
  EXPECT_EQ(read("9007199254740993"), "9007199254740993");
  EXPECT_EQ(read("1e400"), "1e400");
  EXPECT_EQ(read("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827");
}

TEST(JsonParse, AcceptsAnyValueAsDocument) {
  for (const auto* text : {"null", "true", "false", "0", "-1.5", "\"\"", "[]", "{}"}) {
    EXPECT_EQ(read(text), text);
  }
  EXPECT_EQ(read("\t\r\n [\n] "), "[]");
}

TEST(JsonParse, ResolvesEscapes) {
  EXPECT_EQ(*parse(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00")")->as_string(),
            "\"\\/\b\f\n\r\tAé€😀");
  EXPECT_EQ(*parse(R"("a\u0000b")")->as_string(), std::string("a\0b", 3));
  EXPECT_EQ(*parse("\"é€😀\x7f\"")->as_string(), "é€😀\x7f");
}

// clang-format off
constexpr const char* kIllFormed[] = {
    "", " ", "nul", "nulll", "True", "tru", "+1", "01", "-01", "00", ".5", "1.", "1.e5", "1e",
    "1e+", "-", "- 1", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "-NaN", "[1,]", "[,1]",
    "[1 2]", "[1", "[", "]", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{a:1}",
    "{'a':1}", "{1:1}", "{\"a\":1", "{", "}", "[1}", "{\"a\":1]", "1 2", "{}{}", "[]]", "// c\n1",
    "1 /* c */", "# c\n1", "'a'", "\"a", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"",
    "\"\\U0041\"", "\"\\", "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "\f1", "\v1", ("\xC2\xA0" "1"),
    "1\xE2\x80\xA8", "undefined", "[1,,2]", "{\"a\":1,,\"b\":2}", "1e5.5", "1.2.3", "--1",
};
// clang-format on

TEST(JsonParse, RefusesIllFormedText) {
  for (const auto* text : kIllFormed) {
    EXPECT_EQ(read(text), "json.malformed") << text;
  }
  EXPECT_EQ(read(std::string_view("1\0", 2)), "json.malformed");
  EXPECT_EQ(read(std::string_view("\"a\0\"", 4)), "json.malformed");
}

TEST(JsonParse, RefusesLoneSurrogates) {
  for (const auto* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")",
                           R"("\ud800\n")", R"("\udc00\ud800")", R"("\uDBFF\u0041")"}) {
    EXPECT_EQ(read(text), "json.malformed") << text;
  }
}

TEST(JsonParse, RefusesIllFormedUtf8) {
  for (const auto* bytes :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x80\x80", "\xE0\x9F\xBF",
        "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_EQ(read('"' + std::string(bytes) + '"'), "json.malformed");
    EXPECT_EQ(read("{\"" + std::string(bytes) + "\":1}"), "json.malformed");
    EXPECT_EQ(read(bytes), "json.malformed");
  }
}

TEST(JsonParse, RefusesAByteOrderMark) {
  EXPECT_EQ(read("\xEF\xBB\xBF{}"), "json.malformed");
  EXPECT_NE(detail("\xEF\xBB\xBF{}").find("byte order mark"), std::string::npos);
  EXPECT_EQ(read("\xFF\xFE{\0}\0"), "json.malformed");
}

TEST(JsonParse, NamesLineColumnAndPathOfTheMistake) {
  EXPECT_EQ(detail("{\n  \"é\": 1,\n  \"pool\": {\"max\": [1, x]}\n}"),
            "line 3, column 23 ($.pool.max[1]): expected a value");
  EXPECT_EQ(detail("[1,]"),
            "line 1, column 4 ($[1]): a comma may not stand before the closing "
            "bracket");
  EXPECT_EQ(detail("{\"a\":1 // x\n}"), "line 1, column 8 ($): JSON has no comments");
  EXPECT_EQ(detail("[\"é\" 1]"), "line 1, column 6 ($): expected ',' or ']'");
  EXPECT_EQ(detail("[1"), "line 1, column 3 ($): expected ',' or ']', but the text ends");
}

TEST(JsonParse, RefusesDuplicateNamesWithTheirPath) {
  const auto value = parse(R"({"a":[{"x":1,"y":2,"x":3}]})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().reason, "json.duplicate_name");
  EXPECT_EQ(value.error().code, ErrorCode::Malformed);
  EXPECT_EQ(value.error().fields.at(0).path, "$.a[0].x");
  EXPECT_NE(value.error().detail.find("line 1, column 20"), std::string::npos);
}

TEST(JsonParse, FindsDuplicatesThatAreWrittenDifferently) {
  EXPECT_EQ(read(R"({"a":1,"\u0061":2})"), "json.duplicate_name");
  EXPECT_EQ(read(R"({"":1,"":2})"), "json.duplicate_name");
  EXPECT_EQ(read(R"({"a":1,"A":2,"b":{"a":1}})"), R"({"a":1,"A":2,"b":{"a":1}})");
}

TEST(JsonParse, FindsTheFirstDuplicateAmongThousands) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"n" + std::to_string(i) + "\":0,";
  const auto value = parse(text + "\"n777\":1,\"n3\":1}");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().fields.at(0).path, "$.n777");
  EXPECT_TRUE(parse(text + "\"last\":1}"));
}

TEST(JsonParse, AcceptsNestingUpToTheLimitOnly) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(parse(nested(limits::kJsonDepth)));
  EXPECT_EQ(read(nested(limits::kJsonDepth + 1)), "json.too_deep");
  EXPECT_EQ(read(nested(3), {.depth = 2}), "json.too_deep");
}

TEST(JsonParse, SurvivesDepthBombs) {
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  for (const auto& bomb : {std::string(100'000, '['), objects, std::string(1'000'000, '[')}) {
    const auto value = parse(bomb);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().reason, "json.too_deep");
    EXPECT_EQ(value.error().code, ErrorCode::Malformed);
    EXPECT_LT(value.error().detail.size(), 500U);
  }
}

TEST(JsonParse, RefusesTextBeyondTheSizeLimit) {
  const auto value = parse("[1,2,3]", {.bytes = 6});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::TooLarge);
  EXPECT_EQ(value.error().reason, "json.too_large");
}

TEST(JsonParse, RefusesExponentsThatNothingCanHold) {
  EXPECT_EQ(read("1e999999999"), "1e999999999");
  EXPECT_EQ(read("1e000000000000000005"), "1e000000000000000005");
  EXPECT_EQ(read("1e1000000000"), "json.malformed");
  EXPECT_EQ(read("[-1E-99999999999999999999]"), "json.malformed");
}

/// Changes, drops or inserts some bytes that matter to the grammar.
std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::string_view kBytes = "{}[],:\"\\0123456789.-+eEtrufalsn \n\x01\x80\xc3\xa9";
  for (auto edits = random() % 4; edits-- > 0 && !text.empty();) {
    const auto at = random() % text.size();
    const char byte = kBytes[random() % kBytes.size()];
    switch (random() % 3) {
      case 0:
        text[at] = byte;
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, 1, byte);
        break;
    }
  }
  return text;
}

// Boost.JSON is the second opinion; only duplicate names and huge exponents are judged differently.
TEST(JsonParse, AgreesWithBoostOnMutatedDocuments) {
  const std::string seed_text = R"({"a":[1,-2.5e3,0,true,false,null,"x\u00e9\ud83d\ude00\n"],)"
                                R"("b":{"c":"é","d":[[],{}]},"e":1e-7})";
  std::mt19937 random(20'261'123);
  for (int round = 0; round < 60'000; ++round) {
    const auto text = mutated(seed_text, random);
    boost::system::error_code error;
    const auto theirs = boost::json::parse(text, error);
    const auto ours = parse(text);
    if (!ours && ours.error().reason == "json.duplicate_name") continue;
    ASSERT_EQ(ours.has_value(), !error) << text;
    if (!ours) continue;
    const auto again = boost::json::parse(write(*ours), error);
    ASSERT_TRUE(!error && again == theirs) << text;
  }
}

}  // namespace
}  // namespace hotswap::json
