#include "api/auth/claims.hpp"

#include <gtest/gtest.h>

#include "domain/json/parse.hpp"
#include "unit/auth/tokens.hpp"

namespace hotswap::api::testing {
namespace {

Result<Claims> read(const std::string& members, const TokenPolicy& policy) {
  const auto payload = json::parse(R"({"exp":9999999999,)" + members + "}");
  EXPECT_TRUE(payload) << members;
  return read_claims(*payload, policy);
}

TokenPolicy foreign() {
  TokenPolicy policy;
  policy.own = false;
  return policy;
}

TEST(Claims, RolesLieWhereKeycloakPutsThem) {
  auto policy = foreign();
  policy.names.subject = "preferred_username";
  policy.names.roles = "realm_access.roles";
  policy.names.teams = "groups";
  policy.roles = {{"hotswap-admin", Role::Admin}, {"hotswap-dev", Role::Developer}};
  const auto claims =
      read(R"("preferred_username":"ann","sub":"f7","realm_access":{"roles":["offline","hotswa)"
           R"(p-dev"]},"groups":["/payments"])",
           policy);
  ASSERT_TRUE(claims) << claims.error().internal;
  EXPECT_EQ(claims->principal.subject, "ann");
  EXPECT_EQ(claims->principal.roles, std::vector{Role::Developer});
  EXPECT_EQ(claims->principal.teams, std::vector<std::string>{"/payments"});
}

TEST(Claims, ANameWithDotsIsAClaimBeforeItIsAPath) {
  auto policy = foreign();
  policy.names.roles = "https://hotswap.example/roles";
  const auto whole = read(R"("sub":"ann","https://hotswap.example/roles":["Admin"])", policy);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->principal.roles, std::vector{Role::Admin});
  policy.names.roles = "/resource_access/my.app/roles";
  const auto pointer =
      read(R"("sub":"ann","resource_access":{"my.app":{"roles":["Viewer"]}})", policy);
  ASSERT_TRUE(pointer);
  EXPECT_EQ(pointer->principal.roles, std::vector{Role::Viewer});
}

TEST(Claims, ARoleTableLeavesOutOurOwnNames) {
  auto policy = foreign();
  policy.roles = {{"ops", Role::Operator}};
  const auto claims = read(R"("sub":"ann","roles":["Admin","ops"])", policy);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->principal.roles, std::vector{Role::Operator});
}

TEST(Claims, GithubsSubjectBecomesARoleByItsBeginning) {
  auto policy = foreign();
  policy.names.roles = "sub";
  policy.roles = {{"repo:acme/shop:environment:production", Role::Operator},
                  {"repo:acme/shop:*", Role::Developer}};
  const auto of = [&](const std::string& subject) {
    return read(R"("sub":")" + subject + '"', policy)->principal.roles;
  };
  EXPECT_EQ(of("repo:acme/shop:environment:production"),
            (std::vector{Role::Operator, Role::Developer}));
  EXPECT_EQ(of("repo:acme/shop:ref:refs/heads/main"), std::vector{Role::Developer});
  EXPECT_TRUE(of("repo:acme/shop2:ref:refs/heads/main").empty());
  EXPECT_TRUE(of("repo:evil/repo:acme/shop:").empty());
}

TEST(Claims, AKubernetesServiceAccountRegistersItsServiceOnly) {
  auto policy = foreign();
  policy.names.roles = "sub";
  policy.roles = {{"system:serviceaccount:prod:*", Role::Instance}};
  policy.names.service = "/kubernetes.io/serviceaccount/name";
  policy.names.environment = "/kubernetes.io/namespace";
  policy.environments = {{"prod", "Production"}};
  const auto token = [](const std::string& space) {
    return R"("sub":"system:serviceaccount:)" + space +
           R"(:payments","kubernetes.io":{"namespace":")" + space +
           R"(","serviceaccount":{"name":"payments"}})";
  };
  const auto claims = read(token("prod"), policy);
  ASSERT_TRUE(claims) << claims.error().internal;
  EXPECT_EQ(claims->principal.service, ServiceName("payments"));
  EXPECT_EQ(claims->principal.environment, "Production");
  EXPECT_EQ(claims->principal.roles, std::vector{Role::Instance});
  EXPECT_FALSE(read(token("dev"), policy));
}

TEST(Claims, NobodyElsesTokenSpeaksForARegisteredInstance) {
  const auto* members = R"("sub":"ann","roles":["Instance"],"instance":"i-1")";
  EXPECT_EQ(read(members, TokenPolicy())->principal.instance, InstanceId("i-1"));
  EXPECT_FALSE(read(members, foreign())->principal.instance);
}

TEST(Claims, ASubjectCanCarryItsIssuersName) {
  auto policy = foreign();
  policy.subject_prefix = "github:";
  EXPECT_EQ(read(R"("sub":"ann")", policy)->principal.subject, "github:ann");
}

TEST(Claims, WhatIsNoTextIsRefusedWhereverItLies) {
  auto policy = foreign();
  policy.names.roles = "a.b";
  expect_refused(read(R"("sub":"ann","a":{"b":[1]})", policy));
  expect_refused(read(R"("sub":"ann","a":{"b":{"c":1}})", policy));
  EXPECT_TRUE(read(R"("sub":"ann","a":{"b":null})", policy)->principal.roles.empty());
  EXPECT_TRUE(read(R"("sub":"ann","a":7)", policy)->principal.roles.empty());
}

TEST(Claims, RefusalsSayInsideWhatDoesNotHold) {
  Claims claims;
  claims.expires = kNow;
  const auto late = check_claims(claims, {}, kNow + std::chrono::hours(1));
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().internal.contains("expired at ")) << late.error().internal;
  TokenPolicy policy;
  policy.audiences = {"hotswap"};
  claims.audience = {"shop"};
  const auto other = check_claims(claims, policy, kNow);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().internal, R"(its aud is "shop" instead of "hotswap")");
}

}  // namespace
}  // namespace hotswap::api::testing
