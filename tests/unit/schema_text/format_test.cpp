#include "domain/schema/text/format.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "domain/json/parse.hpp"
#include "domain/schema/text/pattern.hpp"

namespace hotswap::schema {
namespace {

namespace fs = std::filesystem;

fs::path suite() { return HS_SOURCE_DIR "/tests/corpus/json-schema-test-suite/tests"; }

json::Value read(const fs::path& path) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return json::parse(text).value();
}

std::string string_at(const json::Value& value, std::string_view name) {
  return *value.find(name)->as_string();
}

/// A test of the official suite whose schema has this keyword and, but for $schema, no other.
struct SuiteTest {
  std::string file;
  std::string keyword;  ///< its value
  std::string data;
  bool valid = false;
  std::string description;
};

void add_tests(std::vector<SuiteTest>& out, const fs::path& file, std::string_view keyword) {
  const auto groups = read(file);
  for (const auto& group : *groups.as_array()) {
    const auto* schema = group.find("schema");
    const auto* value = schema->find(keyword);
    if (value == nullptr) continue;
    for (const auto& test : *group.find("tests")->as_array()) {
      const auto* data = test.find("data")->as_string();
      if (data == nullptr) continue;
      out.push_back({file.string(), *value->as_string(), *data, *test.find("valid")->as_bool(),
                     string_at(test, "description")});
    }
  }
}

TEST(Format, PassesTheOfficialSuite) {
  std::vector<SuiteTest> tests;
  for (const auto* draft : {"draft4", "draft7", "draft2020-12"})
    for (const auto& entry : fs::directory_iterator(suite() / draft / "optional/format"))
      add_tests(tests, entry.path(), "format");
  EXPECT_GT(tests.size(), 1200);
  for (const auto& test : tests) {
    const auto format = format_of(test.keyword);
    EXPECT_EQ(!format || conforms(*format, test.data), test.valid)
        << test.file << ": " << test.description << ": " << test.data;
  }
}

TEST(Format, PatternsPassTheOfficialSuite) {
  std::vector<SuiteTest> tests;
  for (const auto* draft : {"draft4", "draft7", "draft2020-12"})
    for (const auto* file : {"optional/ecmascript-regex.json", "optional/non-bmp-regex.json"})
      add_tests(tests, suite() / draft / file, "pattern");
  EXPECT_GT(tests.size(), 150);
  for (const auto& test : tests) {
    const auto pattern = Pattern::compile(test.keyword);
    ASSERT_TRUE(pattern) << test.keyword;
    EXPECT_EQ(pattern->search(test.data) == Match::Yes, test.valid)
        << test.file << ": " << test.description << ": " << test.data;
  }
}

std::vector<Format> all_formats() {
  std::vector<Format> out;
  for (int i = 0; i <= static_cast<int>(Format::Regex); ++i) out.push_back(static_cast<Format>(i));
  return out;
}

TEST(Format, HasANameAndAnExampleThatConforms) {
  for (const auto format : all_formats()) {
    EXPECT_EQ(format_of(to_string(format)), format);
    EXPECT_TRUE(conforms(format, example_of(format))) << to_string(format);
  }
  EXPECT_FALSE(format_of("color"));
  EXPECT_FALSE(format_of(""));
}

TEST(Format, TakesNoTextThatIsNotUtf8) {
  for (const auto format : all_formats()) {
    if (format == Format::IdnEmail || format == Format::JsonPointer) continue;
    EXPECT_FALSE(conforms(format, "a\xff")) << to_string(format);
    EXPECT_FALSE(conforms(format, "\xc3")) << to_string(format);
  }
}

void expect_all(Format format, std::initializer_list<std::string_view> texts, bool valid) {
  for (const auto text : texts) EXPECT_EQ(conforms(format, text), valid) << text;
}

TEST(Format, ALeapSecondEndsAMonth) {
  expect_all(Format::DateTime,
             {"2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2015-06-30T16:59:60-07:00",
              "2012-07-01T08:59:60.5+09:00"},
             true);
  expect_all(Format::DateTime,
             {"2016-12-30T23:59:60Z", "2016-12-31T00:59:60+01:00", "2015-07-01T16:59:60-07:00",
              "2016-12-31T23:59:60+01:00"},
             false);
}

TEST(Format, DatesAndTimesHaveTheirParts) {
  expect_all(Format::DateTime,
             {"", "2026", "2026-11-23", "2026-11-23T", "2026-11-23 10:00:00Z",
              "2026-11-23T10:00:00", "2026-11-23T10:00:00.Z"},
             false);
  expect_all(Format::Time, {"10:00Z", "10:00:00+0100", "10:00:00.+01:00", "10:00:0"}, false);
  expect_all(Format::Duration, {"P1W2D", "P1Y1Y", "PT1S1M", "p1d", "P1H", "P1DT"}, false);
}

TEST(Format, AddressesOfMail) {
  expect_all(Format::Email,
             {"a@b", "a+b@c.example", "\"\"@a", "\"a\\\"b\"@c", "a@1.example", "a@b--c.example"},
             true);
  expect_all(Format::Email,
             {"", "@", "a@", "a@.b", "a@b.", "a@-b", "a@b-", "a@b..c", "a@b_c", "\"a@b", "\"a\"b@c",
              "\"a\\\"@b", "a@[1.2.3]", "a@[IPv6:1]", "a@[::1]", "a@[1.2.3.4", "d\u00fc@b",
              "a@b\u00fccher.example"},
             false);
  EXPECT_FALSE(conforms(Format::Email, std::string(65, 'a') + "@example.com"));
  EXPECT_TRUE(conforms(Format::IdnEmail, "d\u00fc@b\u00fccher.example"));
}

TEST(Format, HostNames) {
  expect_all(Format::Hostname, {"a", "A.B", "1.2.3.4", "xn--bcher-kva.example", "XN--BCHER-KVA"},
             true);
  expect_all(
      Format::Hostname,
      {"a b", "a..b", "xn--", "xn--bcher-kvb1", "b\u00fccher", "xn--99999999999", "xn--\u00fc"},
      false);
  expect_all(Format::IdnHostname, {"b\u00fccher.Example", "\u05d0\u05d1.com", "xn--bcher-kva.de"},
             true);
  expect_all(Format::IdnHostname,
             {"B\u00dcCHER", "bu\u0308cher", "a\u2028b", "\u00bd", "\u212b", "\u05d0.1a", "\u05d0a",
              "a\u0378", "\ue000", "\ufdd0", "a\u20d0", "\u1100", "a\u302a\u302e"},
             false);
}

TEST(Format, Uris) {
  expect_all(Format::Uri,
             {"a:", "a:b", "a://", "a://b:/", "a:///b", "http://[v7.a:b]/", "http://a@b:1/?#",
              "a:?/#?", "hotswap:payments@1.2.0", "a://%20/"},
             true);
  expect_all(Format::Uri,
             {"", ":", "a", "http://[::1", "http://[::1]x/", "http://[v.a]/", "http://[v7.]/",
              "http://a:1:2/", "http://[fe80::1%25en0]/", "a:#b#c", "http://a]/"},
             false);
  expect_all(Format::UriReference, {"", "#", "?", "a/b:c", "/a:b", "//a"}, true);
  expect_all(Format::Iri, {"a:\u00fc?\ue000", "a://\u00fc"}, true);
  expect_all(Format::Iri, {"a:\ue000", "a:#\ue000", "a:\ufffe", "\u00fc:a"}, false);
}

TEST(Format, UriTemplates) {
  expect_all(Format::UriTemplate, {"{a,b*,c:3}", "{?%41b}", "x{/a.b}y", "\ue000"}, true);
  expect_all(Format::UriTemplate,
             {"{", "}", "{a", "{+}", "{a:}", "{a*:3}", "{.a.}", "{a b}", "%4", "<", "{a:1*}"},
             false);
}

TEST(Format, Addresses) {
  expect_all(Format::Ipv6, {"::", "1::8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "ABCD::"}, true);
  expect_all(Format::Ipv6, {"", ":", ":::", "1:2:3:4:5:6:7:8::", "::1.2.3.4:5", "1.2.3.4::", "1:"},
             false);
  expect_all(Format::Ipv4, {"1.2.3.4", "0.0.0.0"}, true);
  expect_all(Format::Ipv4, {"1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.", "1..2.3", "1.2.3.1000"},
             false);
}

}  // namespace
}  // namespace hotswap::schema
