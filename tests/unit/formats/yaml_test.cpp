#include "api/formats/yaml.hpp"

#include <gtest/gtest.h>

#include "domain/json/write.hpp"

namespace hotswap::api {
namespace {

using namespace std::string_view_literals;

std::string read(std::string_view text) {
  const auto value = yaml_to_json(text);
  return value ? json::write(*value) : value.error().reason + ": " + value.error().detail;
}

TEST(Yaml, ANulIsNoSignOfAnotherEncoding) {
  constexpr auto kRefused =
      "yaml.malformed: line 1, column 2: a control character; write it as an escape in double "
      "quotes";
  EXPECT_EQ(read("\x01\0\0\0a: b"sv).substr(0, 37), "yaml.malformed: line 1, column 1: a c");
  EXPECT_EQ(read("a\0\0\0: b\n"sv), kRefused);
  EXPECT_EQ(read("a\0: b\n"sv), kRefused);
}

TEST(Yaml, ControlCharactersAreRefusedWhereTheyStand) {
  EXPECT_TRUE(read("a: 1\nb: x\x7Fy\n").starts_with("yaml.malformed: line 2, column 5: "));
  EXPECT_EQ(read("a: \"x\\u0001y\"\r\n"), R"({"a":"x\u0001y"})");
  EXPECT_EQ(read("a:\t1\n"), R"({"a":1})");
}

TEST(Yaml, EscapesThatBecomeNoUtf8AreRefused) {
  for (const auto* text : {R"(a: "x\Ny")", R"(a: "x\_y")"})
    EXPECT_EQ(read(text),
              R"(yaml.malformed: line 1, column 4: write \u0085 for \N and \u00A0 for \_)");
  EXPECT_EQ(read(R"(a: "\x41\u0085\L")"), "{\"a\":\"A\xC2\x85\xE2\x80\xA8\"}");
}

}  // namespace
}  // namespace hotswap::api
