#include "api/auth/client_identity.hpp"

#include <gtest/gtest.h>

namespace hotswap::api {
namespace {

const std::string kPay = "spiffe://acme.example/ns/production/sa/pay";

CertificateNames of_uris(std::vector<std::string> uris, std::string common_name = {}) {
  return {std::move(uris), std::move(common_name), {}};
}

void expect_refused(const CertificateNames& names, const CertificateRules& rules = {}) {
  const auto who = principal_of(names, rules);
  ASSERT_FALSE(who) << (names.uris.empty() ? names.common_name : names.uris.front());
  EXPECT_EQ(who.error().code, ErrorCode::Unauthenticated);
  EXPECT_EQ(who.error().reason, "auth.required");
}

TEST(ClientIdentity, ASpiffeIdIsAServiceOfAnEnvironment) {
  const WallTime made{std::chrono::hours(100)};
  const auto who = principal_of({{kPay}, "", made}, {});
  ASSERT_TRUE(who) << who.error().internal;
  EXPECT_EQ(who->service, ServiceName("pay"));
  EXPECT_EQ(who->environment, "Production");
  EXPECT_EQ(who->roles, std::vector{Role::Instance});
  EXPECT_EQ(who->subject, "certificate:" + kPay);
  EXPECT_EQ(who->issued_at, made);
  EXPECT_FALSE(who->instance) << "it registers, it is not registered";
}

TEST(ClientIdentity, NamesOfEnvironmentsCanBeForeign) {
  const CertificateRules rules{"", {{"prod", "Production"}}};
  EXPECT_EQ(principal_of(of_uris({"spiffe://a/ns/prod/sa/pay"}), rules)->environment, "Production");
  expect_refused(of_uris({kPay}), rules);
}

TEST(ClientIdentity, OnlyTheTrustDomainCounts) {
  const CertificateRules rules{"acme.example", {}};
  EXPECT_TRUE(principal_of(of_uris({kPay}), rules));
  expect_refused(of_uris({"spiffe://evil.example/ns/production/sa/pay"}), rules);
  expect_refused(of_uris({"spiffe://acme.example.evil/ns/production/sa/pay"}), rules);
}

TEST(ClientIdentity, ACommonNameWillDoWithoutAnyUri) {
  const auto who = principal_of(of_uris({}, "pay.api.staging"), {});
  ASSERT_TRUE(who);
  EXPECT_EQ(who->service, ServiceName("pay.api"));
  EXPECT_EQ(who->environment, "Staging");
  expect_refused(of_uris({"https://acme.example"}, "pay.production"));
}

TEST(ClientIdentity, EverythingElseIsNobody) {
  expect_refused({});
  expect_refused(of_uris({kPay, kPay}));
  for (const auto* uri :
       {"", "spiffe://", "spiffe:///ns/production/sa/pay", "spiffe://a/ns/production/sa/",
        "spiffe://a/ns/production/sa/pay/", "spiffe://a/ns/production/sa/pay/more",
        "spiffe://a/ns//sa/pay", "spiffe://a/NS/production/SA/pay", "spiffe://a/ns/mars/sa/pay",
        "SPIFFE://a/ns/production/sa/pay", "spiffe://a/ns/production/sa/../x",
        "spiffe://a/ns/production/sa/Pay\n"}) {
    expect_refused(of_uris({uri}));
  }
  for (const auto* name : {"pay", ".production", "pay.", "pay.mars", "p y.production"}) {
    expect_refused(of_uris({}, name));
  }
}

}  // namespace
}  // namespace hotswap::api
