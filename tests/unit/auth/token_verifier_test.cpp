#include "api/auth/token_verifier.hpp"

#include <gtest/gtest.h>

#include "testing/fake_clock.hpp"
#include "unit/auth/tokens.hpp"

namespace hotswap::api::testing {
namespace {

using namespace std::chrono_literals;

struct Verifier : ::testing::Test {
  hotswap::testing::FakeClock clock{kNow};
  Key own = make_key(Algorithm::HS256);
  Key theirs = make_key(Algorithm::ES256, "k1");
  TokenVerifier tokens{issuers(), clock, 1h};

  std::vector<TokenIssuer> issuers() {
    TokenIssuer us;
    us.keys = set_of({own});
    TokenIssuer them;
    them.policy.issuer = "https://sso.example";
    them.policy.audiences = {"hotswap"};
    them.policy.own = false;
    return {us, them};
  }
  [[nodiscard]] Claims claims_of(const std::string& subject, const std::string& issuer = {}) const {
    Claims claims;
    claims.principal.subject = subject;
    claims.principal.roles = {Role::Viewer};
    claims.expires = clock.wall() + 1h;
    claims.issued_at = clock.wall();
    claims.issuer = issuer;
    claims.audience = {"hotswap"};
    return claims;
  }
  [[nodiscard]] std::string foreign(const Key& key) const {
    return mint(claims_of("bob", "https://sso.example"), key);
  }
};

TEST_F(Verifier, RemembersATokenOnlyAsLongAsItIsValid) {
  const auto token = mint(claims_of("ann"), own);
  const auto first = tokens.verify(token);
  ASSERT_TRUE(first);
  const auto second = tokens.verify(token);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->get(), second->get());
  clock.advance(1h + kTokenLeeway);
  EXPECT_FALSE(tokens.verify(token));
}

TEST_F(Verifier, MintsTokensThatSpeakForOneInstance) {
  const auto token = tokens.mint_instance(InstanceId("i-1"), ServiceName("pay"), "Production");
  const auto who = tokens.verify(token);
  ASSERT_TRUE(who);
  EXPECT_EQ((*who)->instance, InstanceId("i-1"));
  EXPECT_TRUE((*who)->has(Role::Instance));
  EXPECT_EQ((*who)->expires, kNow + 1h);
}

TEST_F(Verifier, AnInstancesTokenIsWornWhenHalfOfItsLifeIsOver) {
  const auto token = tokens.mint_instance(InstanceId("i-1"), ServiceName("pay"), "Production");
  const auto who = *tokens.verify(token);
  EXPECT_FALSE(tokens.is_worn(*who));
  clock.advance(30min);
  EXPECT_FALSE(tokens.is_worn(*who));
  clock.advance(1s);
  EXPECT_TRUE(tokens.is_worn(*who));
  EXPECT_FALSE(tokens.is_worn(**tokens.verify(mint(claims_of("ann"), own)))) << "a person's";
}

TEST_F(Verifier, AnotherIssuersTokensAreTakenOnceItsKeysAreThere) {
  EXPECT_FALSE(tokens.verify(foreign(theirs)));
  tokens.replace_keys(1, set_of({theirs}));
  const auto who = tokens.verify(foreign(theirs));
  ASSERT_TRUE(who) << who.error().internal;
  EXPECT_EQ((*who)->subject, "bob");
}

TEST_F(Verifier, NoIssuersKeyProvesAnythingForAnother) {
  tokens.replace_keys(1, set_of({theirs}));
  EXPECT_FALSE(tokens.verify(foreign(own))) << "our key, their name";
  EXPECT_FALSE(tokens.verify(mint(claims_of("bob"), theirs))) << "their key, no name";
  EXPECT_FALSE(tokens.verify(mint(claims_of("bob", "https://other.example"), theirs)));
}

TEST_F(Verifier, KeysThatAreGoneTakeTheirRememberedTokensWithThem) {
  tokens.replace_keys(1, set_of({theirs}));
  const auto token = foreign(theirs);
  const auto before = tokens.verify(token);
  ASSERT_TRUE(before);
  tokens.replace_keys(1, set_of({theirs}));
  EXPECT_EQ(tokens.verify(token)->get(), before->get()) << "nothing changed";
  tokens.replace_keys(1, set_of({make_key(Algorithm::ES256, "k2")}));
  EXPECT_FALSE(tokens.verify(token));
}

TEST_F(Verifier, ANewKeyIsWishedForWhenATokenNamesIt) {
  tokens.replace_keys(1, set_of({theirs}));
  EXPECT_TRUE(tokens.verify(foreign(theirs)));
  EXPECT_FALSE(tokens.take_wish(1));
  const auto next = make_key(Algorithm::ES256, "k2");
  EXPECT_FALSE(tokens.verify(foreign(next)));
  EXPECT_TRUE(tokens.take_wish(1));
  EXPECT_FALSE(tokens.take_wish(1)) << "once";
  EXPECT_FALSE(tokens.take_wish(0));
  tokens.replace_keys(1, set_of({theirs, next}));
  EXPECT_TRUE(tokens.verify(foreign(next)));
}

TEST_F(Verifier, RevokedInstancesTokensAreRefusedAtOnce) {
  std::optional<WallTime> revoked;
  tokens.revoke_by([&](const InstanceId& id, std::optional<WallTime> issued) {
    return revoked && id == InstanceId("i-1") && (!issued || *issued <= *revoked);
  });
  const auto token = tokens.mint_instance(InstanceId("i-1"), ServiceName("pay"), "Production");
  const auto other = tokens.mint_instance(InstanceId("i-2"), ServiceName("pay"), "Production");
  EXPECT_TRUE(tokens.verify(token));
  revoked = clock.wall();
  tokens.forget();
  EXPECT_FALSE(tokens.verify(token));
  EXPECT_TRUE(tokens.verify(other));
  clock.advance(1s);
  EXPECT_TRUE(tokens.verify(tokens.mint_instance(InstanceId("i-1"), ServiceName("pay"), "x")));
}

}  // namespace
}  // namespace hotswap::api::testing
