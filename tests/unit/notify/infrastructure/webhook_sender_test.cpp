#include "infrastructure/notify/webhook_sender.hpp"

#include <gtest/gtest.h>

#include "domain/base/sha256.hpp"
#include "infrastructure/notify/audit_webhook.hpp"
#include "testing/fake_clock.hpp"
#include "testing/trace_of_tests.hpp"
#include "unit/notify/receivers.hpp"

namespace hotswap {
namespace {

using namespace std::chrono_literals;
using testing::HttpReceiver;

struct WebhookSending : ::testing::Test {
  testing::FakeClock clock{WallTime(Duration(1'700'000'000'900))};
  HttpReceiver receiver;
  WebhookSender sender{"a key of thirty-two bytes or more", clock, net::Reach::of_operator()};
};

TEST(Hmac, GivesThePublishedValues) {  // RFC 4231, cases 1, 2 and 6
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_hex(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_F(WebhookSending, SignsTheTimeAndTheBody) {
  const auto answer = sender.call(receiver.url("/hook"), "d:1", json::Object{{"step", 1}}, 5s, {});
  EXPECT_TRUE(answer.passed);
  EXPECT_EQ(answer.detail, "200 OK: ok");
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].head.starts_with("POST /hook HTTP/1.1\r\n"));
  EXPECT_EQ(requests[0].body, R"({"step":1})");
  EXPECT_EQ(requests[0].header("X-HotSwap-Id"), "d:1");
  EXPECT_EQ(requests[0].header("Content-Type"), "application/json");
  EXPECT_EQ(requests[0].header("X-HotSwap-Signature"),
            "t=1700000000,v1=" +
                hmac_sha256_hex("a key of thirty-two bytes or more", R"(1700000000.{"step":1})"));
}

TEST_F(WebhookSending, ARefusalSaysWhatTheReceiverSaid) {
  receiver.answer("503 Service Unavailable", "queue\r\n  is\tfull");
  const auto answer = sender.call(receiver.url(), "1", {}, 5s, {});
  EXPECT_FALSE(answer.passed);
  EXPECT_EQ(answer.detail, "503 Service Unavailable: queue is full");
  const auto delivered = sender.deliver({.url = receiver.url(), .id = "1", .body = "{}"});
  ASSERT_FALSE(delivered);
  EXPECT_EQ(delivered.error().code, ErrorCode::Unavailable);
  receiver.answer("400 Bad Request");
  EXPECT_EQ(sender.deliver({.url = receiver.url(), .id = "1", .body = "{}"}).error().code,
            ErrorCode::Invalid);
}

TEST_F(WebhookSending, ALongAnswerIsCutAndPassesAllTheSame) {
  receiver.answer("200 OK", std::string(100'000, 'x'));
  const auto answer = sender.call(receiver.url(), "1", {}, 5s, {});
  EXPECT_TRUE(answer.passed);
  EXPECT_LT(answer.detail.size(), 300u);
}

TEST_F(WebhookSending, RedirectsAreNotFollowed) {
  receiver.answer("302 Found\r\nLocation: http://127.0.0.1:1/");
  const auto answer = sender.call(receiver.url(), "1", {}, 5s, {});
  EXPECT_FALSE(answer.passed);
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST_F(WebhookSending, NoAddressOfTheNetworksOwnServicesIsCalled) {
  for (const auto* host : {"169.254.169.254", "[fe80::1]", "0.0.0.0", "[::]", "224.0.0.1",
                           "[ff02::1]", "[::ffff:169.254.169.254]", "255.255.255.255"}) {
    const auto done = sender.post({.url = std::string("http://") + host + "/", .id = "1"});
    ASSERT_FALSE(done) << host;
    EXPECT_EQ(done.error().reason, "http.address_refused") << host;
  }
}

TEST_F(WebhookSending, NoErrorNamesWhatIsSecretInTheUrl) {
  const auto answer = sender.call("http://me:word@127.0.0.1:1/token", "1", {}, 5s, {});
  EXPECT_FALSE(answer.passed);
  EXPECT_TRUE(answer.detail.contains("127.0.0.1:1")) << answer.detail;
  EXPECT_FALSE(answer.detail.contains("token")) << answer.detail;
  EXPECT_FALSE(answer.detail.contains("word")) << answer.detail;
}

TEST_F(WebhookSending, ACallIsMadeInItsOwnTraceAndElseInTheThreads) {
  testing::TraceOfTests trace;
  sender.trace_with(&trace.tracer);
  const auto said = [&](const std::string& own) {
    EXPECT_TRUE(
        sender.deliver({.url = receiver.url(), .id = "1", .body = "{}", .traceparent = own}));
    return receiver.requests().back().header("traceparent");
  };
  EXPECT_EQ(said(""), "");
  const auto own = said("00-11111111111111111111111111111111-2222222222222222-01");
  EXPECT_TRUE(own.starts_with("00-11111111111111111111111111111111-")) << own;
  ASSERT_EQ(trace.tracer.spans().size(), 1u);
  EXPECT_EQ(own, tracing::traceparent(trace.tracer.spans()[0].context));
  trace.tracer.clear();
  const TraceScope scope(&trace.tracer, trace.context);
  EXPECT_EQ(said(""), trace.of_the_call("POST"));
}

TEST_F(WebhookSending, WithoutATracerNoTraceIsNamed) {
  EXPECT_TRUE(
      sender.deliver({.url = receiver.url(),
                      .id = "1",
                      .body = "{}",
                      .traceparent = "00-11111111111111111111111111111111-2222222222222222-01"}));
  EXPECT_FALSE(receiver.requests().back().head.contains("traceparent"));
}

AuditBatch audited(const std::vector<std::string>& traces) {
  AuditBatch batch;
  for (const auto& trace : traces) {
    AuditEntry entry;
    entry.sequence = batch.entries.size() + 1;
    entry.trace_id = trace;
    batch.entries.push_back(std::move(entry));
  }
  return batch;
}

TEST_F(WebhookSending, AuditEntriesOfOneTraceAreSentInIt) {
  const std::string one(32, '1'), other(32, '2');
  testing::TraceOfTests trace;
  AuditWebhook audit(sender, receiver.url());
  const auto said = [&](const std::vector<std::string>& traces) {
    EXPECT_TRUE(audit.send(audited(traces)));
    return receiver.requests().back().header("traceparent");
  };
  EXPECT_EQ(said({one}), "") << "nothing is traced";
  sender.trace_with(&trace.tracer);
  const auto traced = said({one, one});
  EXPECT_TRUE(traced.starts_with("00-" + one + "-")) << traced;
  EXPECT_TRUE(traced.ends_with("-00")) << "no span of ours is recorded: " << traced;
  EXPECT_EQ(said({one, one}), traced) << "a repetition says the same";
  EXPECT_EQ(said({one, other}), "");
  EXPECT_EQ(said({"", ""}), "");
  EXPECT_TRUE(trace.tracer.spans().empty());
}

}  // namespace
}  // namespace hotswap
