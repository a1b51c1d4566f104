#include "api/auth/jwt.hpp"

#include <gtest/gtest.h>

#include "unit/auth/tokens.hpp"

namespace hotswap::api::testing {
namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

Key key() { return *Key::secret(Algorithm::HS256, kSecret); }
KeySet keys() { return set_of({key()}); }

Claims claims_of_ann() {
  Claims claims;
  claims.principal.subject = "ann";
  claims.principal.roles = {Role::Operator, Role::Viewer};
  claims.principal.teams = {"payments"};
  claims.expires = kNow + std::chrono::hours(1);
  return claims;
}

Result<Claims> verify_now(const std::string& token, const TokenPolicy& policy = {}) {
  return verify(token, keys(), policy, kNow);
}

TEST(Jwt, VerifiesWhatWasMintedByEveryAlgorithm) {
  auto claims = claims_of_ann();
  claims.principal.instance = InstanceId("i-1");
  claims.principal.service = ServiceName("pay");
  claims.principal.environment = "Production";
  for (const auto algorithm : kAlgorithms) {
    const auto signer = make_key(algorithm, "k1");
    const auto verified = verify(mint(claims, signer), set_of({signer}), {}, kNow);
    ASSERT_TRUE(verified) << to_string(algorithm) << ": " << verified.error().internal;
    EXPECT_EQ(verified->principal.subject, "ann");
    EXPECT_EQ(verified->principal.roles, claims.principal.roles);
    EXPECT_EQ(verified->principal.teams, claims.principal.teams);
    EXPECT_EQ(verified->principal.instance, claims.principal.instance);
    EXPECT_EQ(verified->principal.service, claims.principal.service);
    EXPECT_EQ(verified->principal.environment, claims.principal.environment);
    EXPECT_EQ(verified->principal.expires, claims.expires);
  }
}

TEST(Jwt, NoAlgorithmsKeyTakesAnothersSignature) {
  for (const auto mine : kAlgorithms) {
    const auto signer = make_key(mine);
    const auto token = mint(claims_of_ann(), signer);
    for (const auto other : kAlgorithms) {
      if (other == mine) continue;
      expect_refused(
          verify(token, set_of({make_key(other)}), {}, kNow),
          std::string(to_string(mine)) + " by a key for " + std::string(to_string(other)));
    }
  }
}

TEST(Jwt, RefusesAnotherKeyAndAcceptsAnOlderOneOfOurs) {
  const auto token = mint(claims_of_ann(), key());
  const auto other = *Key::secret(Algorithm::HS256, std::string(32, 'x'));
  expect_refused(verify(token, set_of({other}), {}, kNow));
  EXPECT_TRUE(verify(token, set_of({other, key()}), {}, kNow));
}

TEST(Jwt, RefusesPayloadsOfAWrongShapeThoughSigned) {
  for (const auto* payload :
       {R"({"sub":"ann"})", R"({"exp":9999999999})", R"({"sub":"","exp":9999999999})",
        R"({"sub":7,"exp":9999999999})", R"({"sub":"ann","exp":"soon"})",
        R"({"sub":"ann","exp":1e400})", R"({"sub":"ann","exp":-1})",
        R"({"sub":"ann","exp":9999999999,"roles":[1]})",
        R"({"sub":"ann","sub":"bob","exp":9999999999})", R"([1])", "no json", "", "null",
        R"({"sub":"ann","exp":9999999999,"iat":9999999999})",
        R"({"sub":"ann\u0000admin","exp":9999999999})"}) {
    expect_refused(verify_now(signed_token(R"({"alg":"HS256"})", payload, key())), payload);
  }
}

TEST(Jwt, ReadsRolesAsListOrWordsAndPassesOverForeignOnes) {
  const auto header = R"({"alg":"HS256"})";
  const auto list = verify_now(signed_token(
      header, R"({"sub":"a","exp":9999999999,"roles":["admin","chef","Admin"]})", key()));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->principal.roles, std::vector{Role::Admin});
  const auto words = verify_now(
      signed_token(header, R"({"sub":"a","exp":9999999999,"roles":"Viewer  Operator"})", key()));
  ASSERT_TRUE(words);
  EXPECT_EQ(words->principal.roles, (std::vector{Role::Viewer, Role::Operator}));
}

TEST(Jwt, RefusesAnyChangedByteAndAnyTruncation) {
  const auto token = mint(claims_of_ann(), key());
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed != token) expect_refused(verify_now(changed));
    expect_refused(verify_now(token.substr(0, i)));
  }
  expect_refused(verify_now(token + "="));
  expect_refused(verify_now(token + ".x"));
  expect_refused(verify_now(std::string(kTokenBytes + 1, 'a')));
}

TEST(Jwt, ToleratesSixtySecondsOfClockDifferenceAndNoMore) {
  auto claims = claims_of_ann();
  claims.expires = kNow;
  const auto expired = mint(claims, key());
  EXPECT_TRUE(verify(expired, keys(), {}, kNow + std::chrono::seconds(59)));
  expect_refused(verify(expired, keys(), {}, kNow + std::chrono::seconds(60)));
  claims.expires = kNow + std::chrono::hours(2);
  claims.not_before = kNow + std::chrono::seconds(60);
  const auto early = mint(claims, key());
  EXPECT_TRUE(verify_now(early));
  expect_refused(verify(early, keys(), {}, kNow - std::chrono::seconds(1)));
}

TEST(Jwt, ChecksIssuerAndAudienceWhereTheyAreAsked) {
  TokenPolicy strict;
  strict.issuer = "us";
  strict.audiences = {"hotswap", "hotswap-staging"};
  auto claims = claims_of_ann();
  expect_refused(verify_now(mint(claims, key()), strict));
  claims.issuer = "us";
  claims.audience = {"other", "hotswap"};
  EXPECT_TRUE(verify_now(mint(claims, key()), strict));
  claims.audience = {"hotswap-staging"};
  EXPECT_TRUE(verify_now(mint(claims, key()), strict));
  claims.audience = {"other"};
  expect_refused(verify_now(mint(claims, key()), strict));
  claims.audience = {"hotswap"};
  claims.issuer = "us/";
  expect_refused(verify_now(mint(claims, key()), strict));
}

TEST(Jwt, ChecksTheTypeWhereItIsAsked) {
  TokenPolicy strict;
  strict.types = {"at+jwt"};
  const auto typed = [](const std::string& type) {
    return signed_token(R"({"alg":"HS256","typ":")" + type + R"("})", kPayload, key());
  };
  EXPECT_TRUE(verify_now(typed("at+jwt"), strict));
  EXPECT_TRUE(verify_now(typed("application/AT+JWT"), strict));
  expect_refused(verify_now(typed("JWT"), strict));
  expect_refused(verify_now(signed_token(R"({"alg":"HS256"})", kPayload, key()), strict));
}

TEST(Base64Url, HasOneTextPerValue) {
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
  for (const auto* bad : {"-_9", "-_8=", "+/8", "a", "a b", "-_8\n"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
}

}  // namespace
}  // namespace hotswap::api::testing
