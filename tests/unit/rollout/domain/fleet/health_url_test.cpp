#include "domain/fleet/health_url.hpp"

#include <gtest/gtest.h>

namespace hotswap {
namespace {

TEST(HealthUrl, ReadsSchemeHostAndPort) {
  const auto http = parse_health_url("http://pay-1.internal:8080/healthz?deep=1");
  ASSERT_TRUE(http);
  EXPECT_EQ(http->scheme, HealthUrl::Scheme::Http);
  EXPECT_EQ(http->host, "pay-1.internal");
  EXPECT_EQ(http->port, 8080);
  EXPECT_EQ(parse_health_url("https://pay-1")->port, 443);
  EXPECT_EQ(parse_health_url("http://pay-1/")->port, 80);
  const auto tcp = parse_health_url("tcp://[fd00::1]:5432");
  ASSERT_TRUE(tcp);
  EXPECT_EQ(tcp->scheme, HealthUrl::Scheme::Tcp);
  EXPECT_EQ(tcp->host, "fd00::1");
  EXPECT_EQ(tcp->port, 5432);
}

TEST(HealthUrl, TakesNothingElse) {
  for (const auto* bad :
       {"", "pay-1:8080", "ftp://pay-1/", "file:///etc/passwd", "http://", "http:///path",
        "tcp://pay-1", "tcp://pay-1:80/path", "tcp://:80", "http://user:secret@pay-1/",
        "http://pay-1:0/", "http://pay-1:65536/", "http://pay-1:8o/", "http://pay-1:/",
        "http://pay 1/", "http://pay-1/\r\nX: y", "http://[::1", "http://[::1]80/",
        "http://pay-1\\@evil/"}) {
    EXPECT_FALSE(parse_health_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace hotswap
