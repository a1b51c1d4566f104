#include "agent/serve/pages.hpp"

#include <gtest/gtest.h>

#include "document.hpp"
#include "domain/json/parse.hpp"

namespace hotswap::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kDocument = R"({"pool":{"max":10,"ratio":1.50},"name":"it's","l":[1,null]})";

struct Pages : ::testing::Test {
  std::shared_ptr<const sdk::Snapshot> current = snapshot(kDocument, 4);
  bool fine = true;

  static std::shared_ptr<const sdk::Snapshot> snapshot(std::string_view text,
                                                       std::uint64_t generation) {
    return std::make_shared<const sdk::Snapshot>(
        *sdk::detail::make_document(*json::parse(text)),
        sdk::Identity{"app.production", "1.2.0", generation, "h"});
  }
  Page page(const std::string& target, const std::string& headers = {},
            const std::string& method = "GET") {
    const auto request = parse_request(method + ' ' + target + " HTTP/1.1\r\n" + headers);
    EXPECT_TRUE(request) << target;
    return page_for(*request, {.current = [this] { return current; },
                               .status = [] { return json::Object{{"instance", "i-1"}}; },
                               .healthy = [this] { return fine; }});
  }
  std::string body(const std::string& target, const std::string& headers = {}) {
    const auto answer = page(target, headers).answer;
    return std::to_string(answer.status) + ' ' + answer.body;
  }
};

TEST_F(Pages, the_whole_comes_in_every_format) {
  EXPECT_TRUE(body("/config").starts_with("200 {\n  \"pool\": {\n    \"max\": 10,"));
  EXPECT_TRUE(body("/config.yaml").starts_with("200 pool:\n  max: 10\n  ratio: 1.50\n"));
  EXPECT_TRUE(body("/config.env").starts_with("200 POOL_MAX=10\n"));
  EXPECT_TRUE(body("/config.properties").starts_with("200 pool.max=10\n"));
  EXPECT_TRUE(body("/config?format=yaml").starts_with("200 pool:"));
  EXPECT_TRUE(
      body("/config", "Accept: text/html, application/yaml;q=0.9\r\n").starts_with("200 pool"));
  EXPECT_TRUE(body("/config.toml").starts_with("400 ")) << "a null in it";
  EXPECT_TRUE(body("/config.ini").starts_with("404 "));
  EXPECT_TRUE(body("/config", "Accept: image/png\r\n").starts_with("406 "));
}

TEST_F(Pages, a_part_is_named_by_its_path) {
  EXPECT_EQ(body("/config/pool.max"), "200 10\n");
  EXPECT_EQ(body("/config/pool/ratio"), "200 1.50\n");
  EXPECT_EQ(body("/config?path=l.0"), "200 1\n");
  EXPECT_EQ(body("/config/name"), "200 \"it's\"\n");
  EXPECT_EQ(body("/config/name", "Accept: text/plain\r\n"), "200 it's");
  EXPECT_EQ(body("/config/pool?format=yaml"), "200 max: 10\nratio: 1.50\n");
  const auto missing = body("/config/pool.mx");
  EXPECT_TRUE(missing.starts_with("404 ")) << missing;
  EXPECT_TRUE(missing.contains("nothing stands at pool.mx of version 1.2.0")) << missing;
}

TEST_F(Pages, an_etag_that_is_known_is_not_answered_again) {
  const auto first = page("/config/pool");
  const auto tag = first.answer.headers.front().second;
  EXPECT_EQ(page("/config/pool", "If-None-Match: " + tag + "\r\n").answer.status, 304);
  EXPECT_EQ(page("/config/pool", "If-None-Match: " + tag + "\r\n").wait, 0ms);
  EXPECT_EQ(page("/config/pool?wait=30s", "If-None-Match: " + tag + "\r\n").wait, 30s);
  EXPECT_EQ(page("/config/pool?wait=1h", "If-None-Match: " + tag + "\r\n").wait, 60s);
  EXPECT_EQ(page("/config/name?wait=30s", "If-None-Match: " + tag + "\r\n").wait, 0ms);
  current = snapshot(R"({"pool":{"max":10,"ratio":1.50},"name":"other"})", 5);
  EXPECT_EQ(page("/config/pool?wait=30s", "If-None-Match: " + tag + "\r\n").wait, 30s)
      << "another version, the same part";
  EXPECT_EQ(page("/config?wait=soon").answer.status, 400);
}

TEST_F(Pages, health_and_status_say_what_is) {
  EXPECT_EQ(page("/health").answer.status, 200);
  fine = false;
  EXPECT_EQ(page("/health").answer.status, 503);
  EXPECT_TRUE(body("/status").contains("\"instance\": \"i-1\""));
}

TEST_F(Pages, without_a_configuration_it_may_be_waited_for) {
  current = nullptr;
  EXPECT_EQ(page("/config").answer.status, 503);
  EXPECT_EQ(page("/config?wait=5s").wait, 5s);
}

TEST_F(Pages, nothing_else_is_there_and_nothing_can_be_changed) {
  EXPECT_EQ(page("/configuration").answer.status, 404);
  EXPECT_EQ(page("/").answer.status, 404);
  EXPECT_EQ(page("/config/../../etc/passwd").answer.status, 404);
  EXPECT_EQ(page("/config", "", "POST").answer.status, 405);
}

TEST(ServeHttp, requests_are_read_strictly) {
  const auto request = parse_request("GET /a%20b?x=1%262&y HTTP/1.1\r\nHost: h \r\nACCEPT: z");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->path, "/a b");
  EXPECT_EQ(request->parameter("x"), "1&2");
  EXPECT_EQ(request->parameter("y"), "");
  EXPECT_EQ(request->header("host"), "h");
  EXPECT_EQ(request->header("accept"), "z");
  EXPECT_TRUE(request->keep_alive);
  EXPECT_FALSE(parse_request("GET / HTTP/1.0")->keep_alive);
  EXPECT_FALSE(parse_request("GET / HTTP/1.1\r\nConnection: Close")->keep_alive);
  for (const auto* bad : {"", "GET", "GET /", "GET / HTTP/2", "GET x HTTP/1.1", "GET /a b HTTP/1.1",
                          "GET /%zz HTTP/1.1", "GET /%00 HTTP/1.1", "GET /% HTTP/1.1",
                          "GET / HTTP/1.1\r\nno colon", "GET / HTTP/1.1\r\n: x"})
    EXPECT_FALSE(parse_request(bad)) << bad;
}

TEST(ServeHttp, only_names_of_this_machine_are_answered) {
  for (const auto* host : {"localhost", "localhost:80", "127.0.0.1", "127.1.2.3:9", "[::1]:8411"})
    EXPECT_TRUE(is_local_host(host)) << host;
  for (const auto* host :
       {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.1"})
    EXPECT_FALSE(is_local_host(host)) << host;
}

}  // namespace
}  // namespace hotswap::agent
