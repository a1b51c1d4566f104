#include "infrastructure/s3/s3_archive.hpp"

#include <gtest/gtest.h>

#include <mutex>

#include "domain/base/sha256.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "testing/fake_clock.hpp"
#include "testing/fake_random.hpp"
#include "testing/trace_of_tests.hpp"
#include "unit/infrastructure/http_client/scripted_server.hpp"
#include "unit/infrastructure/s3/signature.hpp"

namespace hotswap::s3 {
namespace {

using namespace std::chrono_literals;
using testing::authorization_of;
using testing::parse_request;
using testing::signature_of;
using testing::SignedRequest;

/// The credentials of Amazon's published examples.
const Credentials kExample{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {}};

SignedRequest example(const std::string& method, const std::string& target,
                      std::map<std::string, std::string> headers) {
  auto request = parse_request(method + ' ' + target + " HTTP/1.1\r\n");
  headers.emplace("host", "examplebucket.s3.amazonaws.com");
  headers.emplace("x-amz-date", "20130524T000000Z");
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  headers.emplace("authorization",
                  "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                  "aws4_request,SignedHeaders=" +
                      names + ",Signature=?");
  request.headers = std::move(headers);
  return request;
}

TEST(Signature, the_tests_own_computation_is_that_of_amazons_published_examples) {
  const auto empty = sha256_hex("");
  EXPECT_EQ(signature_of(example("GET", "/test.txt",
                                 {{"range", "bytes=0-9"}, {"x-amz-content-sha256", empty}}),
                         kExample.secret_key),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(signature_of(example("PUT", "/test%24file.text",
                                 {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                  {"x-amz-content-sha256", sha256_hex("Welcome to Amazon S3.")},
                                  {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
                         kExample.secret_key),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(signature_of(example("GET", "/?max-keys=2&prefix=J", {{"x-amz-content-sha256", empty}}),
                         kExample.secret_key),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

std::string answer(const std::string& status, const std::string& body = {},
                   const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "Connection: close\r\n\r\n" + body;
}

std::string refusal(const std::string& status, const std::string& code,
                    const std::string& more = {}) {
  return answer(status, "<?xml version=\"1.0\"?>\n<Error><Code>" + code +
                            "</Code><Message>words</Message>" + more + "</Error>");
}

class S3ArchiveTest : public ::testing::Test {
 protected:
  /// Answers one after the other; the last one again and again.
  [[nodiscard]] S3Archive archive(const std::string& endpoint) {
    return S3Archive({.endpoint = endpoint,
                      .place = {"my-bucket", "hot/swap"},
                      .region = "eu-central-1",
                      .credentials = [this] { return credentials(); },
                      .timeout = 5s,
                      .attempts = 3,
                      .pause = 1ms},
                     clock_, random_);
  }
  [[nodiscard]] std::function<void(ScriptedServer::Peer&, int)> playing(
      std::vector<std::string> answers) {
    return [this, answers = std::move(answers)](ScriptedServer::Peer& peer, int number) {
      auto request = parse_request(peer.read_request());
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
      }
      peer.send(
          answers[std::min<std::size_t>(static_cast<std::size_t>(number), answers.size() - 1)]);
    };
  }
  [[nodiscard]] std::vector<SignedRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  Result<Credentials> credentials() {
    ++asked_;
    return credentials_;
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  Credentials credentials_ = kExample;
  std::atomic<int> asked_ = 0;
  std::mutex mutex_;
  std::vector<SignedRequest> requests_;
};

TEST_F(S3ArchiveTest, requests_are_signed_with_their_bodys_hash) {
  const std::string bytes("frame\0\xff of zstd", 15);
  credentials_.session_token = "a+session/token==";
  const ScriptedServer server(playing({answer("200 OK")}));
  ASSERT_TRUE(archive(server.url("")).put("versions/p/1.zst", bytes));
  ASSERT_TRUE(archive(server.url("")).get("versions/p/1.zst"));
  ASSERT_TRUE(archive(server.url("")).remove("versions/p/1.zst"));
  const auto seen = requests();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].method, "PUT");
  EXPECT_EQ(seen[0].body, bytes);
  EXPECT_EQ(seen[0].headers.at("x-amz-content-sha256"), sha256_hex(bytes));
  EXPECT_EQ(seen[1].method, "GET");
  EXPECT_EQ(seen[2].method, "DELETE");
  for (const auto& request : seen) {
    EXPECT_EQ(request.path, "/my-bucket/hot/swap/versions/p/1.zst");
    auto parts = authorization_of(request);
    EXPECT_TRUE(parts["Credential"].starts_with("AKIAIOSFODNN7EXAMPLE/"));
    EXPECT_TRUE(parts["Credential"].ends_with("/eu-central-1/s3/aws4_request"));
    for (const auto* name : {"host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"})
      EXPECT_TRUE((";" + parts["SignedHeaders"] + ";").contains(";" + std::string(name) + ";"))
          << name << " in " << parts["SignedHeaders"];
    EXPECT_EQ(parts["Signature"], signature_of(request, kExample.secret_key)) << request.method;
    EXPECT_NE(parts["Signature"], signature_of(request, "another secret"));
  }
}

TEST_F(S3ArchiveTest, a_trace_is_named_beside_what_is_signed) {
  testing::TraceOfTests trace;
  const ScriptedServer server(playing({answer("200 OK")}));
  ASSERT_TRUE(archive(server.url("")).put("a", "bytes"));
  {
    const TraceScope scope(&trace.tracer, trace.context);
    ASSERT_TRUE(archive(server.url("")).put("a", "bytes"));
  }
  const auto seen = requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_FALSE(seen[0].headers.contains("traceparent")) << "nobody's trace";
  EXPECT_EQ(seen[1].headers.at("traceparent"), trace.of_the_call("PUT"));
  EXPECT_EQ(seen[1].headers.at("tracestate"), "vendor=1");
  EXPECT_EQ(seen[1].body, "bytes");
  // A mesh writes it anew on the way.
  auto parts = authorization_of(seen[1]);
  EXPECT_FALSE(parts["SignedHeaders"].contains("trace")) << parts["SignedHeaders"];
  EXPECT_EQ(parts["Signature"], signature_of(seen[1], kExample.secret_key));
}

TEST_F(S3ArchiveTest, what_may_pass_is_tried_again_and_what_may_not_is_told_at_once) {
  const ScriptedServer server(playing({refusal("503 Slow Down", "SlowDown"),
                                       refusal("500 Oh", "InternalError"), answer("200 OK", "x")}));
  EXPECT_EQ(archive(server.url("")).get("a"), "x");
  EXPECT_EQ(requests().size(), 3U);
  EXPECT_EQ(asked_, 3) << "keys may change while it is tried";
  const ScriptedServer strict(playing({refusal("403 Forbidden", "AccessDenied")}));
  EXPECT_EQ(archive(strict.url("")).get("a").error().reason, "archive.forbidden");
  EXPECT_EQ(requests().size(), 4U);
}

TEST_F(S3ArchiveTest, gives_up_after_its_attempts) {
  const ScriptedServer server(playing({refusal("503 Slow Down", "SlowDown")}));
  const auto got = archive(server.url("")).get("a");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason, "archive.unavailable");
  EXPECT_TRUE(got.error().detail.contains("503 SlowDown")) << got.error().detail;
  EXPECT_EQ(requests().size(), 3U);
}

TEST_F(S3ArchiveTest, reads_do_not_wait_behind_an_archive_that_is_away) {
  auto away = archive("http://127.0.0.1:1");
  EXPECT_EQ(away.get("a").error().reason, "archive.unavailable");
  const int before = asked_;
  EXPECT_EQ(away.get("a").error().reason, "archive.unavailable");
  EXPECT_EQ(asked_, before) << "nobody was asked again so soon";
  clock_.advance(5s);
  EXPECT_FALSE(away.get("a"));
  EXPECT_GT(asked_, before);
}

TEST_F(S3ArchiveTest, every_refusal_says_what_to_do) {
  struct Case {
    std::string answer, reason, words;
  };
  const Case cases[] = {
      {refusal("404 Not Found", "NoSuchBucket"), "archive.forbidden", "my-bucket does not exist"},
      {refusal("404 Not Found", "NoSuchKey"), "archive.not_found", "no object hot/swap/a"},
      {answer("404 Not Found"), "archive.not_found", "no object hot/swap/a"},
      {refusal("403 Forbidden", "AccessDenied"), "archive.forbidden", "denies access"},
      {answer("403 Forbidden"), "archive.forbidden", "denies access"},
      {refusal("403 Forbidden", "InvalidAccessKeyId"), "archive.forbidden", "access key"},
      {refusal("403 Forbidden", "SignatureDoesNotMatch"), "archive.forbidden", "secret key"},
      {refusal("403 Forbidden", "RequestTimeTooSkewed"), "archive.forbidden", "clocks"},
      {refusal("400 Bad Request", "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"),
       "archive.forbidden", "--archive-region eu-west-3"},
      {answer("301 Moved", "", "x-amz-bucket-region: eu-west-1\r\n"), "archive.forbidden",
       "--archive-region eu-west-1"},
      {answer("418 Teapot", "<html>"), "archive.unavailable", "answered 418"}};
  for (const auto& [text, reason, words] : cases) {
    const ScriptedServer server(playing({text}));
    const auto got = archive(server.url("")).get("a");
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().reason, reason) << text;
    EXPECT_TRUE(got.error().detail.contains(words)) << got.error().detail;
    EXPECT_FALSE(got.error().detail.contains(kExample.secret_key));
  }
}

TEST_F(S3ArchiveTest, removing_what_is_not_there_is_nothing_to_do) {
  const ScriptedServer server(playing({refusal("404 Not Found", "NoSuchKey")}));
  EXPECT_TRUE(archive(server.url("")).remove("a"));
}

TEST_F(S3ArchiveTest, the_check_writes_once_and_reads_each_time) {
  const ScriptedServer server(
      playing({answer("200 OK"), answer("200 OK", "x"), answer("200 OK", "x"),
               refusal("403 No", "AccessDenied"), answer("200 OK")}));
  auto checked = archive(server.url(""));
  EXPECT_TRUE(checked.check());
  EXPECT_TRUE(checked.check());
  EXPECT_FALSE(checked.check());
  EXPECT_TRUE(checked.check());
  std::string methods;
  for (const auto& request : requests()) methods += request.method + ' ';
  EXPECT_EQ(methods, "PUT GET GET GET PUT GET ")
      << "after trouble it sees anew whether it may write";
}

TEST_F(S3ArchiveTest, credentials_that_cannot_be_had_are_told) {
  auto broken = S3Archive({.endpoint = "http://127.0.0.1:1",
                           .place = {"b", ""},
                           .credentials = []() -> Result<Credentials> {
                             return fail(ErrorCode::Unavailable, "archive.forbidden", "unreadable");
                           }},
                          clock_, random_);
  EXPECT_EQ(broken.put("a", "x").error().detail, "unreadable");
}

}  // namespace
}  // namespace hotswap::s3
