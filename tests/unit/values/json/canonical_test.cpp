#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "domain/json/decimal.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::json {
namespace {

std::string canon(std::string_view text) {
  const auto value = parse(text);
  return value ? canonical(*value) : value.error().detail;
}

// RFC 8785, section 3.2.2 and 3.2.4.
TEST(JsonCanonical, GivesTheRfcsExample) {
  EXPECT_EQ(canon(R"({
       "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
       "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
       "literals": [null, true, false]
     })"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

// RFC 8785, section 3.2.3.
TEST(JsonCanonical, SortsByUtf16CodeUnits) {
  EXPECT_EQ(
      canon(R"({"\u20ac":"Euro Sign","\r":"Carriage Return",
                      "\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
                      "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
                      "\u00f6":"Latin Small Letter O With Diaeresis"})"),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
      "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
      "\"😀\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
  EXPECT_EQ(canon(R"({"ab":1,"a":2,"":3,"aa":4})"), R"({"":3,"a":2,"aa":4,"ab":1})");
}

// RFC 8785, appendix B: the bits of a double and its text.
TEST(JsonCanonical, GivesTheRfcsNumbers) {
  const std::vector<std::pair<std::uint64_t, const char*>> vectors{
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : vectors) {
    const auto number = std::bit_cast<double>(bits);
    EXPECT_EQ(canonical(Value(number)), text);
    EXPECT_EQ(canon(text), text);
    EXPECT_EQ(layout(shortest_decimal(number)), text);
  }
}

TEST(JsonCanonical, WritesWhatDoublesHoldAsEcmaScriptDoes) {
  EXPECT_EQ(canon("0.1"), "0.1");
  EXPECT_EQ(canon("1.0"), "1");
  EXPECT_EQ(canon("-0"), "0");
  EXPECT_EQ(canon("-0.0e5"), "0");
  EXPECT_EQ(canon("1E30"), "1e+30");
  EXPECT_EQ(canon("100000000000000000000"), "100000000000000000000");
  EXPECT_EQ(canon("1000000000000000000000"), "1e+21");
  EXPECT_EQ(canon("0.10000000000000001"), "0.1");
  EXPECT_EQ(canon("4.9406564584124654e-324"), "5e-324");
}

TEST(JsonCanonical, KeepsWhatNoDoubleHolds) {
  EXPECT_EQ(canon("9007199254740993"), "9007199254740993");
  EXPECT_EQ(canon("9007199254740993.0"), "9007199254740993");
  EXPECT_EQ(canon("-12345678901234567890"), "-12345678901234567890");
  EXPECT_EQ(canon("1e400"), "1e+400");
  EXPECT_EQ(canon("10.0e399"), "1e+400");
  EXPECT_EQ(canon("-1.50e-400"), "-1.5e-400");
  EXPECT_EQ(canon("0.1000000000000000055"), "0.1000000000000000055");
  EXPECT_EQ(canon("1234567890123456789012345"), "1.234567890123456789012345e+24");
  EXPECT_EQ(canon("1e999999999"), "1e+999999999");
}

TEST(JsonCanonical, ShortLiteralsAreCanonicalUnlessTheyHaveNeedlessZerosOrAreTiny) {
  for (const auto* same : {"0.5", "-0.5", "10.25", "0.000001", "0.1234567890123", "12345678901.5",
                           "12345678901234.5", "-99999999999999"})
    EXPECT_EQ(canon(same), same);
  EXPECT_EQ(canon("0.10"), "0.1");
  EXPECT_EQ(canon("-2.0"), "-2");
  EXPECT_EQ(canon("0.0000010"), "0.000001");
  EXPECT_EQ(canon("0.0000001"), "1e-7");
  EXPECT_EQ(canon("0.00000012"), "1.2e-7");
}

TEST(JsonCanonical, EqualValuesHaveOneForm) {
  EXPECT_EQ(canon(R"({"b":1.0,"a":[1e2]})"), canon(R"({"a":[100],"b":1})"));
  EXPECT_EQ(canon("9007199254740993000e-3"), canon("9007199254740993"));
}

TEST(JsonCanonical, IsItsOwnCanonicalForm) {
  std::mt19937_64 random(8785);
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    const auto once = canonical(Value(number));
    ASSERT_EQ(canon(once), once);
    ASSERT_EQ(parse(once)->as_double(), number) << once;
  }
}

}  // namespace
}  // namespace hotswap::json
