#include "infrastructure/probe/address_guard.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace hotswap {
namespace {

sockaddr_storage address_of(const std::string& text) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
    v6.sin6_family = AF_INET6;
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

bool allows(const AddressGuard& guard, const std::string& text) {
  const auto storage = address_of(text);
  return guard.allows(reinterpret_cast<const sockaddr&>(storage));
}

TEST(AddressGuard, RefusesWhatNoInstanceCanBe) {
  for (const bool loopback : {true, false}) {
    const AddressGuard guard(loopback);
    for (const auto* bad :
         {"169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255",
          "0.0.0.0", "0.1.2.3", "240.0.0.1", "::", "fe80::1", "febf::1", "ff02::1",
          "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::169.254.169.254"}) {
      EXPECT_FALSE(allows(guard, bad)) << bad;
    }
    for (const auto* good : {"10.0.0.5", "192.168.1.1", "172.16.0.9", "8.8.8.8", "169.253.0.1",
                             "fd00::1", "2001:db8::1", "fec0::1", "::ffff:10.0.0.5"}) {
      EXPECT_TRUE(allows(guard, good)) << good;
    }
  }
}

TEST(AddressGuard, LoopbackIsForThoseWhoListenThere) {
  for (const auto* local : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(allows(AddressGuard(true), local)) << local;
    EXPECT_FALSE(allows(AddressGuard(false), local)) << local;
  }
}

TEST(AddressGuard, ExceptionsAreNetworks) {
  AddressGuard guard(false);
  ASSERT_TRUE(guard.allow("127.0.0.0/30"));
  ASSERT_TRUE(guard.allow("fe80::/10"));
  ASSERT_TRUE(guard.allow("169.254.1.2"));
  EXPECT_TRUE(allows(guard, "127.0.0.3"));
  EXPECT_FALSE(allows(guard, "127.0.0.4"));
  EXPECT_TRUE(allows(guard, "fe80::1"));
  EXPECT_TRUE(allows(guard, "169.254.1.2"));
  EXPECT_FALSE(allows(guard, "169.254.1.3"));
  EXPECT_FALSE(allows(guard, "::1"));
}

TEST(AddressGuard, SaysWhichNetworkIsNone) {
  AddressGuard guard(false);
  for (const auto* bad : {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0/8",
                          "fd00::/129", "10.0.0.0/8x"}) {
    const auto refused = guard.allow(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_TRUE(refused.error().detail.contains("is no network")) << refused.error().detail;
  }
}

TEST(AddressGuard, ASocketThatIsNoInternetAddressIsRefused) {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  EXPECT_FALSE(AddressGuard(true).allows(address));
}

}  // namespace
}  // namespace hotswap
