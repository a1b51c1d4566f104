#include "domain/json/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::json {
namespace {

Value number(const char* text) { return Number{text}; }

TEST(JsonValue, NumbersAreEqualByExactValue) {
  EXPECT_EQ(number("1.0"), number("1"));
  EXPECT_EQ(number("1e2"), number("100"));
  EXPECT_EQ(number("-0"), number("0"));
  EXPECT_EQ(number("0e999999999"), number("0"));
  EXPECT_EQ(number("0.00120"), number("12E-4"));
  EXPECT_EQ(number("1e999999999"), number("10e999999998"));
  EXPECT_NE(number("1e999999999"), number("1e999999998"));
  EXPECT_NE(number("9007199254740993"), number("9007199254740992"));
  EXPECT_NE(number("0.1"), number("0.1000000000000000055511151231257827"));
  EXPECT_NE(number("1"), number("-1"));
  EXPECT_NE(Value(1), Value("1"));
}

TEST(JsonValue, ObjectsAreEqualInAnyOrder) {
  EXPECT_EQ(*parse(R"({"a":1,"b":[{"c":2,"d":3}]})"), *parse(R"({"b":[{"d":3.0,"c":2}],"a":1})"));
  EXPECT_NE(*parse(R"({"a":1})"), *parse(R"({"a":1,"b":2})"));
  EXPECT_NE(*parse(R"({"a":1,"b":2})"), *parse(R"({"a":1,"c":2})"));
  EXPECT_NE(*parse("[1,2]"), *parse("[2,1]"));
}

TEST(JsonValue, LargeObjectsAreEqualInAnyOrder) {
  Object forward;
  Object backward;
  for (int i = 0; i < 20'000; ++i) forward.append("n" + std::to_string(i), i);
  for (int i = 20'000; i-- > 0;) backward.append("n" + std::to_string(i), i);
  EXPECT_EQ(Value(forward), Value(backward));
  backward.set("n5", 6);
  EXPECT_NE(Value(forward), Value(backward));
}

TEST(JsonValue, IntegersAreReadExactlyOrNotAtAll) {
  EXPECT_EQ(number("42").as_int(), 42);
  EXPECT_EQ(number("1.0").as_int(), 1);
  EXPECT_EQ(number("1e2").as_int(), 100);
  EXPECT_EQ(number("-0.0").as_int(), 0);
  EXPECT_EQ(number("12.50e1").as_int(), 125);
  EXPECT_EQ(number("9223372036854775807").as_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(number("-9223372036854775808").as_int(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(number("9223372036854775808").as_int(), std::nullopt);
  EXPECT_EQ(number("1.5").as_int(), std::nullopt);
  EXPECT_EQ(number("1e999999999").as_int(), std::nullopt);
  EXPECT_EQ(number("1e-999999999").as_int(), std::nullopt);
  EXPECT_EQ(number("1e19").as_int(), std::nullopt);
  EXPECT_EQ(Value("42").as_int(), std::nullopt);
}

TEST(JsonValue, DoublesAreTheNearestOnes) {
  EXPECT_EQ(number("0.1").as_double(), 0.1);
  EXPECT_EQ(number("1e400").as_double(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("-1e400").as_double(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("1e-400").as_double(), 0.0);
  EXPECT_EQ(Value(true).as_double(), std::nullopt);
}

TEST(JsonValue, NumbersAreMadeWithTheirShortestText) {
  EXPECT_EQ(write(Value(0.1)), "0.1");
  EXPECT_EQ(write(Value(-5)), "-5");
  EXPECT_EQ(write(Value(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(write(Value(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_TRUE(Value(std::nan("")).is_null());
  EXPECT_TRUE(Value(std::numeric_limits<double>::infinity()).is_null());
}

TEST(JsonObject, SetsAppendsAndErases) {
  Object object{{"a", 1}, {"b", 2}, {"a", 3}};
  EXPECT_EQ(object.size(), 2U);
  EXPECT_EQ(object.find("a")->as_int(), 3);
  object.append("c", nullptr);
  EXPECT_TRUE(object.erase("b"));
  EXPECT_FALSE(object.erase("b"));
  EXPECT_EQ(write(object), R"({"a":3,"c":null})");
  *object.find("a") = "x";
  EXPECT_EQ(*std::as_const(object).find("a")->as_string(), "x");
  EXPECT_TRUE(Object().empty());
}

TEST(JsonArray, InsertsAndErasesAnywhere) {
  Array items{1, "a text that needs memory of its own", Object{{"k", Array{true}}}};
  items.insert(items.begin() + 1, "another text that needs memory");
  items.insert(items.end(), nullptr);
  items.erase(items.begin());
  EXPECT_EQ(write(items), R"(["another text that needs memory",)"
                          R"("a text that needs memory of its own",{"k":[true]},null])");
  items.erase(items.begin() + 1, items.begin() + 3);
  EXPECT_EQ(write(items), R"(["another text that needs memory",null])");
  items.erase(items.begin(), items.end());
  EXPECT_EQ(write(items), "[]");
  items.resize(2);
  EXPECT_EQ(items, (Array{nullptr, nullptr}));
}

// Texts of up to 15 bytes lie inside a value, longer ones in memory of their own.
TEST(JsonText, IsTheSameWhereverItLies) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    const auto parsed = *parse('"' + text + '"');
    const auto spaced = *parse('"' + text + "\"                        ");
    const Value made = text;
    EXPECT_EQ(*made.as_string(), text);
    EXPECT_EQ(parsed, made) << size;
    EXPECT_EQ(spaced, made) << size;
    EXPECT_EQ(Value(parsed), made);
    EXPECT_NE(Value(text + 'x'), made);
  }
  EXPECT_NE(Value("a"), Value(std::string_view("a\0", 2)));
}

// A parsed document's values share memory; each may outlive the others.
TEST(JsonValue, PartsOutliveTheirDocument) {
  const std::string text = R"({"a":{"a long name of a member":["a long text of an item",[1,2]]}})";
  Value part;
  {
    auto document = *parse(text);
    part = std::move(*document.as_object()->find("a"));
    EXPECT_EQ(write(document), R"({"a":null})");
    document = std::move(*part.as_object()->begin()).value;
    EXPECT_EQ(write(document), R"(["a long text of an item",[1,2]])");
    part = document;
  }
  EXPECT_EQ(write(part), R"(["a long text of an item",[1,2]])");
  part = std::move((*part.as_array())[1]);  // a part of itself
  EXPECT_EQ(write(part), "[1,2]");
}

TEST(JsonValue, PartsMayBeFreedByOtherThreads) {
  for (int round = 0; round < 20; ++round) {
    std::string text = "[";
    for (int i = 0; i < 2000; ++i) text += R"({"name of the member":"text of the member"},)";
    auto document = *parse(text + "0]");
    std::vector<std::thread> threads;
    for (std::size_t first = 0; first < 2000; first += 500) {
      threads.emplace_back([&items = *document.as_array(), first] {
        for (std::size_t i = first; i < first + 500; ++i) items[i] = nullptr;
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(document.as_array()->front().is_null());
  }
}

TEST(JsonValue, NamesItsType) {
  EXPECT_EQ(Value().type_name(), "null");
  EXPECT_EQ(Value(true).type_name(), "boolean");
  EXPECT_EQ(Value(1).type_name(), "number");
  EXPECT_EQ(Value("").type_name(), "string");
  EXPECT_EQ(Value(Array{}).type_name(), "array");
  EXPECT_EQ(Value(Object{}).type_name(), "object");
  EXPECT_EQ(Value(1).find("a"), nullptr);
}

}  // namespace
}  // namespace hotswap::json
