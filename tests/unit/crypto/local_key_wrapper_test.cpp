#include "infrastructure/crypto/local_key_wrapper.hpp"

#include <gtest/gtest.h>

#include "infrastructure/crypto/aes_gcm.hpp"

namespace hotswap {
namespace {

const std::string kOne(64, '1');
const std::string kTwo(64, '2');

std::string reason_of(std::string_view text) {
  const auto keys = read_local_keys(text);
  return keys ? std::to_string(keys->size()) : keys.error().reason;
}

struct LocalKeys : ::testing::Test {
  AesGcm cipher;
  SecretText data_key = cipher.new_key();
  LocalKeyWrapper with(const std::string& text) {
    return LocalKeyWrapper(cipher, read_local_keys(text).value());
  }
};

TEST(LocalKeyText, takes_hexadecimal_and_base64_and_leaves_out_comments) {
  EXPECT_EQ(reason_of("# of 2026\n" + kOne + "\r\n\n  " + kTwo + "  \n"), "2");
  EXPECT_EQ(reason_of("ERERERERERERERERERERERERERERERERERERERERERE=\n"), "1");
  EXPECT_EQ(read_local_keys("ERERERERERERERERERERERERERERERERERERERERERE=")->front().id,
            read_local_keys(kOne)->front().id);
  EXPECT_EQ(reason_of(""), "0");
}

TEST(LocalKeyText, refuses_what_is_no_key_by_its_line_without_showing_it) {
  for (const auto& bad :
       {std::string("hunter2"), kOne.substr(1), kOne + "1", "x" + kOne.substr(1)}) {
    const auto keys = read_local_keys(kTwo + '\n' + bad);
    ASSERT_FALSE(keys) << bad;
    EXPECT_EQ(keys.error().reason, "secret.bad_key");
    EXPECT_TRUE(keys.error().detail.contains("Line 2"));
    EXPECT_FALSE(keys.error().detail.contains(bad));
  }
}

TEST(LocalKeyText, a_written_line_is_read_back) {
  AesGcm cipher;
  const auto key = cipher.new_key();
  const auto line = local_key_line(key);
  const auto read = read_local_keys(line.view());
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().key.view(), key.view());
  EXPECT_EQ(read->front().id, local_key_id(key));
  EXPECT_FALSE(std::string(line.view()).contains(read->front().id.substr(6)));
}

TEST_F(LocalKeys, the_first_wraps_and_all_unwrap) {
  auto old = with(kOne);
  const auto wrapped = old.wrap(data_key, "c");
  ASSERT_TRUE(wrapped);
  auto both = with(kTwo + '\n' + kOne);
  EXPECT_EQ(both.unwrap(*wrapped, "c")->view(), data_key.view());
  EXPECT_EQ(both.wrap(data_key, "c")->key_id, with(kTwo).current());
  EXPECT_NE(both.current(), old.current());
}

TEST_F(LocalKeys, a_wrapped_key_holds_for_its_purpose_only) {
  auto keys = with(kOne);
  const auto wrapped = keys.wrap(data_key, "version 1.0.0");
  EXPECT_EQ(keys.unwrap(*wrapped, "version 1.0.1").error().reason, "secret.damaged");
}

TEST_F(LocalKeys, a_key_that_is_not_there_is_named) {
  const auto wrapped = with(kOne).wrap(data_key, "c");
  const auto refused = with(kTwo).unwrap(*wrapped, "c");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "secret.key_missing");
  EXPECT_TRUE(refused.error().detail.contains(wrapped->key_id));
}

TEST_F(LocalKeys, a_key_that_was_added_meanwhile_is_read) {
  std::string file = kOne;
  LocalKeyWrapper keys(cipher, read_local_keys(file).value(),
                       [&] { return read_local_keys(file); });
  const auto wrapped = with(kTwo).wrap(data_key, "c");
  EXPECT_FALSE(keys.unwrap(*wrapped, "c"));
  file += '\n' + kTwo;
  EXPECT_EQ(keys.unwrap(*wrapped, "c")->view(), data_key.view());
  EXPECT_EQ(keys.current(), with(kOne).current()) << "the first is still the first";
}

TEST_F(LocalKeys, without_a_key_nothing_is_wrapped_and_the_remedy_is_said) {
  auto none = with("");
  EXPECT_EQ(none.current(), "");
  const auto refused = none.wrap(data_key, "c");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "secret.no_key");
  EXPECT_TRUE(refused.error().detail.contains("--secret-keys-file"));
}

}  // namespace
}  // namespace hotswap
