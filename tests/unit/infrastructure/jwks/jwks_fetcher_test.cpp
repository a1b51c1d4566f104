#include "infrastructure/jwks/jwks_fetcher.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "unit/infrastructure/http_client/scripted_server.hpp"
#include "unit/sdk/temp_dir.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;

std::string answer(const std::string& body, const std::string& more = {}, int status = 200) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
         more + "\r\n" + body;
}

constexpr auto kKeys = R"({"keys":[]})";

net::Reach with_this_machine() {
  auto reach = net::Reach::of_users();
  reach.allow_this_machine();
  return reach;
}

struct Fetching : ::testing::Test {
  std::vector<std::string> requests;
  std::function<std::string(const std::string& request)> on_request;
  JwksFetcher fetcher{with_this_machine()};
  ScriptedServer server{[this](ScriptedServer::Peer& peer, int) {
    requests.push_back(peer.read_request());
    peer.send(on_request(requests.back()));
  }};

  /// `http://127.0.0.1:PORT`
  [[nodiscard]] std::string base() const {
    auto url = server.url();
    url.pop_back();
    return url;
  }
  void answer_discovery(const std::string& issuer, const std::string& jwks) {
    on_request = [=](const std::string& request) {
      if (!request.contains("GET /.well-known/openid-configuration ")) return answer(kKeys);
      return answer(R"({"issuer":")" + issuer + R"(","jwks_uri":")" + jwks + R"("})");
    };
  }
  void expect_failure(const JwksPlace& place, const std::string& reason, const std::string& part) {
    const auto fetched = fetcher.fetch(place);
    ASSERT_FALSE(fetched) << part;
    EXPECT_EQ(fetched.error().reason, reason);
    EXPECT_TRUE(fetched.error().detail.contains(part)) << fetched.error().detail;
  }
};

TEST_F(Fetching, ADiscoveryDocumentLeadsIntoNoInternalNetwork) {
  answer_discovery(base(), "http://localhost" + base().substr(base().rfind(':')) + "/jwks");
  JwksFetcher strict(net::Reach::of_users());
  const auto fetched = strict.fetch({.issuer = base()});
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().reason, "jwks.unavailable");
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(Fetching, FindsTheKeysByDiscovery) {
  answer_discovery(base(), base() + "/jwks");
  const auto fetched = fetcher.fetch({.issuer = base()});
  ASSERT_TRUE(fetched) << fetched.error().detail;
  EXPECT_EQ(fetched->text, kKeys);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(requests[1].starts_with("GET /jwks "));
}

TEST_F(Fetching, TakesTheAddressOfTheKeysAndHowLongTheyAreFresh) {
  on_request = [](const std::string&) {
    return answer(kKeys, "Cache-Control: public, max-age=300, must-revalidate\r\n");
  };
  const auto fetched = fetcher.fetch({.issuer = "https://sso.example", .url = base() + "/keys"});
  ASSERT_TRUE(fetched) << fetched.error().detail;
  EXPECT_EQ(fetched->fresh_for, 300s);
}

TEST_F(Fetching, RefusesTheDiscoveryDocumentOfSomebodyElse) {
  answer_discovery("https://evil.example", base() + "/jwks");
  expect_failure({.issuer = base()}, "jwks.invalid", "https://evil.example");
  answer_discovery(base() + "/", base() + "/jwks");
  expect_failure({.issuer = base()}, "jwks.invalid", "to the letter");
  EXPECT_EQ(requests.size(), 2u) << "no keys were asked for";
}

TEST_F(Fetching, NeverFetchesKeysInTheClearFromElsewhere) {
  answer_discovery(base(), "http://sso.example/jwks");
  expect_failure({.issuer = base()}, "jwks.invalid", "no https address");
  for (const auto* url :
       {"http://sso.example/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "//127.0.0.1/x", "",
        "http://127.0.0.1@evil.example/x", "http://localhost.evil.example/x", "https://",
        "http://127.0.0.1.evil.example/"}) {
    EXPECT_FALSE(is_safe_key_url(url)) << url;
  }
  for (const auto* url : {"https://sso.example/x", "http://127.0.0.1:8/x", "http://localhost/x",
                          "http://[::1]:8/x"}) {
    EXPECT_TRUE(is_safe_key_url(url)) << url;
  }
}

TEST_F(Fetching, NeitherFollowsRedirectsNorTakesErrorsForKeys) {
  on_request = [](const std::string&) {
    return answer("", "Location: https://evil.example/\r\n", 302);
  };
  expect_failure({.issuer = {}, .url = base() + "/keys"}, "jwks.unavailable", "302");
  on_request = [](const std::string&) { return answer(kKeys, {}, 500); };
  expect_failure({.issuer = {}, .url = base() + "/keys"}, "jwks.unavailable", "500");
}

TEST_F(Fetching, BoundsTheAnswer) {
  on_request = [](const std::string&) {
    return answer(std::string(JwksFetcher::kMaxBytes + 1, ' '));
  };
  expect_failure({.issuer = {}, .url = base() + "/keys"}, "jwks.unavailable", "/keys");
}

TEST_F(Fetching, ItsTokenGoesToTheAddressesThatAreWrittenOnly) {
  const sdk::testing::TempDir folder;
  const auto token = folder.path() / "token";
  std::ofstream(token) << "secret\n";
  answer_discovery(base(), "http://localhost" + base().substr(base().rfind(':')) + "/jwks");
  ASSERT_TRUE(fetcher.fetch({.issuer = base(), .token_file = token.string()}));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(requests[0].contains("Authorization: Bearer secret\r\n"));
  EXPECT_FALSE(requests[1].contains("secret")) << "another host's name";
}

TEST_F(Fetching, ReadsAFileWithinBounds) {
  const sdk::testing::TempDir folder;
  const auto file = folder.path() / "jwks.json";
  std::ofstream(file) << kKeys;
  EXPECT_EQ(fetcher.fetch({.issuer = "x", .file = file.string()})->text, kKeys);
  std::ofstream(file) << std::string(JwksFetcher::kMaxBytes + 1, ' ');
  expect_failure({.issuer = "x", .file = file.string()}, "jwks.invalid", "more than");
  expect_failure({.issuer = "x", .file = "/nowhere/x"}, "jwks.unavailable", "/nowhere/x");
}

}  // namespace
}  // namespace hotswap
