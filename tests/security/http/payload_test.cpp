// Bodies that are small on the wire and large in a parser, and text that is not what it looks like.
#include "domain/json/parse.hpp"
#include "domain/json/write.hpp"
#include "security/http/target.hpp"

namespace hotswap::security {
namespace {

using namespace std::chrono_literals;

struct Payloads : Target {
  void SetUp() override {
    Target::SetUp();
    static const bool made = (server().has_profile(), true);
    EXPECT_TRUE(made);
  }
  /// Status of an upload of this document as a version.
  static int version(const std::string& body, const std::string& type, std::string* all = nullptr) {
    static int next = 0;
    const auto answer =
        answers("POST /api/v1/configs/payment-service.production/versions?version=1.0." +
                std::to_string(next++) + " HTTP/1.1\r\nHost: t\r\n" + authorization() +
                "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\nConnection: close\r\n\r\n" + body);
    if (all != nullptr) *all = answer;
    return first_status(answer);
  }
  static std::string nested(std::string_view open, std::string_view close, int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += "1";
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  }
};

bool refused(int status) { return status == 400 || status == 413 || status == 422; }

TEST_F(Payloads, WhatIsGoodIsTaken) {  // so that the refusals below mean something
  EXPECT_EQ(version(R"({"a":1})", "application/json"), 201);
  EXPECT_EQ(version("a: 1\n", "application/yaml"), 201);
  EXPECT_EQ(version("a = 1\n", "application/toml"), 201);
}

TEST_F(Payloads, DepthBombsAreRefused) {
  for (const int depth : {200, 10'000, 300'000}) {
    EXPECT_TRUE(refused(version(nested("[", "]", depth), "application/json"))) << depth;
    EXPECT_TRUE(
        refused(version(nested("{\"a\":", "}", std::max(depth / 4, 150)), "application/json")))
        << depth;
    EXPECT_TRUE(refused(version(nested("[", "]", depth), "application/yaml"))) << depth;
    EXPECT_TRUE(refused(version("a = " + nested("[", "]", depth), "application/toml"))) << depth;
  }
  EXPECT_TRUE(refused(version(std::string(500'000, '['), "application/json")));
  EXPECT_TRUE(refused(version(std::string(500'000, '['), "application/yaml")));
  EXPECT_TRUE(refused(version("a=" + std::string(500'000, '['), "application/toml")));
  std::string dotted = "a";
  for (int i = 0; i < 100'000; ++i) dotted += ".a";
  EXPECT_TRUE(refused(version(dotted + " = 1", "application/toml")));
  EXPECT_TRUE(refused(version("[" + dotted + "]", "application/toml")));
  std::string indented;
  for (int i = 0; i < 1000; ++i) indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_TRUE(refused(version(indented, "application/yaml")));
}

TEST_F(Payloads, YamlDoesNotMultiply) {
  std::string laughs = "a0: &a0 [lol]\n";
  for (int i = 1; i < 10; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) laughs += (k ? ",*a" : "*a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  EXPECT_TRUE(refused(version(laughs, "application/yaml")));
  EXPECT_TRUE(refused(version("a: &a\n  b: *a\n", "application/yaml")));
  EXPECT_TRUE(refused(version("<<: {a: 1}\n<<: {b: 2}\n", "application/yaml")));
  EXPECT_TRUE(refused(version("!!python/object/apply:os.system [id]\n", "application/yaml")));
  EXPECT_TRUE(refused(version("a: 1\n---\nb: 2\n", "application/yaml")));
}

TEST_F(Payloads, TheSameNameTwiceIsRefusedInEveryForm) {
  EXPECT_TRUE(refused(version(R"({"a":1,"a":2})", "application/json")));
  EXPECT_TRUE(refused(version(R"({"a":1,"\u0061":2})", "application/json")));
  EXPECT_TRUE(refused(version("a: 1\na: 2\n", "application/yaml")));
  EXPECT_TRUE(refused(version("a = 1\na = 2\n", "application/toml")));
}

TEST_F(Payloads, NumbersNeitherGrowNorHang) {
  for (const std::string& number :
       {std::string("1e999999999"), std::string("-1e-999999999"), std::string(100'000, '9'),
        "0." + std::string(100'000, '1'), "1e" + std::string(50'000, '9')}) {
    const auto begin = std::chrono::steady_clock::now();
    const int status = version("{\"a\":" + number + "}", "application/json");
    EXPECT_TRUE(status == 201 || refused(status)) << status;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s) << number.substr(0, 20);
  }
  for (const auto* number : {"NaN", "Infinity", "-Infinity", "0x10", "01", "+1", "1.", ".5", "1e"})
    EXPECT_TRUE(refused(version("{\"a\":" + std::string(number) + "}", "application/json")))
        << number;
}

TEST_F(Payloads, ManyMembersAreReadInTime) {
  std::string wide = "{";
  for (int i = 0; i < 60'000; ++i) wide += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  const int status = version(wide + "}", "application/json");
  EXPECT_TRUE(status == 201 || refused(status)) << status;
}

TEST_F(Payloads, TextThatIsNoUtf8IsRefused) {
  for (const std::string& bad :
       {std::string("\xc0\xaf"), std::string("\xe0\x80\xaf"), std::string("\xf0\x80\x80\xaf"),
        std::string("\xed\xa0\x80"), std::string("\xed\xbf\xbf"), std::string("\xf4\x90\x80\x80"),
        std::string("\xff"), std::string("\x80"), std::string("\xc3"), std::string("\xfe\xff")})
    for (const auto* type : {"application/json", "application/yaml", "application/toml"}) {
      const std::string open = type == std::string("application/toml") ? "a = \"" : "{\"a\": \"";
      const std::string close = open[0] == 'a' ? "\"" : "\"}";
      EXPECT_TRUE(refused(version(open + bad + close, type))) << type << ' ' << bad;
    }
  for (const auto* lone : {R"({"a":"\ud800"})", R"({"a":"\udfff"})", R"({"a":"\ud800\u0041"})"})
    EXPECT_TRUE(refused(version(lone, "application/json"))) << lone;
  for (const std::string& raw : {std::string("{\"a\":\"\x01\"}"), std::string("{\"a\":\"\n\"}"),
                                 std::string("{\"a\":\"\0\"}", 9)})
    EXPECT_TRUE(refused(version(raw, "application/json")));
}

TEST_F(Payloads, ABomIsNoContent) {
  std::string all;
  const int status = version("\xef\xbb\xbf{\"a\":1}", "application/json", &all);
  EXPECT_TRUE(status == 201 || refused(status)) << all;
  EXPECT_TRUE(refused(version(std::string("\xff\xfe{\0\"\0", 6), "application/json")));
}

TEST_F(Payloads, NamesAreWhatTheyLookLike) {
  for (const std::string& name :
       {std::string("pay\u0430.production"), std::string("pay\u202egnp.production"),
        std::string("pay\u200b.production"), std::string("pa\u0301y.production"),
        std::string("\uff50ay.production"), std::string("../../etc/passwd"), std::string("a/b"),
        std::string("a\nb"), std::string("a\\u0000b"), std::string("\\u001b[31mred"),
        std::string(10'000, 'a'), std::string(""), std::string("."), std::string(".."),
        std::string("con\\r\\nSet-Cookie: a=b")}) {
    const auto all =
        upload(R"({"name":")" + name + R"(","serviceName":"s","environment":"Production"})",
               "application/json");
    EXPECT_TRUE(refused(first_status(all))) << name << all;
    EXPECT_FALSE(all.substr(0, all.find("\r\n\r\n")).contains("Set-Cookie")) << all;
  }
}

TEST_F(Payloads, PathsAreNotWalked) {
  for (const auto* target :
       {"/api/v1/configs/..%2f..%2fetc%2fpasswd", "/api/v1/configs/%2e%2e/%2e%2e/audit",
        "/api/v1/../../etc/passwd", "/docs/../../etc/passwd", "/docs/%2e%2e%2fserver.lock",
        "/api/v1/configs/a%00b", "/api/v1/configs/%ff%fe", "/api/v1/configs/%zz", "//evil.example/",
        "/api/v1/configs/%0d%0aSet-Cookie:%20a=b", "/api/v1/configs/%c0%af"}) {
    const auto all = answers("GET " + std::string(target) + " HTTP/1.1\r\nHost: t\r\n" +
                             authorization() + "Connection: close\r\n\r\n");
    EXPECT_GE(first_status(all), 400) << target << all;
    EXPECT_LT(first_status(all), 500) << target << all;
    EXPECT_FALSE(all.contains("root:")) << target;
    EXPECT_FALSE(all.contains("\r\nSet-Cookie")) << target;
  }
}

TEST_F(Payloads, NothingThatIsSentForgesALineOfTheLog) {
  const auto forged = "2026-01-01T00:00:00.000Z INFO    app: forged";
  const std::string escape = "\x1b[2J";
  for (const std::string& text : {std::string("a\\n") + forged, std::string("a\\r") + forged,
                                  std::string("\\u001b[2J\\u009b31m")}) {
    upload(R"({"name":")" + text + R"(","serviceName":"s","environment":"Production"})",
           "application/json");
    answers("GET /api/v1/configs/x HTTP/1.1\r\nHost: t\r\nX-Request-Id: " + text +
            "\r\nUser-Agent: " + text + "\r\ntraceparent: " + text + "\r\nAuthorization: Bearer " +
            text + "\r\nConnection: close\r\n\r\n");
    answers(
        "GET /api/v1/configs/%0a2026-01-01T00:00:00.000Z%20INFO%20%20%20%20app:%20forged%1b%5b2J"
        " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  }
  const auto log = server().process().output();
  EXPECT_FALSE(log.contains("\n2026-01-01T00:00:00.000Z")) << log;
  EXPECT_FALSE(log.contains(escape)) << log;
  EXPECT_FALSE(log.contains('\r')) << log;
}

TEST_F(Payloads, AnswersSayNothingOfTheServer) {
  for (const auto* target : {"/health/live", "/nothing", "/api/v1/configs"}) {
    const auto all =
        answers("GET " + std::string(target) + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    const auto head = all.substr(0, all.find("\r\n\r\n"));
    EXPECT_FALSE(head.contains("Server:")) << head;
    EXPECT_FALSE(head.contains("X-Powered-By")) << head;
    EXPECT_TRUE(head.contains("X-Content-Type-Options: nosniff")) << head;
    EXPECT_TRUE(head.contains("Cache-Control: no-store")) << head;
  }
}

}  // namespace
}  // namespace hotswap::security
