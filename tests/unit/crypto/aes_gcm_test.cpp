#include "infrastructure/crypto/aes_gcm.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hotswap {
namespace {

std::string bytes_of(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return out;
}

struct AesGcmTest : ::testing::Test {
  AesGcm cipher;
  SecretText key = cipher.new_key();
  [[nodiscard]] std::string reason(const SecretText& with, std::string_view sealed,
                                   std::string_view context) {
    const auto opened = cipher.open(with, sealed, context);
    return opened ? "opened" : opened.error().reason;
  }
};

// Test case 16 of "The Galois/Counter Mode of Operation" by McGrew and Viega: AES-256, with
// associated data.
TEST_F(AesGcmTest, opens_what_the_authors_of_the_mode_have_sealed) {
  const SecretText known(
      bytes_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const auto sealed = bytes_of(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened =
      cipher.open(known, sealed, bytes_of("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->view(),
            bytes_of("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
}

TEST_F(AesGcmTest, what_is_sealed_opens_with_the_same_key_and_context_only) {
  const auto sealed = cipher.seal(key, "hunter2", "profile 1.0.0 /password");
  EXPECT_EQ(cipher.open(key, sealed, "profile 1.0.0 /password")->view(), "hunter2");
  EXPECT_EQ(reason(key, sealed, "profile 1.0.1 /password"), "secret.damaged");
  EXPECT_EQ(reason(cipher.new_key(), sealed, "profile 1.0.0 /password"), "secret.damaged");
  EXPECT_EQ(reason(SecretText("short"), sealed, "profile 1.0.0 /password"), "secret.damaged");
}

TEST_F(AesGcmTest, no_bit_of_it_can_be_changed_and_none_left_out) {
  const auto sealed = cipher.seal(key, "hunter2", "c");
  for (std::size_t i = 0; i < sealed.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_EQ(reason(key, changed, "c"), "secret.damaged") << i << ' ' << bit;
    }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_EQ(reason(key, sealed.substr(0, size), "c"), "secret.damaged") << size;
}

TEST_F(AesGcmTest, nothing_and_much_can_be_sealed_and_the_plain_text_is_not_in_it) {
  const std::string much(1 << 20, 's');
  for (const auto& text : {std::string(), much}) {
    const auto sealed = cipher.seal(key, text, "");
    EXPECT_EQ(sealed.size(), text.size() + 28);
    EXPECT_EQ(sealed.find("ssssssss"), std::string::npos);
    EXPECT_EQ(cipher.open(key, sealed, "")->view(), text);
  }
}

TEST_F(AesGcmTest, the_same_text_is_never_sealed_the_same_way_and_no_key_comes_twice) {
  std::set<std::string> seen, keys;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(cipher.seal(key, "x", "c"));
    keys.insert(std::string(cipher.new_key().view()));
  }
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(keys.size(), 1000U);
}

}  // namespace
}  // namespace hotswap
