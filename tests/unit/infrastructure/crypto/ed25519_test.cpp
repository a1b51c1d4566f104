#include "infrastructure/crypto/ed25519.hpp"

#include <gtest/gtest.h>

namespace hotswap::crypto {
namespace {

std::string raw(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

struct Vector {
  const char *seed, *key, *text, *signature;
};

// RFC 8032, 7.1: TEST 1, 2, 3 and SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}};

TEST(Ed25519, signs_as_rfc_8032_does) {
  for (const auto& vector : kVectors) {
    const auto key = Ed25519Key::read(vector.seed);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->public_key(), vector.key);
    EXPECT_EQ(key->sign(raw(vector.text)), vector.signature);
    EXPECT_TRUE(ed25519_verify(vector.key, raw(vector.text), vector.signature));
  }
}

TEST(Ed25519, anything_else_is_no_signature) {
  const auto& vector = kVectors[1];
  const std::string good = vector.signature;
  EXPECT_FALSE(ed25519_verify(vector.key, "s", good));
  EXPECT_FALSE(ed25519_verify(kVectors[0].key, raw(vector.text), good));
  EXPECT_FALSE(ed25519_verify(vector.key, raw(vector.text), ""));
  EXPECT_FALSE(ed25519_verify(vector.key, raw(vector.text), good + "00"));
  EXPECT_FALSE(ed25519_verify(vector.key, raw(vector.text), std::string(128, '0')));
  EXPECT_FALSE(ed25519_verify(vector.key, raw(vector.text), std::string(128, 'f')));
  EXPECT_FALSE(ed25519_verify("", raw(vector.text), good));
  EXPECT_FALSE(ed25519_verify(std::string(64, 'x'), raw(vector.text), good));
  for (std::size_t i = 0; i < good.size(); i += 7) {
    auto altered = good;
    altered[i] = altered[i] == '0' ? '1' : '0';
    EXPECT_FALSE(ed25519_verify(vector.key, raw(vector.text), altered)) << i;
  }
}

constexpr auto kPrivatePem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr auto kPublicPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";

TEST(Ed25519, takes_keys_as_hexadecimal_text_and_as_pem) {
  const auto key = Ed25519Key::read(kPrivatePem);
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->public_key(), kVectors[0].key);
  EXPECT_EQ(read_ed25519_public(kPublicPem), kVectors[0].key);
  EXPECT_EQ(read_ed25519_public(std::string(kVectors[0].key) + "\n"), kVectors[0].key);
  EXPECT_EQ(Ed25519Key::read(std::string(kVectors[0].seed) + "\n")->public_key(), kVectors[0].key);
}

TEST(Ed25519, refuses_what_is_no_key) {
  for (const auto* text : {"", "00", "-----BEGIN PRIVATE KEY-----\nMC4=\n", kPublicPem,
                           "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n"})
    EXPECT_EQ(Ed25519Key::read(text).error().reason, "key.invalid") << text;
  for (const auto* text : {"", "00", kPrivatePem, "-----BEGIN PUBLIC KEY-----\nMC4=\n"})
    EXPECT_EQ(read_ed25519_public(text).error().reason, "key.invalid") << text;
}

TEST(Ed25519, new_keys_differ_and_work) {
  const auto first = new_ed25519_seed();
  EXPECT_NE(first, new_ed25519_seed());
  const auto key = Ed25519Key::read(first);
  ASSERT_TRUE(key);
  EXPECT_TRUE(ed25519_verify(key->public_key(), "text", key->sign("text")));
}

}  // namespace
}  // namespace hotswap::crypto
