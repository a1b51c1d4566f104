#include <gtest/gtest.h>

#include "domain/schema/registry/registered.hpp"

namespace hotswap {
namespace {

std::vector<SemVer> versions(std::initializer_list<const char*> texts) {
  std::vector<SemVer> all;
  for (const auto* text : texts) all.push_back(SemVer::parse(text).value());
  return all;
}

/// What a profile with this link gets of these approved versions; `-` for nothing.
std::string follow(const std::string& link, std::initializer_list<const char*> approved) {
  const auto read = schema_link(link, "$.schemaId");
  if (!read) return read.error().detail;
  const auto number = followed(*read, versions(approved));
  return number ? number->str() : "-";
}

FieldError mistake_in(const std::string& link) {
  const auto read = schema_link(link, "$.schemaId");
  if (read || read.error().fields.size() != 1) {
    ADD_FAILURE() << "no single mistake in " << link;
    return {};
  }
  EXPECT_EQ(read.error().code, ErrorCode::Invalid);
  EXPECT_EQ(read.error().reason, "config.invalid");
  return read.error().fields.front();
}

TEST(SchemaLinks, NameASchemaAndMaybeAVersionOrARange) {
  const std::pair<const char*, const char*> links[] = {
      {"payments", ""},
      {"payments@1.2.0", "1.2.0"},
      {"payments@1.2.0-rc.1+b", "1.2.0-rc.1+b"},
      {"payments@^1.2", "^1.2"},
      {"payments@1", "1"},
      {"payments@>=1.0 <2 || 3.x", ">=1.0 <2 || 3.x"},
      {"payments@*", "*"},
  };
  for (const auto& [text, selector] : links) {
    const auto link = schema_link(text, "$");
    ASSERT_TRUE(link) << text << link.error().detail;
    EXPECT_EQ(link->id.str(), "payments");
    EXPECT_EQ(link->selector, selector);
  }
}

TEST(SchemaLinks, SayWhatIsWrongWithTheName) {
  for (const auto* text : {"", "@1.0.0", "Payments", "-a@1", "our schema", "payments/1.0.0",
                           "https://example.com/payments.json"}) {
    const auto field = mistake_in(text);
    EXPECT_EQ(field.path, "$.schemaId") << text;
    EXPECT_EQ(field.keyword, "pattern") << text;
    EXPECT_NE(field.message.find("the schema's name must have 1 to 128"), std::string::npos);
  }
  EXPECT_EQ(mistake_in(std::string(129, 'a')).keyword, "pattern");
}

TEST(SchemaLinks, SayWhatIsWrongBehindTheName) {
  EXPECT_NE(mistake_in("payments@").message.find("NAME@^1.2"), std::string::npos);
  for (const auto* text : {"payments@latest", "payments@one", "payments@1.2.0@2", "payments@^"}) {
    const auto field = mistake_in(text);
    EXPECT_EQ(field.keyword, "format") << text;
    EXPECT_NE(field.message.find("neither a version (1.2.0) nor a range (^1.2)"), std::string::npos)
        << field.message;
  }
  EXPECT_EQ(mistake_in("payments@1.0.0-" + std::string(128, 'a')).keyword, "maxLength");
}

TEST(Following, ANameGetsTheHighestRelease) {
  EXPECT_EQ(follow("p", {"1.9.0", "1.10.0", "0.1.0"}), "1.10.0");
  EXPECT_EQ(follow("p", {"1.0.0", "2.0.0-rc.1"}), "1.0.0");
  EXPECT_EQ(follow("p", {"2.0.0-rc.1"}), "-");
  EXPECT_EQ(follow("p", {}), "-");
}

TEST(Following, APinGetsExactlyThatVersion) {
  EXPECT_EQ(follow("p@1.2.0", {"1.2.0", "1.3.0"}), "1.2.0");
  EXPECT_EQ(follow("p@1.2.0-rc.1", {"1.2.0", "1.2.0-rc.1"}), "1.2.0-rc.1");
  EXPECT_EQ(follow("p@1.2.0", {"1.2.0+b", "1.2.1"}), "-");
  EXPECT_EQ(follow("p@1.2.0+b", {"1.2.0", "1.2.0+b"}), "1.2.0+b");
}

TEST(Following, ARangeGetsTheHighestReleaseInIt) {
  EXPECT_EQ(follow("p@^1.2", {"1.1.0", "1.2.0", "1.4.0", "2.0.0"}), "1.4.0");
  EXPECT_EQ(follow("p@~1.2", {"1.1.0", "1.2.7", "1.4.0"}), "1.2.7");
  EXPECT_EQ(follow("p@^3", {"1.1.0", "2.0.0"}), "-");
  EXPECT_EQ(follow("p@^1.0.0-rc.1", {"1.0.0-rc.2"}), "-");
  EXPECT_EQ(follow("p@1 || 3", {"1.0.0", "2.0.0", "3.0.0", "4.0.0"}), "3.0.0");
}

}  // namespace
}  // namespace hotswap
