#include "app/issuers.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

using namespace std::chrono_literals;

Result<std::vector<IssuerSettings>> read(const std::string& items) {
  return read_issuers(R"({"issuers":[)" + items + "]}", "issuers.json");
}

std::string issuer(const std::string& more = {}, const std::string& address = "https://sso.example",
                   const std::string& name = "sso") {
  return R"({"name":")" + name + R"(","issuer":")" + address + R"(","audiences":["hotswap"])" +
         more + "}";
}

void expect_mistake(const std::string& items, const std::string& path, const std::string& part) {
  const auto read_anyway = read(items);
  ASSERT_FALSE(read_anyway) << path;
  EXPECT_EQ(read_anyway.error().reason, "settings.invalid");
  ASSERT_FALSE(read_anyway.error().fields.empty());
  const auto& field = read_anyway.error().fields.front();
  EXPECT_EQ(field.path, "issuers.json: " + path);
  EXPECT_TRUE(field.message.contains(part)) << field.message;
}

TEST(Issuers, ReadsEverythingThatCanBeSaid) {
  const auto issuers = read(issuer(
      R"(,"types":["at+jwt"],"subjectPrefix":"sso:","rsaAlgorithm":"PS256","leeway":"PT10S",)"
      R"("refresh":"PT5M","keep":"PT2H","jwksUrl":"https://sso.example/keys","caFile":"/ca",)"
      R"("tokenFile":"/token","claims":{"subject":"upn","roles":"a.b","teams":"g",)"
      R"("service":"/s","environment":"e"},"roles":{"ops":"Operator","dev-*":"Developer"},)"
      R"("environments":{"prod":"Production"})"));
  ASSERT_TRUE(issuers) << issuers.error().detail;
  const auto& one = issuers->front();
  EXPECT_EQ(one.name, "sso");
  EXPECT_FALSE(one.policy.own);
  EXPECT_EQ(one.policy.issuer, "https://sso.example");
  EXPECT_EQ(one.policy.audiences, std::vector<std::string>{"hotswap"});
  EXPECT_EQ(one.policy.types, std::vector<std::string>{"at+jwt"});
  EXPECT_EQ(one.policy.subject_prefix, "sso:");
  EXPECT_EQ(one.policy.names.subject, "upn");
  EXPECT_EQ(one.policy.names.service, "/s");
  EXPECT_EQ(one.policy.roles,
            (api::RoleNames{{"ops", Role::Operator}, {"dev-*", Role::Developer}}));
  EXPECT_EQ(one.policy.environments.at("prod"), "Production");
  EXPECT_EQ(one.policy.leeway, 10s);
  EXPECT_EQ(one.rsa, api::Algorithm::PS256);
  EXPECT_EQ(one.keys.url, "https://sso.example/keys");
  EXPECT_EQ(one.keys.token_file, "/token");
  EXPECT_EQ(one.times.every, 5min);
  EXPECT_EQ(one.times.keep, 2h);
}

TEST(Issuers, MistakesNameTheirPlaceAndTheRemedy) {
  const std::string at = "$.issuers[0]";
  expect_mistake(issuer(R"(,"audience":"x")"), at + ".audience", "did you mean");
  expect_mistake(R"({"name":"sso","issuer":"https://sso.example"})", at + ".audiences",
                 "whom tokens are for");
  expect_mistake(issuer(R"(,"roles":{"ops":"Chef"})"), at + ".roles.ops", "must be Admin");
  expect_mistake(issuer(R"(,"environments":{"prod":"prod"})"), at + ".environments.prod",
                 "must be Development");
  expect_mistake(issuer("", "http://sso.example"), at + ".issuer", "https");
  expect_mistake(issuer(R"(,"jwksUrl":"http://sso.example/k")"), at + ".jwksUrl", "https");
  expect_mistake(issuer(R"(,"jwksUrl":"https://a/k","jwksFile":"/k")"), at + ".jwksFile",
                 "only one");
  expect_mistake(issuer(R"(,"rsaAlgorithm":"HS256")"), at + ".rsaAlgorithm", "PS256");
  expect_mistake(issuer(R"(,"leeway":"PT2H")"), at + ".leeway", "between");
  expect_mistake(issuer() + ',' + issuer(), "$.issuers[1]", "twice");
  EXPECT_FALSE(read_issuers("[", "issuers.json"));
  EXPECT_FALSE(read_issuers("{}", "issuers.json"));
}

TEST(Issuers, AnIssuerWithAKeyFileMayHaveAnyName) {
  const auto issuers = read(issuer(R"(,"jwksFile":"/keys.json")", "our-pipeline"));
  ASSERT_TRUE(issuers) << issuers.error().detail;
  EXPECT_EQ(issuers->front().times.every, 5s) << "files are looked at often";
}

}  // namespace
}  // namespace hotswap
