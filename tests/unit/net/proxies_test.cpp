#include "domain/net/proxies.hpp"

#include <gtest/gtest.h>

namespace hotswap::net {
namespace {

Origin origin(const Way& way, std::string_view trusted = "10.0.0.0/24,127.0.0.1,::1") {
  return origin_of(way, *TrustedProxies::read(trusted));
}

TEST(Origin, NobodyIsBelievedUnlessTrusted) {
  const Way way{"203.0.113.9:4711", false, "1.2.3.4", "https"};
  EXPECT_EQ(origin(way).address, "203.0.113.9:4711");
  EXPECT_FALSE(origin(way).fit_for_secrets);
  EXPECT_EQ(origin(way, "").address, "203.0.113.9:4711");
}

TEST(Origin, ATrustedProxySaysWhoAsks) {
  EXPECT_EQ(origin({"10.0.0.7:1", false, "1.2.3.4", ""}).address, "1.2.3.4");
  EXPECT_EQ(origin({"[::1]:1", false, "[2606:4700::1]:77", ""}).address, "2606:4700::1");
  EXPECT_EQ(origin({"10.0.0.7:1", false, "1.2.3.4:99", ""}).address, "1.2.3.4");
}

TEST(Origin, WhatStandsLeftOfTheFirstStrangerIsInvented) {
  EXPECT_EQ(origin({"10.0.0.7:1", false, "6.6.6.6, 1.2.3.4 ,10.0.0.8", ""}).address, "1.2.3.4");
  EXPECT_EQ(origin({"10.0.0.7:1", false, "127.0.0.1, 1.2.3.4", ""}).address, "1.2.3.4");
}

TEST(Origin, AnEntryThatIsNoAddressEndsTheList) {
  EXPECT_EQ(origin({"10.0.0.7:1", false, "1.2.3.4, unknown", ""}).address, "10.0.0.7:1");
  EXPECT_EQ(origin({"10.0.0.7:1", false, "1.2.3.4,, 10.0.0.8", ""}).address, "10.0.0.8");
}

TEST(Origin, AnEndlessListIsNotFollowedForEver) {
  std::string list = "1.2.3.4";
  for (int i = 0; i < 100; ++i) list += ",10.0.0.8";
  EXPECT_EQ(origin({"10.0.0.7:1", false, list, ""}).address, "10.0.0.8");
}

TEST(Origin, SecretsGoByTlsOrStayOnThisMachine) {
  EXPECT_TRUE(origin({"203.0.113.9:1", true, "", ""}).fit_for_secrets);
  EXPECT_TRUE(origin({"127.0.0.1:1", false, "", ""}).fit_for_secrets);
  EXPECT_TRUE(origin({"[::1]:1", false, "", ""}).fit_for_secrets);
  EXPECT_TRUE(origin({"[::ffff:127.0.0.1]:1", false, "", ""}).fit_for_secrets);
  EXPECT_FALSE(origin({"10.0.0.7:1", false, "", ""}).fit_for_secrets);
  EXPECT_FALSE(origin({"", false, "", ""}).fit_for_secrets);
}

TEST(Origin, TheWayToTheProxyCountsAsWell) {
  EXPECT_TRUE(origin({"127.0.0.1:1", false, "1.2.3.4", "https"}).fit_for_secrets);
  EXPECT_FALSE(origin({"127.0.0.1:1", false, "1.2.3.4", "http"}).fit_for_secrets);
  EXPECT_FALSE(origin({"127.0.0.1:1", false, "1.2.3.4", ""}).fit_for_secrets);
  EXPECT_FALSE(origin({"10.0.0.7:1", false, "1.2.3.4", "https"}).fit_for_secrets);
  EXPECT_TRUE(origin({"10.0.0.7:1", true, "1.2.3.4", "https"}).fit_for_secrets);
  EXPECT_FALSE(origin({"10.0.0.7:1", true, "1.2.3.4", "https, http"}).fit_for_secrets);
}

TEST(TrustedProxiesList, SaysWhichNetworkIsNone) {
  const auto refused = TrustedProxies::read("10.0.0.0/8, proxy.internal");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("proxy.internal"));
}

}  // namespace
}  // namespace hotswap::net
