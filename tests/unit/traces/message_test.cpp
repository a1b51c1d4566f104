// What leaves the process, as OpenTelemetry's own code reads it.
#include <gtest/gtest.h>

#include "e2e/support/wait.hpp"
#include "infrastructure/clock/system_clock.hpp"
#include "infrastructure/clock/system_random.hpp"
#include "infrastructure/otlp/gzip.hpp"
#include "infrastructure/otlp/otlp_tracer.hpp"
#include "servers/otlp_receiver.hpp"
#include "testing/memory_logger.hpp"
#include "testing/memory_metrics.hpp"

namespace hotswap::otlp {
namespace {

using namespace std::chrono_literals;
using testing::named;
using testing::only;
using testing::OtlpReceiver;

constexpr auto kDropped = "hotswap_otlp_spans_dropped_total";

struct Exporting : ::testing::Test {
  SystemClock clock;
  SystemRandom random;
  testing::MemoryLogger logger;
  testing::MemoryMetrics metrics;
  OtlpReceiver receiver;

  std::unique_ptr<OtlpTracer> tracer(const std::string& url = {}, Duration timeout = 10s,
                                     bool gzip = false) {
    auto made = std::make_unique<OtlpTracer>(OtlpTracer::Parts{
        .target = {.url = url.empty() ? receiver.endpoint() + "/v1/traces" : url,
                   .headers = {{"x-token", "t"}},
                   .timeout = timeout,
                   .gzip = gzip},
        .source = {.resource = {{"service.name", "test"}, {"replica", 3}}, .version = "1"},
        .sampler = {},
        .clock = clock,
        .random = random,
        .logger = logger,
        .metrics = metrics});
    made->start();
    return made;
  }
  /// How many of so many spans arrive, and what their largest message said of itself.
  std::size_t arriving(std::size_t count, bool gzip) {
    {
      const auto sent = tracer({}, 10s, gzip);
      for (std::size_t i = 0; i < count; ++i) sent->finished(span(*sent, "many"));
      sent->stop();
    }
    for (const auto& message : receiver.requests()) {
      const auto bytes = *message.find("bytes")->as_int();
      if (bytes <= bytes_) continue;
      bytes_ = bytes;
      const auto* coding = message.find("headers")->find("content-encoding");
      coding_ = coding == nullptr ? "" : coding->as_string()->str();
    }
    return receiver.spans().size();
  }
  std::string coding_ = "nothing came";
  std::int64_t bytes_ = 0;

  static tracing::Span span(OtlpTracer& tracer, const std::string& name) {
    tracing::Span one{.name = name};
    one.context.span = tracer.new_span();
    one.context.sampled = true;
    one.context.trace.bytes[0] = 0xab;
    one.start = one.end = tracer.now();
    return one;
  }
  double dropped(const char* reason) { return metrics.value(kDropped, {{"reason", reason}}); }
  std::size_t warnings() {
    const auto lines = logger.entries();
    return static_cast<std::size_t>(std::ranges::count_if(
        lines, [](const auto& line) { return line.level == LogLevel::Warning; }));
  }
};

TEST_F(Exporting, EveryPartOfASpanArrives) {
  const auto sent = tracer();
  auto one = span(*sent, "work");
  one.parent = sent->new_span();
  one.context.state = "vendor=1";
  one.kind = tracing::SpanKind::Client;
  one.start = tracing::Instant(1'700'000'000'123'456'789ns);
  one.end = one.start + 5ns;
  one.attributes = {{"text", "für"}, {"number", -7}, {"part", 0.5}, {"flag", true}};
  one.links = {{.trace = one.context.trace, .span = one.parent, .sampled = true}};
  one.failed = true;
  one.failure = "why";
  sent->finished(one);
  const auto spans = receiver.until([](const auto& all) { return !all.empty(); });
  const auto& got = only(spans, "work");
  EXPECT_EQ(got.trace, one.context.trace.hex());
  EXPECT_EQ(got.id, one.context.span.hex());
  EXPECT_EQ(got.parent, one.parent.hex());
  EXPECT_EQ(got.state, "vendor=1");
  EXPECT_EQ(got.kind, 3);
  EXPECT_EQ(got.start, 1'700'000'000'123'456'789);
  EXPECT_EQ(got.end, got.start + 5);
  EXPECT_EQ(got.attribute("text"), "für");
  EXPECT_EQ(got.attribute("number"), "-7");
  EXPECT_EQ(got.attribute("part"), "0.5");
  EXPECT_EQ(got.attribute("flag"), "true");
  EXPECT_EQ(got.links, std::vector{one.parent.hex()});
  EXPECT_TRUE(got.failed);
  EXPECT_EQ(got.message, "why");
  EXPECT_EQ(got.resource.find("service.name")->as_string()->str(), "test");
  EXPECT_EQ(*got.resource.find("replica")->as_int(), 3);
}

TEST_F(Exporting, ManySpansGoInFewMessagesWithTheReceiversHeaders) {
  const auto sent = tracer();
  for (int i = 0; i < 2000; ++i) sent->finished(span(*sent, "many"));
  const auto spans = receiver.until([](const auto& all) { return all.size() >= 2000; });
  sent->stop();  // then its numbers are final
  EXPECT_EQ(spans.size(), 2000u);
  std::set<std::string> ids;
  for (const auto& one : spans) ids.insert(one.id);
  EXPECT_EQ(ids.size(), 2000u);
  const auto requests = receiver.requests();
  EXPECT_LE(requests.size(), 6u);
  const auto& headers = *requests[0].find("headers");
  EXPECT_EQ(headers.find("x-token")->as_string()->str(), "t");
  EXPECT_EQ(headers.find("content-type")->as_string()->str(), "application/x-protobuf");
  EXPECT_EQ(metrics.value("hotswap_otlp_spans_exported_total"), 2000);
}

TEST_F(Exporting, LargeMessagesAreCompressedIfWanted) {
  EXPECT_EQ(arriving(500, true), 500u);
  EXPECT_EQ(coding_, "gzip");
  EXPECT_LT(bytes_, 500 * 24) << "less than the ids of the spans alone";
}

TEST_F(Exporting, SmallMessagesAreNot) {
  EXPECT_EQ(arriving(2, true), 2u);
  EXPECT_EQ(coding_, "");
}

TEST_F(Exporting, NothingIsUnlessItIsWanted) {
  EXPECT_EQ(arriving(500, false), 500u);
  EXPECT_EQ(coding_, "");
  EXPECT_GT(bytes_, 500 * 24);
}

TEST(Gzip, WhatDoesNotBecomeSmallerStaysAsItIs) {
  EXPECT_FALSE(gzip(""));
  EXPECT_FALSE(gzip("x"));
  std::string noise;
  SystemRandom random;
  while (noise.size() < 5000) noise += static_cast<char>(random.below(256));
  EXPECT_FALSE(gzip(noise));
  const auto packed = gzip(std::string(5000, 'x'));
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), 100u);
}

TEST_F(Exporting, WhatABusyReceiverRefusesIsSentAgainAndNotLost) {
  receiver.behaves(R"({"status":503,"times":2,"retryAfter":0})");
  const auto sent = tracer();
  sent->finished(span(*sent, "patient"));
  const auto spans = receiver.until([](const auto& all) { return !named(all, "patient").empty(); });
  EXPECT_EQ(spans.size(), 1u);
  EXPECT_EQ(receiver.requests().size(), 3u);
  EXPECT_EQ(dropped("unreachable"), 0);
  EXPECT_EQ(warnings(), 0u);
}

TEST_F(Exporting, WhatIsRefusedForGoodIsCountedAndSaidOnce) {
  receiver.behaves(R"({"status":400})");
  const auto sent = tracer();
  for (int i = 0; i < 600; ++i) sent->finished(span(*sent, "bad"));
  EXPECT_TRUE(e2e::eventually([&] { return dropped("refused") == 600; }, 60s));
  EXPECT_EQ(receiver.requests().size(), 2u) << "no repetition";
  EXPECT_EQ(warnings(), 1u);
}

TEST_F(Exporting, APartThatIsRejectedIsCounted) {
  receiver.behaves(R"({"rejected":2})");
  const auto sent = tracer();
  for (int i = 0; i < 5; ++i) sent->finished(span(*sent, "some"));
  EXPECT_TRUE(e2e::eventually([&] { return dropped("refused") == 2; }, 60s));
  EXPECT_EQ(metrics.value("hotswap_otlp_spans_exported_total"), 3);
}

TEST_F(Exporting, AReceiverThatHangsHoldsNobodyUpAndTheQueueHasABound) {
  receiver.behaves(R"({"hang":true})");
  const auto sent = tracer({}, 5min);
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < OtlpTracer::kQueue + 2 * OtlpTracer::kBatch; ++i)
    sent->finished(span(*sent, "stuck"));
  EXPECT_GE(dropped("queue_full"), static_cast<double>(OtlpTracer::kBatch));
  sent->stop();
  // Generous, and far below the five minutes of the attempt under way.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
  EXPECT_EQ(dropped("queue_full") + dropped("stopped"),
            static_cast<double>(OtlpTracer::kQueue + 2 * OtlpTracer::kBatch));
  EXPECT_EQ(warnings(), 1u);
  sent->finished(span(*sent, "late"));
  EXPECT_EQ(receiver.spans().size(), 0u);
}

TEST_F(Exporting, NobodyAtTheOtherEndIsWaitedForNoLongerThanStopMay) {
  const auto sent = tracer("http://127.0.0.1:1/v1/traces");
  sent->finished(span(*sent, "alone"));
  sent->stop();
  EXPECT_EQ(dropped("stopped") + dropped("unreachable"), 1);
}

}  // namespace
}  // namespace hotswap::otlp
