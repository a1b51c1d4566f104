// Exact numbers, however they are written.
#include "domain/schema/numbers.hpp"

#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

bool valid(std::string_view schema, std::string_view document) {
  return compiled(schema)->accepts(parsed(document));
}

TEST(Numbers, AreIntegersByValueExceptInDraft4) {
  for (const auto* text : {"1", "1.0", "1e2", "100e-2", "-0", "123456789012345678901234567890",
                           "1.0000000000000000000000000", "1e400"}) {
    EXPECT_TRUE(valid(R"({"type":"integer"})", text)) << text;
  }
  for (const auto* text : {"1.5", "1e-1", "1.00000000000000000000001", "0.1e-400"}) {
    EXPECT_FALSE(valid(R"({"type":"integer"})", text)) << text;
  }
  const auto* draft4 = R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"integer"})";
  EXPECT_TRUE(valid(draft4, "1"));
  EXPECT_FALSE(valid(draft4, "1.0"));
}

TEST(Numbers, AreComparedWithoutRounding) {
  EXPECT_TRUE(valid(R"({"maximum":9007199254740993})", "9007199254740993"));
  EXPECT_FALSE(valid(R"({"maximum":9007199254740992})", "9007199254740993"));
  EXPECT_FALSE(valid(R"({"exclusiveMaximum":18446744073709551616})", "18446744073709551616"));
  EXPECT_TRUE(valid(R"({"exclusiveMaximum":18446744073709551616})", "18446744073709551615"));
  EXPECT_FALSE(valid(R"({"maximum":0.1})", "0.10000000000000000001"));
  EXPECT_TRUE(valid(R"({"minimum":-1e400})", "-9e399"));
  EXPECT_FALSE(valid(R"({"minimum":-1e400})", "-2e400"));
  EXPECT_FALSE(valid(R"({"minimum":0})", "-1e-400"));
}

TEST(Numbers, OfIntervalsWithFractionsAreJudgedRight) {
  const auto schema = compiled(R"({"minimum":-1.5,"exclusiveMaximum":2.5})");
  for (const auto* text : {"-1.5", "-1", "0", "2", "2.4999", "1.0", "-15e-1"}) {
    EXPECT_TRUE(schema->accepts(parsed(text))) << text;
  }
  for (const auto* text : {"-1.51", "-2", "2.5", "3", "25e-1", "-1.5000000000000000001"}) {
    EXPECT_FALSE(schema->accepts(parsed(text))) << text;
  }
}

TEST(Numbers, AreMultiplesExactly) {
  EXPECT_TRUE(valid(R"({"multipleOf":0.01})", "4.35"));
  EXPECT_TRUE(valid(R"({"multipleOf":0.01})", "1e30"));
  EXPECT_FALSE(valid(R"({"multipleOf":0.01})", "4.355"));
  EXPECT_TRUE(valid(R"({"multipleOf":0.0001})", "0.0075"));
  EXPECT_FALSE(valid(R"({"multipleOf":3})", "1e300"));
  EXPECT_TRUE(valid(R"({"multipleOf":3})", "3e300"));
  EXPECT_TRUE(valid(R"({"multipleOf":7})",
                    "123456789012345678901234567890123"
                    "0000000000000000000000000000000") == (0 == [] {
                unsigned rest = 0;
                for (const char c : std::string("123456789012345678901234567890123"
                                                "0000000000000000000000000000000")) {
                  rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 7;
                }
                return rest;
              }()));
  EXPECT_TRUE(valid(R"({"multipleOf":12345678901234567890123})", "24691357802469135780246"));
  EXPECT_FALSE(valid(R"({"multipleOf":12345678901234567890123})", "24691357802469135780247"));
  EXPECT_TRUE(valid(R"({"multipleOf":1e-300})", "5"));
  EXPECT_FALSE(valid(R"({"multipleOf":1e300})", "5"));
  EXPECT_TRUE(valid(R"({"multipleOf":1e300})", "0.0"));
}

TEST(Numbers, TooLongToDivideGiveUp) {
  const auto report =
      compiled(R"({"multipleOf":1234567890123456789012345})")->check(parsed("1e900000000"));
  EXPECT_TRUE(report.aborted);
  EXPECT_EQ(report.failures[0].keyword, "multipleOf");
}

TEST(Numbers, AreEqualByValueInConstEnumAndUniqueItems) {
  EXPECT_TRUE(valid(R"({"const":1})", "1.00"));
  EXPECT_TRUE(valid(R"({"enum":[1,2,3,4,5,6,7,8,9,10]})", "1e1"));
  EXPECT_FALSE(valid(R"({"const":9007199254740993})", "9007199254740992"));
  EXPECT_FALSE(valid(R"({"uniqueItems":true})", "[1,2,3,4,5,6,7,8,9,10,11,12,13,0.1e1]"));
  EXPECT_TRUE(
      valid(R"({"uniqueItems":true})", R"([1,true,"1",[1],{"a":1},0,false,null,"",[],{}])"));
  EXPECT_TRUE(valid(R"({"const":0})", "-0.0"));
}

TEST(Numbers, HashEqualWhenTheyAreEqual) {
  EXPECT_EQ(hash_number("100"), hash_number("1e2"));
  EXPECT_EQ(hash_number("-0"), hash_number("0.000"));
  EXPECT_EQ(hash_number("1.000000000000000000000"), hash_number("1"));
  EXPECT_EQ(hash_number("12345678901234567890000"), hash_number("1234567890123456789e4"));
  EXPECT_NE(hash_number("12345678901234567890001"), hash_number("12345678901234567890002"));
}

}  // namespace
}  // namespace hotswap::schema
