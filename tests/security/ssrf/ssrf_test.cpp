// What somebody who may set a URL can make the server connect to.
#include <gtest/gtest.h>

#include <atomic>

#include "infrastructure/http_client/http_client.hpp"
#include "infrastructure/notify/webhook_sender.hpp"
#include "infrastructure/traffic/haproxy_socket.hpp"
#include "security/ssrf/fake_resolver.hpp"
#include "testing/fake_clock.hpp"
#include "unit/notify/receivers.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using testing::asked;
using testing::resolves;

/// A server on this machine that nobody outside must reach.
struct Inside : ::testing::Test {
  std::atomic<int> connections{0};
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret";
  testing::Listener listener{[this](int connection) {
    ++connections;
    char block[4096];
    static_cast<void>(::recv(connection, block, sizeof block, 0));
    testing::say(connection, answer);
  }};

  [[nodiscard]] std::string at(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(listener.port()) + "/";
  }
  static Result<HttpResponse> get(HttpClient& client, const std::string& url) {
    return client.request({.url = url, .timeout = 10s});
  }
};

TEST_F(Inside, NoSpellingOfThisMachineIsCalled) {
  HttpClient client(net::Reach::of_users());
  resolves("innocent.example", {{"127.0.0.1"}});
  for (const auto* host :
       {"127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", "LOCALHOST.",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "127.0.0.1.",
        "innocent.example", "user:word@127.0.0.1", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]"}) {
    const auto done = get(client, at(host));
    ASSERT_FALSE(done) << host;
    // A name that this machine does not know is as good.
    if (done.error().reason != "http.unreachable")
      EXPECT_EQ(done.error().reason, "http.address_refused") << host << done.error().detail;
  }
  EXPECT_EQ(connections, 0);
}

TEST_F(Inside, ANameThatChangesItsMindIsRefusedWhenItDoes) {
  auto reach = net::Reach::of_users();
  ASSERT_TRUE(reach.allow("127.0.0.1"));
  HttpClient client(std::move(reach));
  // Curl remembers a name for a minute: every client has a memory of its own.
  resolves("rebind.example", {{"127.0.0.1"}, {"127.0.0.2"}});
  ASSERT_TRUE(get(client, at("rebind.example")));
  auto same = net::Reach::of_users();
  ASSERT_TRUE(same.allow("127.0.0.1"));
  HttpClient later(std::move(same));
  const auto again = get(later, at("rebind.example"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "http.address_refused");
  EXPECT_TRUE(again.error().detail.contains("127.0.0.2 is this machine itself"));
  EXPECT_EQ(asked("rebind.example"), 2u);
  EXPECT_EQ(connections, 1);
}

TEST_F(Inside, OfManyAddressesOnlyAllowedOnesAreCalled) {
  auto reach = net::Reach::of_users();
  ASSERT_TRUE(reach.allow("127.0.0.1"));
  HttpClient client(std::move(reach));
  resolves("mixed.example", {{"169.254.169.254", "10.0.0.1", "127.0.0.1"}});
  const auto done = get(client, at("mixed.example"));
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(done->body, "secret");
  resolves("all-bad.example", {{"169.254.169.254", "10.0.0.1", "fd00:ec2::254"}});
  EXPECT_EQ(get(client, at("all-bad.example")).error().reason, "http.address_refused");
}

TEST_F(Inside, AnAllowedNameDoesNotLeadToMetadata) {
  auto reach = net::Reach::of_users();
  ASSERT_TRUE(reach.allow_all("hooks.internal"));
  HttpClient client(std::move(reach));
  resolves("hooks.internal", {{"127.0.0.1"}});
  EXPECT_TRUE(get(client, at("hooks.internal")));
  auto same = net::Reach::of_users();
  ASSERT_TRUE(same.allow_all("hooks.internal"));
  HttpClient later(std::move(same));
  resolves("hooks.internal", {{"169.254.169.254"}});
  EXPECT_EQ(get(later, at("hooks.internal")).error().reason, "http.address_refused");
}

TEST_F(Inside, TheAllowedNameIsTheOneThatCurlConnectsTo) {
  auto reach = net::Reach::of_users();
  ASSERT_TRUE(reach.allow_all("hooks.internal"));
  HttpClient client(std::move(reach));
  resolves("hooks.internal", {{"127.0.0.3"}});  // where nobody listens
  const auto port = ":" + std::to_string(listener.port());
  for (const auto& url :
       {"http://hooks.internal@127.0.0.1" + port + "/", "http://hooks.internal%2f@127.0.0.1" + port,
        "http://127.0.0.1" + port + "#@hooks.internal/",
        "http://127.0.0.1" + port + "\\@hooks.internal/",
        "http://127.0.0.1" + port + "?@hooks.internal"}) {
    EXPECT_FALSE(get(client, url)) << url;
  }
  EXPECT_EQ(connections, 0);
}

TEST_F(Inside, ARedirectIsNotFollowed) {
  auto reach = net::Reach::of_users();
  ASSERT_TRUE(reach.allow("127.0.0.1"));
  HttpClient client(std::move(reach));
  answer =
      "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n"
      "Content-Length: 0\r\nConnection: close\r\n\r\n";
  const auto done = get(client, at("127.0.0.1"));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 302);
  EXPECT_EQ(connections, 1);
}

TEST_F(Inside, OtherProtocolsAreNotSpoken) {
  HttpClient client(net::Reach::of_users());
  const auto port = std::to_string(listener.port());
  for (const auto& url : {"gopher://127.0.0.1:" + port + "/_x", "dict://127.0.0.1:" + port,
                          std::string("file:///etc/passwd"), "ftp://127.0.0.1:" + port + "/",
                          "ldap://127.0.0.1:" + port, "telnet://127.0.0.1:" + port,
                          "smtp://127.0.0.1:" + port, "ws://127.0.0.1:" + port})
    EXPECT_FALSE(get(client, url)) << url;
  EXPECT_EQ(connections, 0);
}

TEST_F(Inside, AHookIsToldWhyInWords) {
  testing::FakeClock clock{WallTime(Duration(1'700'000'000'000))};
  WebhookSender sender("a key of thirty-two bytes or more", clock, net::Reach::of_users());
  const auto told = sender.call(at("127.0.0.1"), "1", {}, 5s, {});
  EXPECT_FALSE(told.passed);
  EXPECT_TRUE(told.detail.contains("this machine itself")) << told.detail;
  EXPECT_TRUE(told.detail.contains("--allow-hosts")) << told.detail;
  EXPECT_EQ(connections, 0);
}

TEST_F(Inside, HaproxyIsSoughtNowhereElse) {
  const auto port = ":" + std::to_string(listener.port());
  resolves("balancer.example", {{"127.0.0.1"}});
  for (const auto& address :
       {"127.0.0.1" + port, "[::1]" + port, "balancer.example" + port,
        std::string("/var/run/docker.sock"), std::string("/run/haproxy/../docker.sock")}) {
    auto reach = net::Reach::of_users();
    ASSERT_TRUE(reach.allow("/run/haproxy/"));
    const auto done = HaproxySocket(address, 2s, std::move(reach)).ask("show info");
    ASSERT_FALSE(done) << address;
    EXPECT_EQ(done.error().reason, "haproxy.address_refused") << address;
  }
  EXPECT_EQ(connections, 0);
}

}  // namespace
}  // namespace hotswap
