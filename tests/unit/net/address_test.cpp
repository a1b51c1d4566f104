#include "domain/net/address.hpp"

#include <gtest/gtest.h>

namespace hotswap::net {
namespace {

using enum AddressKind;

struct Case {
  const char* text;
  AddressKind kind;
};

class Kinds : public ::testing::TestWithParam<Case> {};

TEST_P(Kinds, EveryAddressBelongsSomewhere) {
  const auto address = parse_address(GetParam().text);
  ASSERT_TRUE(address) << GetParam().text;
  EXPECT_EQ(words_for(kind_of(*address)), words_for(GetParam().kind)) << GetParam().text;
}

constexpr Case kPlain4[] = {
    {"8.8.8.8", Public},
    {"1.1.1.1", Public},
    {"0.0.0.0", Unspecified},
    {"0.255.255.255", Unspecified},
    {"9.255.255.255", Public},
    {"10.0.0.0", Private},
    {"10.255.255.255", Private},
    {"11.0.0.0", Public},
    {"100.63.255.255", Public},
    {"100.64.0.0", SharedNat},
    {"100.127.255.255", SharedNat},
    {"100.128.0.0", Public},
    {"100.100.100.200", Metadata},
    {"126.255.255.255", Public},
    {"127.0.0.1", Loopback},
    {"127.255.255.255", Loopback},
    {"128.0.0.0", Public},
    {"169.253.255.255", Public},
    {"169.254.0.0", LinkLocal},
    {"169.254.169.254", Metadata},
    {"169.254.170.2", Metadata},
    {"169.254.255.255", LinkLocal},
    {"168.63.129.16", Metadata},
    {"168.63.129.17", Public},
    {"172.15.255.255", Public},
    {"172.16.0.0", Private},
    {"172.31.255.255", Private},
    {"172.32.0.0", Public},
    {"192.0.0.192", Metadata},
    {"192.0.0.1", Reserved},
    {"192.0.2.1", Reserved},
    {"192.167.255.255", Public},
    {"192.168.0.0", Private},
    {"192.168.255.255", Private},
    {"192.169.0.0", Public},
    {"198.17.255.255", Public},
    {"198.18.0.0", Reserved},
    {"198.19.255.255", Reserved},
    {"198.51.100.7", Reserved},
    {"203.0.113.7", Reserved},
    {"223.255.255.255", Public},
    {"224.0.0.1", Multicast},
    {"239.255.255.255", Multicast},
    {"240.0.0.1", Reserved},
    {"255.255.255.254", Reserved},
    {"255.255.255.255", Multicast},
};
INSTANTIATE_TEST_SUITE_P(Ipv4, Kinds, ::testing::ValuesIn(kPlain4));

constexpr Case kPlain6[] = {
    {"::", Unspecified},         {"::1", Loopback},          {"2001:4860:4860::8888", Public},
    {"2606:4700::1111", Public}, {"fc00::1", Private},       {"fdff::1", Private},
    {"fd00:ec2::254", Metadata}, {"fd00:ec2::23", Metadata}, {"fd20:ce::254", Metadata},
    {"fe80::1", LinkLocal},      {"febf::1", LinkLocal},     {"fec0::1", Private},
    {"ff02::1", Multicast},      {"2001:db8::1", Reserved},  {"2001:2::1", Reserved},
    {"3fff::1", Reserved},       {"100::1", Reserved},       {"4000::1", Reserved},
    {"64:ff9b:1::1", Private},   {"5f00::1", Reserved},
};
INSTANTIATE_TEST_SUITE_P(Ipv6, Kinds, ::testing::ValuesIn(kPlain6));

// The same machine, dressed up.
constexpr Case kHidden[] = {
    {"::ffff:127.0.0.1", Loopback},
    {"::ffff:10.1.2.3", Private},
    {"::ffff:169.254.169.254", Metadata},
    {"::ffff:8.8.8.8", Public},
    {"::127.0.0.1", Loopback},
    {"::10.0.0.1", Private},
    {"64:ff9b::7f00:1", Loopback},
    {"64:ff9b::169.254.169.254", Metadata},
    {"64:ff9b::8.8.8.8", Public},
    {"2002:7f00:1::", Loopback},
    {"2002:a9fe:a9fe::1", Metadata},
    {"2002:0a00:0001::", Private},
    {"2002:0808:0808::", Public},
    {"2001:0:1:2:3:4:80ff:fffe", Loopback},
    {"2001:0:1:2:3:4:5601:5601", Metadata},
    {"fe80::5efe:8.8.8.8", LinkLocal},
    {"2606:4700::5efe:10.0.0.1", Private},
    {"2606:4700::200:5efe:127.0.0.1", Loopback},
};
INSTANTIATE_TEST_SUITE_P(HiddenIpv4, Kinds, ::testing::ValuesIn(kHidden));

TEST(Addresses, OnlyTheCanonicalFormsAreRead) {
  for (const auto* bad :
       {"", "localhost", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.1 ",
        " 127.0.0.1", "[::1]", "fe80::1%eth0", "1.2.3.4.5", ":::", "127.0.0.256"})
    EXPECT_FALSE(parse_address(bad)) << bad;
  EXPECT_FALSE(parse_address(std::string_view("127.0.0.1\0.example", 18)));
  EXPECT_EQ(to_string(*parse_address("0:0:0:0:0:0:0:1")), "::1");
}

TEST(Networks, ContainTheirOwnOnly) {
  const auto inside = [](const char* network, const char* address) {
    return parse_network(network)->contains(*parse_address(address));
  };
  EXPECT_TRUE(inside("127.0.0.0/30", "127.0.0.3"));
  EXPECT_FALSE(inside("127.0.0.0/30", "127.0.0.4"));
  EXPECT_TRUE(inside("fe80::/10", "febf::1"));
  EXPECT_FALSE(inside("0.0.0.0/0", "::1"));
  EXPECT_TRUE(inside("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(inside("169.254.1.2", "169.254.1.2"));
  EXPECT_FALSE(inside("169.254.1.2", "169.254.1.3"));
}

TEST(Networks, WhatIsNoneIsNamed) {
  for (const auto* bad : {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0/8",
                          "fd00::/129", "10.0.0.0/8x", "10.0.0.0/+8", "10.0.0.0/ 8"}) {
    const auto refused = parse_network(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_TRUE(refused.error().detail.contains("is no network")) << refused.error().detail;
  }
}

}  // namespace
}  // namespace hotswap::net
