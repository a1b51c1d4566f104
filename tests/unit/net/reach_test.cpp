#include "domain/net/reach.hpp"

#include <gtest/gtest.h>

namespace hotswap::net {
namespace {

bool reaches(const Reach& reach, const char* address, std::string_view host = "host.example") {
  return reach.allows(host, *parse_address(address));
}

Reach users_and(std::string_view entries) {
  auto reach = Reach::of_users();
  EXPECT_TRUE(reach.allow_all(entries)) << entries;
  return reach;
}

TEST(Reach, OfUsersIsThePublicNetwork) {
  const auto reach = Reach::of_users();
  EXPECT_TRUE(reaches(reach, "8.8.8.8"));
  EXPECT_TRUE(reaches(reach, "2606:4700::1111"));
  for (const auto* bad : {"10.0.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1", "100.64.0.1",
                          "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1",
                          "2002:a00:1::", "224.0.0.1", "0.0.0.0", "::", "fe80::1", "192.0.2.1"})
    EXPECT_FALSE(reaches(reach, bad)) << bad;
}

TEST(Reach, OfTheOperatorIsTheInternalNetworkAsWell) {
  const auto reach = Reach::of_operator();
  for (const auto* good : {"8.8.8.8", "10.0.0.1", "127.0.0.1", "::1", "fd00::1", "100.64.0.1"})
    EXPECT_TRUE(reaches(reach, good)) << good;
  for (const auto* bad : {"169.254.169.254", "fd00:ec2::254", "169.254.1.1", "fe80::1", "224.0.0.1",
                          "0.0.0.0", "::", "168.63.129.16"})
    EXPECT_FALSE(reaches(reach, bad)) << bad;
}

TEST(Reach, NetworksAreExceptionsInEveryDress) {
  const auto reach = users_and("10.1.0.0/16, fe80::/10");
  EXPECT_TRUE(reaches(reach, "10.1.2.3"));
  EXPECT_TRUE(reaches(reach, "::ffff:10.1.2.3"));
  EXPECT_FALSE(reaches(reach, "10.2.0.1"));
  EXPECT_TRUE(reaches(reach, "fe80::1"));
}

TEST(Reach, MetadataServicesMustBeNamedAlone) {
  EXPECT_FALSE(reaches(users_and("169.254.0.0/16"), "169.254.169.254"));
  EXPECT_TRUE(reaches(users_and("169.254.0.0/16"), "169.254.1.1"));
  EXPECT_FALSE(reaches(users_and("fd00::/8"), "fd00:ec2::254"));
  EXPECT_FALSE(reaches(users_and("0.0.0.0/0"), "100.100.100.200"));
  EXPECT_FALSE(reaches(users_and("metadata.google.internal"), "169.254.169.254",
                       "metadata.google.internal"));
  EXPECT_TRUE(reaches(users_and("169.254.169.254"), "169.254.169.254"));
}

TEST(Reach, NamesLeadIntoTheInternalNetworkAndNoFurther) {
  const auto reach = users_and("hooks.internal,*.svc.cluster.local");
  EXPECT_TRUE(reaches(reach, "10.0.0.1", "hooks.internal"));
  EXPECT_TRUE(reaches(reach, "10.0.0.1", "HOOKS.Internal."));
  EXPECT_TRUE(reaches(reach, "10.0.0.1", "a.b.svc.cluster.local"));
  for (const auto* other : {"svc.cluster.local", "evil-hooks.internal", "x.hooks.internal",
                            "hooks.internal.evil.com", "asvc.cluster.local", ""})
    EXPECT_FALSE(reaches(reach, "10.0.0.1", other)) << other;
  for (const auto* bad : {"169.254.169.254", "169.254.7.7", "224.0.0.1", "0.0.0.0"})
    EXPECT_FALSE(reaches(reach, bad, "hooks.internal")) << bad;
}

TEST(Reach, SocketsAreReachedInTheirFoldersOnly) {
  const auto reach = users_and("/run/haproxy/");
  EXPECT_TRUE(reach.allows_socket("/run/haproxy/admin.sock"));
  for (const auto* bad :
       {"/run/haproxy/", "/run/haproxy", "/run/haproxy/../docker.sock", "/run/haproxy/./../x",
        "/run/haproxy//x", "/run/docker.sock", "/run/haproxy2/x"})
    EXPECT_FALSE(reach.allows_socket(bad)) << bad;
}

TEST(Reach, ThisMachineIsLoopbackAndSockets) {
  auto reach = Reach::of_users();
  reach.allow_this_machine();
  EXPECT_TRUE(reaches(reach, "127.8.9.10"));
  EXPECT_TRUE(reaches(reach, "::1"));
  EXPECT_FALSE(reaches(reach, "10.0.0.1"));
  EXPECT_TRUE(reach.allows_socket("/tmp/x.sock"));
  EXPECT_FALSE(reach.allows_socket("/tmp/../x.sock"));
}

TEST(Reach, EntriesThatAreNoneAreNamed) {
  for (const auto* bad : {"10.0.0.0/33", "*", "*.", "-_ x", "a b", "/", "//x", "/a/../b", "127.1",
                          "http://x", "[::1]", "a,,b", "*.*.x", "host/24"}) {
    auto reach = Reach::of_users();
    const auto refused = reach.allow_all(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_TRUE(refused.error().detail.contains("is no ")) << refused.error().detail;
  }
}

TEST(Reach, ARefusalNamesTheAddressItsKindAndTheRemedy) {
  const auto text = refusal(*parse_address("10.0.0.5"));
  EXPECT_TRUE(text.contains("10.0.0.5 is a private network")) << text;
  EXPECT_TRUE(text.contains("--allow-hosts")) << text;
}

}  // namespace
}  // namespace hotswap::net
