#include <gtest/gtest.h>

#include "cli/bundle/mask.hpp"

namespace hotswap::cli {
namespace {

struct Case {
  std::string_view text, shown;
};

TEST(BundleMask, masks_what_looks_like_a_secret) {
  for (const Case& each :
       {Case{"a eyJhbGciOi.eyJzdWIi.c2ln-_x b", "a ••• b"},
        {"Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer •••"},
        {"authorization: bearer abcdefgh123", "authorization: bearer •••"},
        {"postgres://ann:s3cret@db:5432/x", "postgres://•••@db:5432/x"},
        {"redis://:s3cret@db", "redis://•••@db"},
        {"x -----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY----- y", "x ••• y"},
        {"the token is mytoken-4711!", "the token is •••!"}}) {
    const auto masked = mask_text(each.text, {"mytoken-4711"});
    EXPECT_EQ(masked.text, each.shown);
    EXPECT_EQ(masked.count, 1U) << each.text;
  }
}

TEST(BundleMask, leaves_alone_what_is_none) {
  for (const auto* text :
       {"https://n1.example:8400/health", "mail ann@example.org", "bearer of news", "eyJust words",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "", "sha256 4711",
        "http://a/b?x=@y"})
    EXPECT_EQ(mask_text(text, {"short"}).count, 0U) << text;
}

TEST(BundleMask, finds_all_of_them) {
  const auto masked = mask_text("t0ken-abcd t0ken-abcd ftp://u:p@h", {"t0ken-abcd"});
  EXPECT_EQ(masked.text, "••• ••• ftp://•••@h");
  EXPECT_EQ(masked.count, 3U);
}

}  // namespace
}  // namespace hotswap::cli
