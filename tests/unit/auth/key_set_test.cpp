#include "api/auth/key_set.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "unit/auth/tokens.hpp"

namespace hotswap::api::testing {
namespace {

constexpr auto kLocal = KeyOrigin::Local;
constexpr auto kRemote = KeyOrigin::Remote;

/// PEM of a key, its private half too or not.
std::string pem(const std::shared_ptr<EVP_PKEY>& key, bool with_private) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (with_private) {
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  } else {
    PEM_write_bio_PUBKEY(bio.get(), key.get());
  }
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

const std::string kX = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const std::string kPublic = R"({"kty":"OKP","crv":"Ed25519","kid":"a","x":")" + kX + "\"}";
const std::string kPrivate =
    R"({"kty":"OKP","crv":"Ed25519","kid":"a","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDus)"
    R"(Axyuf2A","x":")" +
    kX + "\"}";
const std::string kOct =
    R"({"kty":"oct","kid":"s","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})";

std::string jwks(const std::string& keys) { return R"({"keys":[)" + keys + "]}"; }

void expect_bad(const Result<KeySet>& set, const std::string& part) {
  ASSERT_FALSE(set) << part;
  EXPECT_EQ(set.error().code, ErrorCode::Invalid);
  EXPECT_EQ(set.error().reason, "token.key");
  EXPECT_TRUE(set.error().detail.contains(part)) << set.error().detail;
}

TEST(KeySet, ReadsPemOfEveryKindAndPinsItsAlgorithm) {
  for (const auto& [kind, algorithm] :
       {std::pair(KeyKind::Rsa, Algorithm::RS256), std::pair(KeyKind::P256, Algorithm::ES256),
        std::pair(KeyKind::P384, Algorithm::ES384), std::pair(KeyKind::P521, Algorithm::ES512),
        std::pair(KeyKind::Ed25519, Algorithm::EdDSA)}) {
    const auto material = make_material(kind);
    for (const bool with_private : {true, false}) {
      const auto set = read_keys(pem(material, with_private), kLocal);
      ASSERT_TRUE(set) << set.error().detail;
      ASSERT_EQ(set->keys.size(), 1u);
      EXPECT_EQ(set->keys[0].algorithm(), algorithm);
      EXPECT_EQ(set->keys[0].can_sign(), with_private);
    }
  }
}

TEST(KeySet, ReadsSeveralPemKeysAndRsaForTheAlgorithmAsked) {
  const auto text = "# ours\n" + pem(make_material(KeyKind::Rsa), false) +
                    pem(make_material(KeyKind::P256), true);
  const auto set = read_keys(text, kLocal, Algorithm::PS512);
  ASSERT_TRUE(set) << set.error().detail;
  ASSERT_EQ(set->keys.size(), 2u);
  EXPECT_EQ(set->keys[0].algorithm(), Algorithm::PS512);
  EXPECT_EQ(set->signing(), &set->keys[1]);
}

TEST(KeySet, RefusesWeakRsa) {
  const auto weak = owned(EVP_RSA_gen(1024));
  expect_bad(read_keys(pem(weak, false), kLocal), "2048");
}

TEST(KeySet, RefusesEncryptedPemWithoutAskingForAPassword) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  const auto key = make_material(KeyKind::P256);
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(), "secret", 6, nullptr,
                                nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  expect_bad(read_keys({text, static_cast<std::size_t>(size)}, kLocal), "encrypted");
}

TEST(KeySet, TakesASecretAsItStands) {
  const auto set = read_keys("0123456789abcdef0123456789abcdef", kLocal);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->keys[0].algorithm(), Algorithm::HS256);
  expect_bad(read_keys("short", kLocal), "32 bytes");
}

TEST(KeySet, NeverTakesAPublicKeyForASecret) {
  const auto rsa = pem(make_material(KeyKind::Rsa), false);
  for (const auto& text :
       {rsa.substr(0, 100), rsa.substr(0, rsa.size() - 20),
        std::string(R"({"keys":[{"kty":"RSA","n":"abcdefghijklmnopqrstuvwxyz)"),
        std::string("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 ann@host"),
        std::string("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabg"),
        std::string("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo"),
        std::string(R"([{"kty":"oct","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG"}])"),
        std::string(R"({"kty":"RSA"})")}) {
    EXPECT_FALSE(read_keys(text, kLocal)) << text.substr(0, 40);
  }
}

TEST(KeySet, PassesOverWhatIsNotForSignaturesOfARemoteSet) {
  const auto set = read_keys(
      jwks(kPublic + R"(,{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB","kid":"e"})"
                     R"(,{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","alg":"ES256K","kid":"k"})"
                     R"(,{"kty":"RSA","alg":"RSA-OAEP","n":"AQAB","e":"AQAB","kid":"o"})"
                     R"(,{"kty":"AKP","kid":"new"})"
                     R"(,{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"weak"})"),
      kRemote);
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->keys.size(), 1u);
  EXPECT_EQ(set->passed_over.size(), 5u);
}

TEST(KeySet, APublishedSecretOrPrivateHalfIsNeverUsed) {
  for (const auto& key : {kOct, kPrivate}) {
    expect_bad(read_keys(jwks(key), kRemote), "no key that can be used");
  }
  EXPECT_TRUE(read_keys(kPrivate, kLocal));
  EXPECT_TRUE(read_keys(jwks(kPrivate + ',' + kOct), kLocal));
}

TEST(KeySet, SecretsAndPublicKeysDoNotMix) {
  expect_bad(read_keys(jwks(kPublic + ',' + kOct), kLocal), "mixed");
}

TEST(KeySet, ALocalSetWithABrokenKeyIsRefusedWhole) {
  for (const auto* key :
       {R"({"kty":"OKP","crv":"Ed25519","x":"AA"})", R"({"kty":"oct","k":"c2hvcnQ"})",
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":)"
        R"("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",
        R"({"kty":"oct","alg":"RS256","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})",
        R"({"kty":"RSA","n":"AQAB","e":"AQ"})"}) {
    const auto set = read_keys(key, kLocal);
    ASSERT_FALSE(set) << key;
    EXPECT_FALSE(set.error().detail.contains("hJtX")) << "key material in " << set.error().detail;
  }
}

TEST(KeySet, APrivateHalfOfAnotherKeyIsRefused) {
  EXPECT_FALSE(read_keys(
      R"({"kty":"OKP","crv":"Ed25519","d":"AAGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":")" +
          kX + "\"}",
      kLocal));
  const auto p256 =
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":")";
  EXPECT_TRUE(
      read_keys(std::string(p256) + R"(jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})", kLocal));
  EXPECT_FALSE(
      read_keys(std::string(p256) + R"(kpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})", kLocal));
}

TEST(KeySet, ChoosesByNameThenTheNamelessAndNeverTriesMany) {
  const auto named = make_key(Algorithm::HS256, "a");
  const auto nameless = make_key(Algorithm::HS256);
  const auto other = make_key(Algorithm::HS512, "a");
  const auto set = set_of({named, nameless, other});
  using Found = std::vector<const Key*>;
  EXPECT_EQ(set.candidates(Algorithm::HS256, "a"), Found{&set.keys[0]});
  EXPECT_EQ(set.candidates(Algorithm::HS256, "b"), Found{&set.keys[1]});
  EXPECT_EQ(set.candidates(Algorithm::HS256, ""), (Found{&set.keys[0], &set.keys[1]}));
  EXPECT_EQ(set.candidates(Algorithm::HS512, "a"), Found{&set.keys[2]});
  EXPECT_TRUE(set.candidates(Algorithm::ES256, "a").empty());
  const auto many = set_of(std::vector<Key>(40, nameless));
  EXPECT_EQ(many.candidates(Algorithm::HS256, "").size(), kKeysTried);
}

TEST(KeySet, KnowsWhetherAnythingChanged) {
  const auto one = *read_keys(jwks(kPublic), kRemote);
  EXPECT_TRUE(one.same_as(*read_keys(" " + jwks(kPublic), kRemote)));
  EXPECT_FALSE(one.same_as(KeySet()));
  EXPECT_FALSE(one.same_as(*read_keys(pem(make_material(KeyKind::Ed25519), false), kLocal)));
}

TEST(KeySet, BoundsWhatItReads) {
  std::string many;
  for (int i = 0; i < 65; ++i) many += (many.empty() ? "" : ",") + kPublic;
  expect_bad(read_keys(jwks(many), kRemote), "more than 64");
  expect_bad(read_keys(std::string(kKeySetBytes + 1, ' '), kRemote), "256 KiB");
}

}  // namespace
}  // namespace hotswap::api::testing
