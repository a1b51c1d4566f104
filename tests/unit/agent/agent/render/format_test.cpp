#include "agent/render/format.hpp"

#include <gtest/gtest.h>

#include "api/formats/toml.hpp"
#include "api/formats/yaml.hpp"
#include "documents.hpp"
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"

namespace hotswap::agent {
namespace {

constexpr unsigned kRounds = 3000;

json::Value parsed(std::string_view text) { return *json::parse(text); }

TEST(Formats, are_known_by_word_and_by_extension) {
  EXPECT_EQ(format_of_word("yml"), Format::Yaml);
  EXPECT_EQ(format_of_word("ini"), std::nullopt);
  EXPECT_EQ(format_of_file("/etc/app/.env"), Format::Env);
  EXPECT_EQ(format_of_file("app.properties"), Format::Properties);
  EXPECT_EQ(format_of_file("nginx.conf"), std::nullopt);
  EXPECT_EQ(format_of_file("plain"), std::nullopt);
}

TEST(Formats, json_is_read_back_with_every_digit) {
  const auto document = parsed(R"({"b":1.0,"a":[12345678901234567890,1e400]})");
  const auto text = *render(document, Format::Json);
  EXPECT_EQ(text, "{\n  \"b\": 1.0,\n  \"a\": [\n    12345678901234567890,\n    1e400\n  ]\n}\n");
}

TEST(Formats, whatever_a_document_holds_yaml_reads_it_back_the_same) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    const auto document = Documents(seed, true).object(3);
    const auto text = *render(document, Format::Yaml);
    const auto back = api::yaml_to_json(text);
    ASSERT_TRUE(back) << seed << ": " << back.error().detail << "\n" << text;
    ASSERT_EQ(json::write(*back), json::write(document)) << seed << "\n" << text;
  }
}

TEST(Formats, whatever_a_document_holds_toml_reads_it_back_the_same) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    const auto document = Documents(seed, false).object(3);
    const auto text = toml_text(document);
    ASSERT_TRUE(text) << seed << ": " << text.error().detail << json::write(document);
    const auto back = api::toml_to_json(*text);
    ASSERT_TRUE(back) << seed << ": " << back.error().detail << "\n" << *text;
    ASSERT_EQ(*back, document) << seed << "\n" << *text;
  }
}

TEST(Formats, toml_names_the_place_of_what_it_cannot_say) {
  const auto refused = [](std::string_view text) {
    const auto made = toml_text(parsed(text));
    return made ? *made : made.error().reason + " " + made.error().detail;
  };
  EXPECT_EQ(refused(R"({"a":{"b":[1,null]}})"),
            "render.impossible $.a.b[1]: TOML has no null: leave it out, or use another format");
  EXPECT_EQ(
      refused(R"({"id":9223372036854775808})"),
      "render.impossible $.id: 9223372036854775808 is beyond TOML's 64-bit integers: write it "
      "as text");
  EXPECT_EQ(refused(R"({"id":1e400})"),
            "render.impossible $.id: 1e400 is beyond TOML's numbers: write it as text");
  EXPECT_EQ(refused("[1]"),
            "render.impossible $: a TOML file is a table: this document is a array");
}

TEST(Formats, toml_puts_plain_members_before_tables) {
  EXPECT_EQ(
      *toml_text(parsed(R"({"t":{"x":1.50,"u":{}},"a":1,"s":[{"h":"q"},{}],"odd key":true})")),
      "a = 1\n\"odd key\" = true\n\n[t]\nx = 1.50\n\n[t.u]\n\n[[s]]\nh = \"q\"\n\n[[s]]\n");
}

}  // namespace
}  // namespace hotswap::agent
