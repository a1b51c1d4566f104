#include "infrastructure/s3/settings.hpp"

#include <gtest/gtest.h>

namespace hotswap::s3 {
namespace {

TEST(Place, is_a_bucket_and_perhaps_a_prefix) {
  EXPECT_EQ(read_place("s3://my.bucket-1")->bucket, "my.bucket-1");
  EXPECT_EQ(read_place("s3://my.bucket-1")->prefix, "");
  EXPECT_EQ(read_place("s3://bucket/")->prefix, "");
  EXPECT_EQ(read_place("s3://bucket//Team_A/hot-swap/")->prefix, "Team_A/hot-swap");
  for (const auto* bad : {"bucket", "s3:bucket", "s3://", "s3://ab", "s3://Bucket", "s3://-ab",
                          "s3://bucket/a b", "s3://bucket/a//b", "s3://bucket/../b", "s3://b?x"})
    EXPECT_EQ(read_place(bad).error().reason, "archive.invalid") << bad;
}

TEST(Credentials, are_read_as_other_clients_of_s3_write_them) {
  const auto found = read_credentials(
      "# a comment\n[work]\naws_access_key_id=other\naws_secret_access_key=other\n"
      "[default]\r\naws_access_key_id = AK\r\n aws_secret_access_key=s3cr=t+/ \n"
      "aws_session_token = tok\n; more\nregion = eu-west-1\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key, "AK");
  EXPECT_EQ(found->secret_key, "s3cr=t+/");
  EXPECT_EQ(found->session_token, "tok");
  EXPECT_TRUE(read_credentials("aws_access_key_id=a\naws_secret_access_key=b"));
}

TEST(Credentials, of_which_a_part_is_missing_are_refused_without_telling_the_rest) {
  for (const auto* text : {"", "aws_access_key_id = AKIDEXAMPLE",
                           "[work]\naws_access_key_id=AKID\n"
                           "aws_secret_access_key=x",
                           "aws_secret_access_key = s3cret\nnonsense", "=", "AKIDEXAMPLE"}) {
    const auto found = read_credentials(text);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().reason, "archive.credentials");
    EXPECT_FALSE(found.error().detail.contains("s3cret"));
    EXPECT_FALSE(found.error().detail.contains("AKID"));
  }
}

}  // namespace
}  // namespace hotswap::s3
