// What references lead to, under which base and draft: the index that others build on.
#include "domain/schema/resources.hpp"

#include <gtest/gtest.h>

#include "unit/schema_engine/support.hpp"

namespace hotswap::schema {
namespace {

TEST(Resources, KnowBasesDraftsPathsAndPointers) {
  const auto document = parsed(R"({"$id":"https://example.com/a/root","$defs":{
      "inner":{"$id":"sub/inner","$defs":{"leaf":{"$anchor":"leaf","type":"null"}}},
      "old":{"$id":"/old","$schema":"http://json-schema.org/draft-07/schema#","items":[{"$id":"#x"}]}}})");
  auto resources = Resources::of(document, {});
  ASSERT_TRUE(resources.has_value());
  const auto root = resources->root();
  EXPECT_EQ(root.base, "https://example.com/a/root");
  EXPECT_EQ(root.draft, Draft::Draft2020);
  const auto leaf = resources->resolve(root.base, "sub/inner#leaf");
  ASSERT_TRUE(leaf.has_value());
  EXPECT_EQ(leaf->base, "https://example.com/a/sub/inner");
  EXPECT_EQ(resources->pointer(*leaf->schema), "/$defs/leaf");
  EXPECT_EQ(resources->path(*leaf->schema), "$['$defs'].inner['$defs'].leaf");
  const auto by_pointer = resources->resolve(root.base, "#/$defs/inner/$defs/leaf");
  ASSERT_TRUE(by_pointer.has_value());
  EXPECT_EQ(by_pointer->schema, leaf->schema);
  EXPECT_EQ(by_pointer->base, leaf->base);
  const auto old = resources->resolve(leaf->base, "https://example.com/old#x");
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(old->draft, Draft::Draft7);
  EXPECT_EQ(resources->pointer(*old->schema), "/items/0");
}

TEST(Resources, KeepTheEnclosingBaseUnderUnknownKeywords) {
  const auto document = parsed(R"({"$id":"https://example.com/root","x-more":{"a":{"type":"null"}},
      "properties":{"p":{"$id":"nested","x-more":{"b":{"type":"null"}}}}})");
  auto resources = Resources::of(document, {});
  ASSERT_TRUE(resources.has_value());
  const auto outer = resources->resolve("https://example.com/root", "#/x-more/a");
  ASSERT_TRUE(outer.has_value());
  EXPECT_EQ(outer->base, "https://example.com/root");
  const auto inner = resources->resolve("https://example.com/root", "#/properties/p/x-more/b");
  ASSERT_TRUE(inner.has_value());
  EXPECT_EQ(inner->base, "https://example.com/nested");
  EXPECT_EQ(resources->pointer(*inner->schema), "/x-more/b");
}

TEST(Resources, FindDocumentsByTheirAddressAndByTheirOwnId) {
  const auto other = parsed(R"({"$id":"urn:other","$defs":{"x":true}})");
  CompileOptions options;
  options.base_uri = "hotswap:root@1.0.0";
  options.documents = [&](std::string_view uri) {
    return uri == "hotswap:other@1.0.0" ? &other : nullptr;
  };
  const auto document = parsed("{}");
  auto resources = Resources::of(document, options);
  ASSERT_TRUE(resources.has_value());
  EXPECT_EQ(resources->root().base, "hotswap:root@1.0.0");
  const auto place = resources->resolve("hotswap:root@1.0.0", "hotswap:other@1.0.0#/$defs/x");
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->base, "urn:other");
  EXPECT_TRUE(resources->resolve("", "urn:other").has_value());
  EXPECT_EQ(resources->outside(), std::vector<std::string>{"hotswap:other@1.0.0"});
  const auto missing = resources->resolve("", "hotswap:missing@1.0.0");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().reason, "schema.unresolved");
}

TEST(Resources, KnowTheMetaSchemasUnderEitherScheme) {
  EXPECT_NE(meta_schema("http://json-schema.org/draft-07/schema"), nullptr);
  EXPECT_NE(meta_schema("https://json-schema.org/draft-07/schema"), nullptr);
  EXPECT_NE(meta_schema("https://json-schema.org/draft/2020-12/meta/core"), nullptr);
  EXPECT_EQ(meta_schema("https://example.com/schema"), nullptr);
  EXPECT_EQ(draft_of("http://json-schema.org/draft-04/schema#"), Draft::Draft4);
  EXPECT_EQ(draft_of("https://json-schema.org/draft/2019-09/schema"), Draft::Draft2019);
  EXPECT_EQ(draft_of("https://json-schema.org/draft/next/schema"), std::nullopt);
}

}  // namespace
}  // namespace hotswap::schema
