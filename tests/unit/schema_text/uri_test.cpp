#include "domain/schema/text/uri.hpp"

#include <gtest/gtest.h>

#include <array>

namespace hotswap::schema {
namespace {

std::string whole(std::string_view base, std::string_view reference) {
  const auto uri = resolve(base, reference);
  return uri.fragment.empty() ? uri.absolute : uri.absolute + "#" + uri.fragment;
}

struct Example {
  std::string_view reference;
  std::string_view expected;
};

// RFC 3986 section 5.4.1 and 5.4.2, except the one that asks for the old, lax reading.
constexpr std::array kExamples = {
    Example{"g:h", "g:h"},
    Example{"g", "http://a/b/c/g"},
    Example{"./g", "http://a/b/c/g"},
    Example{"g/", "http://a/b/c/g/"},
    Example{"/g", "http://a/g"},
    Example{"//g", "http://g"},
    Example{"?y", "http://a/b/c/d;p?y"},
    Example{"g?y", "http://a/b/c/g?y"},
    Example{"#s", "http://a/b/c/d;p?q#s"},
    Example{"g#s", "http://a/b/c/g#s"},
    Example{"g?y#s", "http://a/b/c/g?y#s"},
    Example{";x", "http://a/b/c/;x"},
    Example{"g;x", "http://a/b/c/g;x"},
    Example{"g;x?y#s", "http://a/b/c/g;x?y#s"},
    Example{"", "http://a/b/c/d;p?q"},
    Example{".", "http://a/b/c/"},
    Example{"./", "http://a/b/c/"},
    Example{"..", "http://a/b/"},
    Example{"../", "http://a/b/"},
    Example{"../g", "http://a/b/g"},
    Example{"../..", "http://a/"},
    Example{"../../", "http://a/"},
    Example{"../../g", "http://a/g"},
    Example{"../../../g", "http://a/g"},
    Example{"../../../../g", "http://a/g"},
    Example{"/./g", "http://a/g"},
    Example{"/../g", "http://a/g"},
    Example{"g.", "http://a/b/c/g."},
    Example{".g", "http://a/b/c/.g"},
    Example{"g..", "http://a/b/c/g.."},
    Example{"..g", "http://a/b/c/..g"},
    Example{"./../g", "http://a/b/g"},
    Example{"./g/.", "http://a/b/c/g/"},
    Example{"g/./h", "http://a/b/c/g/h"},
    Example{"g/../h", "http://a/b/c/h"},
    Example{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
    Example{"g;x=1/../y", "http://a/b/c/y"},
    Example{"g?y/./x", "http://a/b/c/g?y/./x"},
    Example{"g?y/../x", "http://a/b/c/g?y/../x"},
    Example{"g#s/./x", "http://a/b/c/g#s/./x"},
    Example{"g#s/../x", "http://a/b/c/g#s/../x"},
    Example{"http:g", "http:g"},
};

TEST(Uri, ResolvesTheExamplesOfRfc3986) {
  for (const auto& [reference, expected] : kExamples)
    EXPECT_EQ(whole("http://a/b/c/d;p?q", reference), expected) << reference;
}

TEST(Uri, ResolvesAgainstAHostWithoutPath) {
  EXPECT_EQ(whole("http://example.com", "g/h"), "http://example.com/g/h");
  EXPECT_EQ(whole("http://example.com?q", ""), "http://example.com?q");
  EXPECT_EQ(whole("http://example.com?q", "g"), "http://example.com/g");
}

TEST(Uri, ResolvesReferencesThatHaveNoSlashes) {
  EXPECT_EQ(whole("hotswap:payments@1.2.0", "#/$defs/pool"), "hotswap:payments@1.2.0#/$defs/pool");
  EXPECT_EQ(whole("hotswap:payments@1.2.0", ""), "hotswap:payments@1.2.0");
  EXPECT_EQ(whole("hotswap:payments@1.2.0", "hotswap:pool@2.0.0#a"), "hotswap:pool@2.0.0#a");
  EXPECT_EQ(whole("hotswap:payments@1.2.0", "pool@2.0.0"), "hotswap:pool@2.0.0");
  EXPECT_EQ(whole("urn:uuid:deadbeef-4321-ffff-1234-feebdaed", "#bar"),
            "urn:uuid:deadbeef-4321-ffff-1234-feebdaed#bar");
  EXPECT_EQ(whole("urn:example:root", "urn:example:other"), "urn:example:other");
  EXPECT_EQ(whole("tag:example.com,2026:a", "?q"), "tag:example.com,2026:a?q");
}

TEST(Uri, ResolvesWithoutABase) {
  EXPECT_EQ(whole("", "schema.json#a"), "schema.json#a");
  EXPECT_EQ(whole("", ""), "");
  EXPECT_EQ(whole("", "#/definitions/a"), "#/definitions/a");
  EXPECT_EQ(whole("root.json", "other.json"), "other.json");
  EXPECT_EQ(whole("dir/root.json", "other.json"), "dir/other.json");
  EXPECT_EQ(whole("http://a/b#old", "#new"), "http://a/b#new");
  EXPECT_EQ(whole("http://a/b#old", ""), "http://a/b");
}

TEST(Uri, TakesAColonForASchemeOnlyAfterOne) {
  EXPECT_EQ(whole("http://a/b/c", "./x:y"), "http://a/b/x:y");
  EXPECT_EQ(whole("http://a/b/c", "1x:y"), "http://a/b/1x:y");
  EXPECT_EQ(whole("http://a/b/c", "?x:y"), "http://a/b/c?x:y");
  EXPECT_EQ(whole("http://a/b/c", "x/y:z"), "http://a/b/x/y:z");
}

TEST(Uri, DecodesTheFragment) {
  EXPECT_EQ(resolve("", "#/a%25b/c%22d/~1e").fragment, "/a%b/c\"d/~1e");
  EXPECT_EQ(resolve("", "#%c3%a9").fragment, "\u00e9");
  EXPECT_EQ(resolve("", "#a#b").fragment, "a#b");
}

TEST(Uri, KeepsEscapesThatAreNone) {
  EXPECT_EQ(resolve("", "#%").fragment, "%");
  EXPECT_EQ(resolve("", "#%4").fragment, "%4");
  EXPECT_EQ(resolve("", "#%zz%41").fragment, "%zzA");
}

}  // namespace
}  // namespace hotswap::schema
