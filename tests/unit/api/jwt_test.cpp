#include "api/auth/jwt.hpp"

#include <gtest/gtest.h>

#include "api/auth/base64url.hpp"
#include "api/auth/token_verifier.hpp"
#include "domain/base/sha256.hpp"
#include "testing/fake_clock.hpp"

namespace hotswap::api {
namespace {

const std::string kKey = "0123456789abcdef0123456789abcdef";
const WallTime kNow{std::chrono::hours(24 * 365 * 56)};

TokenPolicy policy() {
  TokenPolicy out;
  out.keys = {kKey};
  return out;
}

Claims claims_of_ann() {
  Claims claims;
  claims.principal.subject = "ann";
  claims.principal.roles = {Role::Operator, Role::Viewer};
  claims.principal.teams = {"payments"};
  claims.expires = kNow + std::chrono::hours(1);
  return claims;
}

std::string bytes(const std::array<std::uint8_t, 32>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// A token with these texts, rightly signed by RFC 2104's HMAC, written out.
std::string signed_token(const std::string& header, const std::string& payload) {
  const auto text = base64url_encode(header) + '.' + base64url_encode(payload);
  std::string inner(64, '\x36'), outer(64, '\x5c');
  for (std::size_t i = 0; i < kKey.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ kKey[i]);
    outer[i] = static_cast<char>(outer[i] ^ kKey[i]);
  }
  return text + '.' + base64url_encode(bytes(sha256(outer + bytes(sha256(inner + text)))));
}

void expect_refused(const Result<Claims>& result) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Unauthenticated);
  EXPECT_EQ(result.error().reason, "auth.required");
  EXPECT_EQ(result.error().detail, unauthenticated("").detail);
}

TEST(Jwt, VerifiesWhatWasMinted) {
  auto claims = claims_of_ann();
  claims.principal.instance = InstanceId("i-1");
  claims.principal.service = ServiceName("pay");
  claims.principal.environment = "Production";
  const auto verified = verify(mint(claims, kKey), policy(), kNow);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->principal.subject, "ann");
  EXPECT_EQ(verified->principal.roles, claims.principal.roles);
  EXPECT_EQ(verified->principal.teams, claims.principal.teams);
  EXPECT_EQ(verified->principal.instance, claims.principal.instance);
  EXPECT_EQ(verified->principal.service, claims.principal.service);
  EXPECT_EQ(verified->principal.environment, claims.principal.environment);
}

TEST(Jwt, AcceptsTheVectorOfRfc7515AppendixA1) {
  const auto key = base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  ASSERT_TRUE(key);
  auto rfc = policy();
  rfc.keys = {*key};
  rfc.subject_claim = "iss";  // the RFC's token names no subject
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
      "VlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const WallTime before(std::chrono::seconds(1300819000));
  EXPECT_TRUE(verify(token, rfc, before));
  expect_refused(verify(token, rfc, kNow));
}

TEST(Jwt, RefusesAnotherKeyAndAcceptsAnOlderOneOfOurs) {
  const auto token = mint(claims_of_ann(), kKey);
  auto other = policy();
  other.keys = {std::string(32, 'x')};
  expect_refused(verify(token, other, kNow));
  other.keys.push_back(kKey);
  EXPECT_TRUE(verify(token, other, kNow));
}

TEST(Jwt, RefusesEveryOtherAlgorithmEvenUnsigned) {
  const auto payload = R"({"sub":"ann","exp":9999999999})";
  ASSERT_TRUE(verify(signed_token(R"({"alg":"HS256"})", payload), policy(), kNow));
  for (const auto* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":"RS256"})",
        R"({"typ":"JWT"})", R"({"alg":["HS256"]})", R"({"alg":"HS256","crit":["x"]})",
        R"({"alg":"HS256","alg":"none"})"}) {
    expect_refused(verify(signed_token(header, payload), policy(), kNow));
  }
}

TEST(Jwt, RefusesPayloadsOfAWrongShapeThoughSigned) {
  for (const auto* payload :
       {R"({"sub":"ann"})", R"({"exp":9999999999})", R"({"sub":"","exp":9999999999})",
        R"({"sub":7,"exp":9999999999})", R"({"sub":"ann","exp":"soon"})",
        R"({"sub":"ann","exp":1e400})", R"({"sub":"ann","exp":-1})",
        R"({"sub":"ann","exp":9999999999,"roles":[1]})",
        R"({"sub":"ann","sub":"bob","exp":9999999999})", R"([1])", "no json",
        R"({"sub":"ann","exp":9999999999,"iat":9999999999})"}) {
    expect_refused(verify(signed_token(R"({"alg":"HS256"})", payload), policy(), kNow));
  }
}

TEST(Jwt, ReadsRolesAsListOrWordsAndPassesOverForeignOnes) {
  const auto header = R"({"alg":"HS256"})";
  const auto list =
      verify(signed_token(header, R"({"sub":"a","exp":9999999999,"roles":["admin","chef"]})"),
             policy(), kNow);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->principal.roles, std::vector{Role::Admin});
  const auto words =
      verify(signed_token(header, R"({"sub":"a","exp":9999999999,"roles":"Viewer  Operator"})"),
             policy(), kNow);
  ASSERT_TRUE(words);
  EXPECT_EQ(words->principal.roles, (std::vector{Role::Viewer, Role::Operator}));
}

TEST(Jwt, RefusesAnyChangedByteAndAnyTruncation) {
  const auto token = mint(claims_of_ann(), kKey);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed != token) expect_refused(verify(changed, policy(), kNow));
    expect_refused(verify(token.substr(0, i), policy(), kNow));
  }
  expect_refused(verify(token + "=", policy(), kNow));
  expect_refused(verify(token + ".x", policy(), kNow));
  expect_refused(verify(std::string(kTokenBytes + 1, 'a'), policy(), kNow));
}

TEST(Jwt, ToleratesSixtySecondsOfClockDifferenceAndNoMore) {
  auto claims = claims_of_ann();
  claims.expires = kNow;
  const auto expired = mint(claims, kKey);
  EXPECT_TRUE(verify(expired, policy(), kNow + std::chrono::seconds(59)));
  expect_refused(verify(expired, policy(), kNow + std::chrono::seconds(60)));
  claims.expires = kNow + std::chrono::hours(2);
  claims.not_before = kNow + std::chrono::seconds(60);
  const auto early = mint(claims, kKey);
  EXPECT_TRUE(verify(early, policy(), kNow));
  expect_refused(verify(early, policy(), kNow - std::chrono::seconds(1)));
}

TEST(Jwt, ChecksIssuerAndAudienceWhereTheyAreAsked) {
  auto strict = policy();
  strict.issuer = "us";
  strict.audience = "hotswap";
  auto claims = claims_of_ann();
  expect_refused(verify(mint(claims, kKey), strict, kNow));
  claims.issuer = "us";
  claims.audience = {"other", "hotswap"};
  EXPECT_TRUE(verify(mint(claims, kKey), strict, kNow));
  claims.audience = {"other"};
  expect_refused(verify(mint(claims, kKey), strict, kNow));
}

TEST(Base64Url, HasOneTextPerValue) {
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
  for (const auto* bad : {"-_9", "-_8=", "+/8", "a", "a b", "-_8\n"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
}

TEST(TokenVerifier, RemembersATokenOnlyAsLongAsItIsValid) {
  hotswap::testing::FakeClock clock(kNow);
  TokenVerifier tokens(policy(), clock);
  const auto token = mint(claims_of_ann(), kKey);
  const auto first = tokens.verify(token);
  ASSERT_TRUE(first);
  const auto second = tokens.verify(token);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->get(), second->get());
  clock.advance(std::chrono::hours(1) + kTokenLeeway);
  EXPECT_FALSE(tokens.verify(token));
}

TEST(TokenVerifier, MintsTokensThatSpeakForOneInstance) {
  hotswap::testing::FakeClock clock(kNow);
  TokenVerifier tokens(policy(), clock);
  const auto token = tokens.mint_instance(InstanceId("i-1"), ServiceName("pay"), "Production");
  const auto who = tokens.verify(token);
  ASSERT_TRUE(who);
  EXPECT_EQ((*who)->instance, InstanceId("i-1"));
  EXPECT_TRUE((*who)->has(Role::Instance));
}

}  // namespace
}  // namespace hotswap::api
